"""What is approved: the exact words that the customer was shown, and a hash of them.

The hash is SHA-256, in hexadecimal, over one JSON text in UTF-8, with sorted keys and without white space:

    {"ask": KEY, "consent": TEXT, "language": CODE, "lines": [LINE, …], "request": UUID, "status": KEY}
    with each LINE: {"field": KEY, "label": TEXT, "text": TEXT, "value": JSON}

`lines` are the fields that the ask names, in its order, as far as the customer sees them; `text` is what stood on the
page, `value` what is stored. Anybody who has a history entry can compute it again from the entry and its request.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.config.compiled import CompiledField, CompiledPortal
from portal_core.config.document.flows import ApproveAsk
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from tenants.context import current_schema


@dataclass(frozen=True)
class ApprovalLine:
    """One value that is approved, in the customer's words, and as it is stored."""

    field: str
    label: str
    text: str
    value: JsonValue


@dataclass(frozen=True)
class Approval:
    """All that one customer is shown and approves."""

    request_id: str
    status: str
    ask: str
    language: str
    consent: str
    lines: tuple[ApprovalLine, ...]

    @property
    def digest(self) -> str:
        """The hash that stays in the history; how it is made stands at the top of this module."""
        content = {
            "request": self.request_id,
            "status": self.status,
            "ask": self.ask,
            "language": self.language,
            "consent": self.consent,
            "lines": [asdict(line) for line in self.lines],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def token(self) -> str:
        """What the page carries, to tell whether something has changed since.

        SECURITY: keyed, for a plain hash of a price that a colleague may not see could be found by trying prices.
        """
        return salted_hmac(f"approvals:{current_schema()}", self.digest, algorithm="sha256").hexdigest()

    def was_shown(self, token: str) -> bool:
        """Whether the page that sent `token` had shown just this."""
        return constant_time_compare(self.token, token)

    def record(self) -> dict[str, JsonValue]:
        """What the history keeps of it."""
        return {
            "ask": self.ask,
            "status": self.status,
            "language": self.language,
            "consent": self.consent,
            "lines": [asdict(line) for line in self.lines],
            "hash": self.digest,
        }


def approval_of(request: ServiceRequest, ask: ApproveAsk, viewer: Viewer, portal: CompiledPortal) -> Approval:
    """What `viewer` (the customer) would approve now. SECURITY: a field that they do not see is not among it."""
    request_type = portal.type_or_unknown(request.type_key)
    fields = (request_type.field_or_none(key) for key in ask.fields)
    lines = (_line(field, request.data, portal, viewer) for field in fields if _is_seen(field, request, viewer))
    return Approval(
        request_id=str(request.pk),
        status=request.status_key,
        ask=ask.key,
        language=viewer.language,
        consent=portal.text(ask.consent, viewer.language),
        lines=tuple(line for line in lines if line is not None),
    )


def _is_seen(field: CompiledField | None, request: ServiceRequest, viewer: Viewer) -> bool:
    return field is not None and viewer.visibility(field, request.status_key) >= Visibility.SEE


def _line(
    field: CompiledField | None, data: Mapping[str, JsonValue], portal: CompiledPortal, viewer: Viewer
) -> ApprovalLine | None:
    if field is None or data.get(field.key) is None:
        return None
    value = data[field.key]
    text = field.kind.display(value, field, portal, viewer.language, viewer.time_zone)
    return ApprovalLine(field.key, portal.text(field.label, viewer.language), text, value)
