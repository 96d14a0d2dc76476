"""A letter on a colour: the mark of a portal that has none of its own, and the icon in a browser's tab."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

_DAY_SECONDS = 86_400
_OWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="5" fill="#0b6153"/>'
    '<g fill="#fff" transform="translate(2 2)"><path d="M2.5 4h19v3.2h-19zM4 9h3.2v9.5H4zM16.8 9H20v9.5h-3.2z'
    'M2.5 20h19v1.8h-19zM9.700 18.500v-6.200a2.300 2.300 0 0 1 4.600 0v6.200z"/></g></svg>'
)


def letter_of(name: str) -> str:
    """The character that stands for a name: its first letter or digit, in capitals."""
    return next((character.upper()[:1] for character in name if character.isalnum()), "•")


def swatch_svg(letter: str, fill: str, on_fill: str) -> SafeString:
    """The swatch as a file. Colours are `#rrggbb` of ours; the letter is escaped."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="5" fill="{}"/>'
        '<text x="14" y="20" text-anchor="middle" font-family="sans-serif" font-size="17" font-weight="700" fill="{}">'
        "{}</text></svg>",
        fill,
        on_fill,
        letter,
    )


def svg_response(svg: str) -> HttpResponse:
    """An icon that browsers keep for a day."""
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response


def portico_icon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico` on the platform's host."""
    return svg_response(_OWN)


portico_icon.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
