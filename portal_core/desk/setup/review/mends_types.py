"""Mends of what is wrong with request types, kinds of record and their fields."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.operations import Set
from portal_core.config.placeholders import FIELD_PREFIX
from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import (
    Control,
    Finding,
    Loss,
    Menders,
    Option,
    dropping,
    picking,
    removing,
    setting,
    taking_out,
)
from portal_core.desk.setup.review.mends_asks import let_add
from portal_core.desk.setup.review.mends_rules import rule_condition, rule_team

_AUDIENCES: Final[tuple[tuple[str, JsonValue], ...]] = (
    ("People who have signed in", {"who": "signed_in"}),
    ("Everybody", None),
)
_CURRENCIES: Final = ("EUR", "GBP", "USD", "CHF")
# Kinds of field whose answer can stand in a title.
_IN_TITLES: Final = ("text", "choice", "number", "date", "email", "phone", "record")


def _flow(finding: Finding) -> Control:
    return Control("It goes through", picking(finding.path, finding.named("flows")))


def _start(finding: Finding) -> Control:
    flow = str(finding.read(*finding.path[:2], "flow"))
    open_ones = [str(item["key"]) for item in finding.items("flows", flow, "statuses") if not item.get("outcome")]
    statuses = ((key, name) for key, name in finding.named("flows", flow, "statuses") if key in open_ones)
    return Control("It begins at", picking(finding.path, statuses))


def _audience(finding: Finding) -> Control:
    return Control("Who may use it", tuple(setting(label, finding.path, value) for label, value in _AUDIENCES))


def _title(finding: Finding) -> Control:
    """The title by one question that its readers always see, or by the name of the type alone."""
    owner = finding.path[:2]
    fields = (
        field
        for field in finding.items(*owner, "fields")
        if field.get("kind") in _IN_TITLES and not _is_hidden_somewhere(field)
    )
    found = [
        setting(
            f"The answer to “{finding.names.field(owner, str(field['key']))}”",
            finding.path,
            f"{{{FIELD_PREFIX}{field['key']}}}",
        )
        for field in fields
    ]
    if owner[0] == "types":
        found.append(dropping(setting("The name of the request type alone", finding.path, None)))
    return Control("What it is called", tuple(found))


def _is_hidden_somewhere(field: Mapping[str, JsonValue]) -> bool:
    at = field.get("at")
    shown = [field.get("show"), *(at.values() if isinstance(at, dict) else ())]
    return any("hidden" in levels.values() for levels in shown if isinstance(levels, dict))


def _label(finding: Finding) -> Control:
    return Control("The question as people read it", text_path=finding.path)


def _info(finding: Finding) -> Control:
    return Control("The text between the questions", text_path=finding.path)


def _condition(finding: Finding) -> Control:
    always = dropping(setting("Ask it always", finding.path, None), Loss.QUESTION_ALWAYS, finding.path[:-1])
    return Control("When it is asked", (always,))


def _default(finding: Finding) -> Control:
    none = setting("Nothing is filled in before", finding.path, None)
    return Control(
        "What is filled in before", (none, *picking(finding.path, finding.named(*finding.path[:-1], "choices")))
    )


def _least(finding: Finding) -> Control:
    """The least lies above the most, or is no day."""
    field = finding.path[:-1]
    least, most = (finding.read(*field, name) for name in ("min", "max"))
    none = setting("Without this limit", finding.path, None)
    if least is None or most is None or finding.kind is ProblemKind.NO_SUCH_DAY:
        return Control("The limits", (none,))
    swapped = Option("The other way round", (Set((*field, "min"), most), Set((*field, "max"), least)))
    return Control("The limits", (swapped, none))


def _pattern(finding: Finding) -> Control:
    field = finding.path[:-1]
    gone = Option("Any answer will do", (Set((*field, "pattern"), None), Set((*field, "pattern_error"), None)))
    if finding.path[-1] == "pattern_error" and finding.read(*field, "pattern") is not None:
        return Control("What people read when it does not fit", text_path=finding.path)
    return Control("The form of the answer", (gone,))


def _kind(finding: Finding) -> Control | None:
    """What the kind of a field needs from the portal, or a kind that cannot stand there."""
    if finding.kind is ProblemKind.NO_CURRENCY:
        return Control(
            "Currency of the portal", tuple(setting(code, ("portal", "currency"), code) for code in _CURRENCIES)
        )
    if finding.kind is ProblemKind.NOT_ALLOWED_HERE:
        return Control("What is right", (removing("Do not ask for it", finding.path[:-1]),))
    return None


def _record_kind(finding: Finding) -> Control:
    loss = Loss.COLUMN if finding.path[-3] == "columns" else Loss.QUESTION
    drop = dropping(removing("Do not ask for it", finding.path[:-1]), loss, finding.path[:-1])
    if finding.kind is ProblemKind.CHANGED_RECORD_KIND:
        was = setting("As before", finding.path, finding.key_of("record_kinds"))
        return Control("Which kind of record", (was, drop))
    return Control("Which kind of record", (*picking(finding.path, finding.named("record_kinds")), drop))


def _document_kind(finding: Finding) -> Control:
    own = finding.read(*finding.path)
    kinds = ((key, name) for key, name in finding.named("document_kinds") if key != own)
    loose = dropping(setting("Of no kind: it is kept with the request alone", finding.path, None))
    options = (*let_add(finding), *_hide_too(finding), *picking(finding.path, kinds), loose)
    return Control("Kind of document", options)


def _hide_too(finding: Finding) -> Iterable[Option]:
    if finding.kind is ProblemKind.SEEN_AS_DOCUMENT:
        role = finding.key_of("roles")
        place = ("document_kinds", finding.key_of("document_kinds"), "show", role)
        yield setting(f"{finding.role(role)} do not see these documents either", place, "hidden")


def _max_files(finding: Finding) -> Control:
    return Control("How many files", (setting("As many as its kind of document takes", finding.path, None),))


def _too_early(finding: Finding) -> Control | None:
    """Shown in a status in which nobody can have answered it; two of one key are for the page itself."""
    if finding.kind is not ProblemKind.SHOWN_TOO_EARLY:
        return None
    status = finding.key_of("statuses")
    place = (*finding.path, "at", status, "customer")
    flow = str(finding.read(*finding.path[:2], "flow"))
    name = finding.names.status(flow, status)
    return Control("Where customers see it", (setting(f"Not at “{name}”", place, "hidden"),))


def _column(finding: Finding) -> Control | None:
    """A fault inside a column of a table, as in a field; the column itself goes where nothing else mends it."""
    match finding.path[-1]:
        case "label":
            return Control("The words of its head", text_path=finding.path)
        case "kind":
            return _kind(finding)
        case "record_kind":
            return _record_kind(finding)
        case "min" | "max":
            return _least(finding)
        case "choices":
            return None
    return taking_out(finding)


_F: Final = ("types.*.fields.*", "record_kinds.*.fields.*")
_OF_A_FIELD: Final[Menders] = (
    ("label", _label),
    ("text", _info),
    ("when", _condition),
    ("default", _default),
    ("min", _least),
    ("max", _least),
    ("pattern", _pattern),
    ("pattern_error", _pattern),
    ("kind", _kind),
    ("record_kind", _record_kind),
    ("document_kind", _document_kind),
    ("max_files", _max_files),
    ("required", taking_out),
    ("remember", taking_out),
    ("calculated", taking_out),
    ("country", taking_out),
    ("at", taking_out),
    ("at.*", taking_out),
    ("at.*.*", taking_out),
    ("show.*", taking_out),
)
TYPES: Final[Menders] = (
    ("types.*.flow", _flow),
    ("types.*.start", _start),
    ("types.*.title", _title),
    ("record_kinds.*.title", _title),
    ("types.*.for", _audience),
    ("types.*.assign.*.team", rule_team),
    ("types.*.assign.*.person", rule_team),
    ("types.*.assign.*.when", rule_condition),
    *((f"{place}.columns.*.*", _column) for place in _F),
    *((f"{place}.{part}", mender) for place in _F for part, mender in _OF_A_FIELD),
    ("types.*.fields.*", _too_early),
)
