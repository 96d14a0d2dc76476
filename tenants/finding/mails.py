"""The mail that lists portals. Its links lead to sign-in pages; none of them signs anybody in."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from tenants import catalog
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Event


def send_list(email: str, schemas: Sequence[str], *, language: str, event: Event) -> None:
    """One mail for one wish; nothing where none of the portals is served (any more)."""
    portals = [portal for name in schemas if (portal := catalog.by_schema(name)) is not None and portal.is_active]
    if not portals:
        return
    links = sorted((portal.name, portal.url("/signin/")) for portal in portals)
    with translation.override(language):
        letter = Letter(
            template="letter",
            subject=_("Your portals"),
            headline=_("These portals know your address"),
            paragraphs=(_("Sign in there with this e-mail address; you get a code."),),
            links=tuple(links),
            reason=_("You get this mail because this address was typed on our page “Find my portal”."),
        )
    queue_letter(letter, Addressee(email=email, language=language), is_secret=True, event=event)
