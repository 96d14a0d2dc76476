"""How the mails of a place look and who signs them. A higher layer fills it from the portal configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tenants.context import current
from tenants.snapshot import platform_url


@dataclass(frozen=True, kw_only=True)
class HeadLogo:
    """The logo at the head of a mail: a picture that travels inside it (see pictures.py), sizes in pixels.

    `ground` is the colour that it stands on, should the reader's be another one; "" for any.
    """

    cid: str
    width: int
    height: int
    alt: str = ""
    is_alone: bool = False
    ground: str = ""


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """Name, language and colours of one place. Colours are hexadecimal; mail programs know no variables."""

    name: str
    sender_name: str
    home_url: str
    language: str = "en"
    accent: str = "#29407a"
    accent_ink: str = "#ffffff"
    accent_soft: str = "#b4bdd3"
    accent_text: str = "#29407a"
    accent_text_dark: str = "#a9bdf2"
    logo: HeadLogo | None = None
    # Lines under the mail by language: address, telephone; shown as they are.
    imprints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def imprint(self, language: str) -> tuple[str, ...]:
        """The lines under a mail in this language, else in the portal's own."""
        return self.imprints.get(language) or self.imprints.get(self.language, ())


def _plain() -> Letterhead:
    """The look without a configuration: the platform's own."""
    tenant = current()
    if tenant is not None:
        return Letterhead(name=tenant.name, sender_name=tenant.name, home_url=tenant.url("/"))
    return Letterhead(name="Portico", sender_name="Portico", home_url=platform_url())


_source: Callable[[], Letterhead] = _plain


def set_source(source: Callable[[], Letterhead]) -> None:
    """Registers who knows the look of a tenant's portal; called once, by the composition root."""
    global _source
    _source = source


def letterhead() -> Letterhead:
    """The current tenant's letterhead; the platform's in `public`."""
    return _source() if current() is not None else _plain()
