"""The values that a page showed: signed into it, and compared when its form comes back.

Where one of them has changed since, nothing is written (`Stale`), unless it is what was sent anyway.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.history.record import JsonValue
from portal_core.service_requests.errors import Difference, Stale
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import field_text
from portal_core.service_requests.withholding import seen_data
from tenants import signing


@dataclass(frozen=True)
class Change:
    """New answers, and what the page had shown instead of them."""

    answers: Mapping[str, JsonValue]
    seen: Mapping[str, JsonValue]


def seen_token(values: Mapping[str, JsonValue], salt: str) -> str:
    """`values` as a text that only this tenant can have made, for this purpose."""
    return signing.dumps(dict(values), salt=f"service_requests.seen.{salt}")


def seen_values(token: str, salt: str) -> dict[str, JsonValue]:
    """What the page showed; a spoilt token counts as having seen nothing, so that a save over a value is refused."""
    try:
        return dict(signing.loads(token, salt=f"service_requests.seen.{salt}"))
    except (signing.BadSignature, TypeError, ValueError):
        return {}


def refuse_stale_values(
    request: ServiceRequest,
    fields: Iterable[CompiledField],
    change: Change,
    *,
    portal: CompiledPortal,
    viewer: Viewer,
) -> None:
    """Raises `Stale` with both values of every field that somebody else has changed since the page was shown."""
    data = seen_data(request, viewer)
    differences = tuple(
        Difference(
            field_key=field.key,
            what=portal.text(field.label, viewer.language),
            yours=field_text(field, change.answers[field.key], portal, viewer),
            theirs=field_text(field, data.get(field.key), portal, viewer),
        )
        for field in fields
        if data.get(field.key) not in (change.seen.get(field.key), change.answers[field.key])
    )
    if differences:
        raise Stale(differences)
