"""The one door through which a service request leaves the server.

`visible(request, viewer)` says what one reader may see of a request, already in that reader's words. Pages, mails,
search, exports and interfaces take a request from here; nothing else reads `ServiceRequest.data`.

SECURITY: whatever is added here reaches customers. A field passes only through `_fields`, which asks the configuration
for this role and status; a status passes with its customer name only, unless the reader is staff.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config import placeholders
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_flow import CompiledStatus, CompiledTransition
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.base import TextValue
from portal_core.config.live import live_portal, usual_hours
from portal_core.config.placeholders import field_keys_in
from portal_core.config.visibility import Visibility
from portal_core.documents.shown import shown_files
from portal_core.service_requests.changes import promises_a_time
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.promises import expected_words, has_limit, usual_words, usually_words
from portal_core.service_requests.reopening import may_reopen
from portal_core.service_requests.stays import said
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_asks import AskReader, VisibleAsks, visible_asks
from portal_core.service_requests.visible_line import goes_on_words
from portal_core.service_requests.visible_parts import VisibleField, VisibleMove, VisibleStatus
from portal_core.service_requests.visible_person import VisiblePerson, person
from portal_core.service_requests.visible_values import field_shown, title_for
from portal_core.service_requests.withholding import is_kept_from_customers, seen_data
from tenants.ui.directions import isolated


@dataclass(frozen=True)
class GoesOn:
    """The request in which a merged one goes on; of the same customer."""

    number: int
    reference: str


@dataclass(frozen=True)
class VisibleRequest:
    """All that one reader may see of one request, without its history (see `entries.py`)."""

    id: uuid.UUID
    number: int
    reference: str
    type_key: str
    type_name: str
    type_icon: str
    title: str
    status: VisibleStatus
    fields: tuple[VisibleField, ...]
    customer: VisiblePerson
    handler: VisiblePerson | None
    handler_name: str
    # Who has it now, for "Who has it": the customer while it is the customer's turn.
    holder_name: str
    team_name: str
    business: str
    moves: tuple[VisibleMove, ...]
    asks: VisibleAsks
    may_message: bool
    may_upload: bool
    # It was closed because nobody answered, and this reader may take it up again.
    may_reopen: bool
    planned_for: date | None
    # Where it goes on, when it was merged with another one: that one's number and reference.
    goes_on_in: "GoesOn | None"
    is_open: bool
    is_new: bool
    sent_at: datetime
    last_news_at: datetime
    revision: int
    words: Mapping[str, str]

    @property
    def path(self) -> str:
        """The address of the request in the portal."""
        return f"/requests/{self.number}/"

    @property
    def desk_path(self) -> str:
        """The address of the request at the desk."""
        return f"/desk/requests/{self.number}/"

    @property
    def team_note(self) -> str:
        """The team under the name of the person who has it; nothing when the name is the team's own."""
        return self.team_name if self.handler and self.turn == Turn.US else ""

    @property
    def may_move_on(self) -> bool:
        """Whether the reader has a move that goes on, not only one that ends it."""
        return any(not move.ends_stopped for move in self.moves)

    @property
    def answers_note(self) -> str:
        """Who answers questions while it is the customer's turn."""
        return _("%(name)s answers questions") % {"name": self.handler.name} if self.handler else ""

    @property
    def turn(self) -> str:
        """Whose move it is: us, customer or nobody."""
        return self.status.turn


def visible(
    request: ServiceRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal | None = None,
    link: str = "",
    brief: bool = False,
    asks: bool = True,
) -> VisibleRequest:
    """What `viewer` may see of `request`, whose customer and assignee should be loaded already.

    `link` is the absolute address for mails; pages leave it empty. `brief` leaves out fields and moves, for lists:
    showing every answer of every row is most of the work. Without `asks`, what is asked is left out: reading what is
    to be approved can cost a query.
    """
    builder = _Builder(request, viewer, portal or live_portal(), link)
    return builder.build(brief=brief, asks=asks)


def visible_in_list(
    request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal, fields: frozenset[str]
) -> VisibleRequest:
    """As `visible`, brief, and with the few answers that a list shows all the same, by key."""
    return _Builder(request, viewer, portal, "").build(brief=True, listed=fields)


class _Builder:
    """Puts a VisibleRequest together; one object so that each part can lean on the ones before."""

    def __init__(self, request: ServiceRequest, viewer: Viewer, portal: CompiledPortal, link: str) -> None:
        self.request = request
        self.viewer = viewer
        self.portal = portal
        self.link = link
        self.now = timezone.now()
        self.type: CompiledType = portal.type_or_unknown(request.type_key)
        self.status: CompiledStatus = self.type.flow.status_or_unknown(request.status_key)
        asked = self.type.applicable_fields(request.data, request.status_key)
        self.asked: frozenset[str] = frozenset(field.key for field in asked)
        # Conditions are decided by all answers; shown is only what is not kept from this reader.
        self.data = seen_data(request, viewer)

    def text(self, value: TextValue | None) -> str:
        """A text of the configuration in the reader's language."""
        return self.portal.text(value, self.viewer.language)

    def build(self, *, brief: bool, asks: bool = True, listed: frozenset[str] = frozenset()) -> VisibleRequest:
        request = self.request
        fields = self._fields(self._keys_in_texts() | listed if brief else None)
        usually = usually_words(self._usual_hours(), language=self.viewer.speech)
        agreed = self._agreed_day(fields)
        expected = expected_words(request, viewer=self.viewer, now=self.now, usually=usually, agreed=agreed)
        words = self._words(fields)
        return VisibleRequest(
            id=request.pk,
            number=request.number,
            reference=self.portal.reference(request.number),
            type_key=request.type_key,
            type_name=self.text(self.type.name),
            type_icon=self.type.icon or "message",
            title=title_for(request, self.viewer, portal=self.portal),
            status=self._status(words, expected, usually),
            fields=tuple(field for field in fields if field.key in listed) if brief else fields,
            customer=self._person(request.customer),
            handler=self._handler(request.assignee) if request.assignee else None,
            handler_name=words["handler"],
            holder_name=self._holder(words),
            team_name=words["team"],
            business=self.portal.name,
            moves=() if brief else self._moves(),
            asks=VisibleAsks()
            if request.merged_into_number or not asks
            else visible_asks(request, self._ask_reader(words), brief=brief),
            may_message=self._may_message(),
            may_upload=self._may_message() and (self.viewer.is_staff or "upload" in self.status.customer_may),
            may_reopen=may_reopen(request, is_staff=self.viewer.is_staff, now=self.now),
            planned_for=request.planned_for,
            goes_on_in=self._goes_on_in(),
            is_open=request.closed_at is None,
            is_new=request.is_new,
            sent_at=request.created_at,
            last_news_at=request.last_entry_at,
            revision=request.revision,
            words=words,
        )

    def _agreed_day(self, fields: tuple[VisibleField, ...]) -> str:
        """The day that the next step names ("You come on {field:appointment}"), if this reader sees one: beside it
        nobody reads that there is no date yet. Nothing where the status itself says until when.

        As it stands in a sentence of the product, so in the language of that, which may not be the one of answers.
        """
        if promises_a_time(self.status):
            return ""
        named = field_keys_in(self.status.next_step)
        days = {field.key for field in fields if field.kind in ("date", "datetime") and field.text}
        key = next((key for key in named if key in days), None)
        field = self.type.field_or_none(key) if key is not None else None
        if field is None:
            return ""
        speech, zone = self.viewer.speech, self.viewer.time_zone
        return field.kind.display(self.data[field.key], field, self.portal, speech, zone)

    def _usual_hours(self) -> int | None:
        return usual_hours(self.type.key, self.status.key) if self.request.turn == Turn.US else None

    def _ask_reader(self, words: Mapping[str, str]) -> AskReader:
        return AskReader(self.viewer, self.portal, lambda text: self._fill(text, words), self.now)

    def _holder(self, words: Mapping[str, str]) -> str:
        if self.request.turn != Turn.CUSTOMER:
            return words["handler"]
        with override(self.viewer.language):
            return words["customer"] if self.viewer.is_staff else _("You")

    def _person(self, user: User) -> VisiblePerson:
        return person(user, with_email=self.viewer.is_staff)

    def _handler(self, user: User) -> VisiblePerson:
        unnamed = user.first_name if self.viewer.is_staff else self.portal.name
        return person(user, with_email=self.viewer.is_staff, unnamed=unnamed)

    def _keys_in_texts(self) -> frozenset[str]:
        """The fields that the status's texts name."""
        texts = [self.status.meaning, self.status.next_step]
        texts += [text for ask in self.status.asks for text in (ask.help, getattr(ask, "text", None))]
        return frozenset(key for text in texts for key in field_keys_in(text))

    def _fields(self, only: frozenset[str] | None) -> tuple[VisibleField, ...]:
        wanted = (field for field in self.type.fields if field.kind.is_input and (only is None or field.key in only))
        shown = (self._field(field) for field in wanted)
        return tuple(field for field in shown if field is not None)

    def _field(self, field: CompiledField) -> VisibleField | None:
        level = self.viewer.visibility(field, self.request.status_key)
        if level == Visibility.HIDDEN:
            return None
        value = self.data.get(field.key)
        if value is None and not self._is_asked(field, level):
            return None
        shown, mark = field_shown(field, value, self.portal, self.viewer), ""
        if self.viewer.is_staff:
            mark = self._customer_mark(field)
        return VisibleField(
            key=field.key,
            label=self.text(field.label),
            text=shown.text,
            kind=field.kind.key,
            may_edit=level == Visibility.EDIT and field.key in self.asked and self.request.merged_into_number is None,
            customer_mark=mark,
            shown=shown,
            files=shown_files(value) if field.kind.key == "file" else (),
        )

    def _customer_mark(self, field: CompiledField) -> str:
        """What staff are told of who else sees it."""
        if is_kept_from_customers(self.request, field.key):
            return Visibility.HIDDEN.name.lower()
        return field.visibility(resolve_role(CUSTOMER), self.request.status_key).name.lower()

    def _is_asked(self, field: CompiledField, level: Visibility) -> bool:
        """Whether an empty field is worth a line: it applies here, and this reader can fill it in (or is staff)."""
        if field.key not in self.asked:
            return False
        return self.viewer.is_staff or level == Visibility.EDIT

    def _words(self, fields: tuple[VisibleField, ...]) -> dict[str, str]:
        request = self.request
        team = self.portal.team_name(request.team_key, self.viewer.language)
        name = self.status.name if self.viewer.is_staff else self.status.customer_name
        words = {
            "reference": self.portal.reference(request.number),
            "customer": request.customer.first_name,
            "handler": (request.assignee.name if request.assignee else "") or team or self.portal.name,
            "team": team or self.portal.name,
            "status": self.text(name),
            "expected": usual_words(self.status.expected, language=self.viewer.language),
            "link": self.link or f"/requests/{request.number}/",
            "portal": self.portal.name,
        }
        words.update({f"field:{field.key}": field.shown.in_a_sentence for field in fields if field.text})
        return words

    def _status(self, words: Mapping[str, str], expected: str, usually: str) -> VisibleStatus:
        status, request = self.status, self.request
        due = request.due_at if has_limit(request.due_at) and request.turn == Turn.US else None
        shown = VisibleStatus(
            key=status.key,
            name=words["status"],
            customer_name=self.text(status.customer_name),
            meaning=self._fill(status.meaning, words),
            next_step=self._fill(status.next_step, words),
            expected=expected,
            turn=request.turn,
            outcome=status.outcome or "",
            progress=status.progress,
            step_number=(status.step_index + 1) if status.step_index is not None else 0,
            step_count=status.step_count,
            step_name=self.text(self.type.flow.steps[status.step_index].name) if status.step_index is not None else "",
            since=request.status_since,
            due_at=due,
            usually=usually if usually != expected else "",
            said=said(request),
            glyph="new" if status.key == self.type.start and request.turn == Turn.US else "",
        )
        return self._merged_status(shown)

    def _goes_on_in(self) -> GoesOn | None:
        number = self.request.merged_into_number
        return None if number is None else GoesOn(number, self.portal.reference(number))

    def _merged_status(self, status: VisibleStatus) -> VisibleStatus:
        """What stands in the place of the status while the request goes on elsewhere."""
        goes_on = self._goes_on_in()
        if goes_on is None:
            return status
        name = goes_on_words(goes_on.reference, self.viewer.speech)
        with override(self.viewer.speech):
            meaning = _("It is about the same matter. Everything is answered there.")
        there = replace(status, name=name, customer_name=name, meaning=meaning, next_step="", expected="", usually="")
        return replace(there, said="", outcome="stopped", turn=Turn.NOBODY, due_at=None, glyph="", step_number=0)

    def _fill(self, text: TextValue | None, words: Mapping[str, str]) -> str:
        with override(self.viewer.language):
            neutral = _("your details")
        return placeholders.render(self.text(text), words, neutral=neutral, escape=isolated)

    def _moves(self) -> tuple[VisibleMove, ...]:
        if self.request.merged_into_number is not None:
            return ()
        if self.viewer.is_staff and "move" not in self.viewer.role.permissions:
            return ()
        moves = self.type.flow.moves_from(self.request.status_key, self.viewer.role)
        return tuple(
            VisibleMove(
                to=move.to,
                label=self.text(self._move_label(move)),
                to_name=self.text(self._status_name(move.to)),
                turn_after=self.type.flow.status(move.to).turn,
                ends_stopped=self.type.flow.status(move.to).outcome == "stopped",
                asks_reason=move.ask_reason,
                must_fill=tuple(move.must_fill),
            )
            for move in moves
        )

    def _move_label(self, move: CompiledTransition) -> TextValue:
        """SECURITY: a move without words of its own bears the status's name, and staff's names stay with staff."""
        status = self.type.flow.status(move.to)
        is_staffs_own = not self.viewer.is_staff and move.label == status.name
        return status.customer_name if is_staffs_own else move.label

    def _status_name(self, key: str) -> TextValue:
        status = self.type.flow.status(key)
        return status.name if self.viewer.is_staff else status.customer_name

    def _may_message(self) -> bool:
        if self.request.merged_into_number is not None:
            return False
        if self.viewer.is_staff:
            return "reply" in self.viewer.role.permissions
        return "message" in self.status.customer_may
