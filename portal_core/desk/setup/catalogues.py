"""What the shared lists of the portal are: their words, and what is asked about each item."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from portal_core.accounts.roles import AGENT, CUSTOMER, MANAGER, PERMISSIONS
from portal_core.config.checks.names import BUILT_IN_ROLES
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import in_use
from portal_core.desk.permission_words import PERMISSION_WORDS
from portal_core.desk.setup.controls import (
    Control,
    Line,
    Number,
    Pick,
    Several,
    Switch,
    label_text,
    letter_text,
    sign,
)
from portal_core.desk.setup.field_lists import column_name, role_columns
from portal_core.desk.setup.frame import name_of, offered_of, words
from portal_core.desk.setup.placing import plain_words, without_braces, words_of_mail, words_of_record

Item = dict[str, JsonValue]


def _no_note(draft: Draft, item: Item) -> str:
    return ""


def _named(draft: Draft, name: str) -> Item:
    return {"name": name}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One shared list. `begins` gives what a new item of a name cannot do without."""

    collection: str
    url_name: str
    stem: str
    title: str
    sub: str
    noun: str
    fallback: str
    controls: Callable[[Draft, Item], Sequence[Control]]
    note: Callable[[Draft, Item], str] = _no_note
    begins: Callable[[Draft, str], Item] = _named
    name_key: str = "name"
    can_retire: bool = True
    # Names that something else has which stands beside these in every portal.
    taken_names: Sequence[str] = ()
    has_fields: bool = False

    def name(self, draft: Draft, item: Item) -> str:
        """What an item is called."""
        return without_braces(words(item.get(self.name_key), draft), draft) or str(item["key"])


def _document_kind(draft: Draft, item: Item) -> list[Control]:
    seen = (("hidden", "not see it"), ("see", "see it"))
    decides = ("edit", "see, approve and send it back")
    return [
        label_text("name", ("name",), "Name", required=True),
        Pick(
            name="added_by",
            path=("added_by",),
            label="Who adds it",
            choices=(("both", "Customers and staff"), ("customer", "Customers"), ("staff", "Staff")),
            default="both",
        ),
        Several(
            name="accept",
            path=("accept",),
            label="Files that are taken",
            help="None ticked: all of them.",
            choices=_GROUPS,
        ),
        Number(name="max_files", path=("max_files",), label="At most so many files", min_value=1, max_value=100),
        Number(
            name="max_size", path=("max_size_mb",), label="Each at most so many megabytes", min_value=1, max_value=1_000
        ),
        Number(
            name="valid",
            path=("valid_months",),
            label="Valid for so many months",
            help="Empty: it does not run out.",
            min_value=1,
            max_value=1_200,
        ),
        Switch(
            name="reusable",
            path=("reusable",),
            label="Offered again when it is asked for",
            help="Customers are asked once and use what is on file.",
        ),
        *(
            Pick(
                name=f"show-{role.key}",
                path=("show", role.key),
                label=_MAY.get(role.key) or f"{column_name(role)} may",
                choices=seen if role.key == CUSTOMER else (*seen, decides),
                empty=_USUALLY.get(role.key, "the same as the role it is like"),
            )
            for role in role_columns(draft)
        ),
        Number(name="keep", path=("keep_years",), label="Kept for so many years", min_value=1, max_value=100),
    ]


# How the lists of who sees a kind of document begin, and what they say where nothing is chosen.
_MAY: Final = {CUSTOMER: "Customers may", AGENT: "The desk may"}
_USUALLY: Final = {CUSTOMER: "see it, as usual", AGENT: "see, approve and send it back, as usual"}
_GROUPS: Final = (
    ("pdf", "PDF"),
    ("image", "Photos and scans"),
    ("document", "Text documents"),
    ("spreadsheet", "Spreadsheets"),
)


def _record_kind(draft: Draft, item: Item) -> list[Control]:
    return [
        label_text("name", ("name",), "Name", required=True),
        Line(
            name="title",
            path=("title",),
            label="What one of them is called",
            help="In lists and forms: put in what tells one from the other.",
            offers=words_of_record(draft, item),
        ),
        sign("icon", ("icon",)),
    ]


def _ready_answer(draft: Draft, item: Item) -> list[Control]:
    return [
        label_text("name", ("name",), "Name", "Staff find it by this.", required=True),
        replace(letter_text("body", ("body",), "Answer", required=True), offers=plain_words()),
    ]


def _message(draft: Draft, item: Item) -> list[Control]:
    offered = words_of_mail(draft, str(item["key"]))
    return [
        replace(label_text("subject", ("subject",), "Subject", required=True), offers=offered),
        replace(letter_text("body", ("body",), "Text", required=True), offers=offered),
        replace(label_text("button", ("button",), "Button", "It leads to the request."), offers=offered),
    ]


def _team(draft: Draft, item: Item) -> list[Control]:
    return [label_text("name", ("name",), "Name", required=True)]


def _role(draft: Draft, item: Item) -> list[Control]:
    others = offered_of(draft, "roles", but=str(item["key"]))
    types = offered_of(draft, "types")
    return [
        label_text("name", ("name",), "Name", required=True),
        Pick(
            name="based_on",
            path=("based_on",),
            label="Like",
            help="It may do what this one may, or less; never more.",
            choices=((AGENT, "Agent"), (MANAGER, "Manager"), *others),
        ),
        Several(
            name="permissions",
            path=("permissions",),
            label="May",
            help="None ticked: everything that the other role may.",
            choices=[(key, told) for key, told in PERMISSION_WORDS.items() if key in PERMISSIONS[MANAGER]],
        ),
        Pick(
            name="scope",
            path=("scope",),
            label="Meets",
            choices=(("all", "all requests"), ("team", "requests of their own team"), ("own", "requests they have")),
            empty="the same requests as the other role",
        ),
        Several(
            name="types",
            path=("types",),
            label="Request types",
            help="None ticked: the same as the other role.",
            choices=types,
        ),
    ]


def _role_note(draft: Draft, item: Item) -> str:
    base = str(item.get("based_on", ""))
    built_in = {AGENT: "Agent", MANAGER: "Manager"}
    return f"like {built_in.get(base) or name_of(draft.head('roles', base), draft)}"


def _document_note(draft: Draft, item: Item) -> str:
    months = item.get("valid_months")
    valid = f"valid for {months} months" if isinstance(months, int) else ""
    who = {"staff": "added by staff", "customer": "added by customers"}.get(str(item.get("added_by")), "")
    return " · ".join(part for part in (who, valid) if part)


def _field_note(draft: Draft, item: Item) -> str:
    count = len(in_use(item.get("fields")))
    return "1 field" if count == 1 else f"{count} fields"


CATALOGUES: Final = {
    made.url_name: made
    for made in (
        Catalogue(
            collection="document_kinds",
            url_name="document_kinds",
            stem="document-kinds",
            title="Document kinds",
            sub="Papers that you ask for or share: who adds them, how long they are valid, who sees them.",
            noun="document kind",
            fallback="document",
            controls=_document_kind,
            note=_document_note,
        ),
        Catalogue(
            collection="record_kinds",
            url_name="record_kinds",
            stem="record-kinds",
            title="Saved records",
            sub="What customers keep with you, such as a boiler or a car: asked once, then filled in by itself.",
            noun="kind of record",
            fallback="record",
            controls=_record_kind,
            note=_field_note,
            has_fields=True,
        ),
        Catalogue(
            collection="ready_answers",
            url_name="ready_answers",
            stem="ready-answers",
            title="Ready answers",
            sub="Answers that staff start from, instead of writing them again.",
            noun="ready answer",
            fallback="answer",
            controls=_ready_answer,
            begins=lambda draft, name: {"name": name, "body": name},
            can_retire=False,
        ),
        Catalogue(
            collection="messages",
            url_name="messages",
            stem="mails",
            title="Mails",
            sub="The words of the mails that statuses and reminders send.",
            noun="mail",
            fallback="mail",
            controls=_message,
            begins=lambda draft, name: {"subject": name, "body": name},
            name_key="subject",
            can_retire=False,
        ),
        Catalogue(
            collection="teams",
            url_name="teams",
            stem="teams",
            title="Teams",
            sub="Groups of staff that handle requests. Who is in one stands at Team.",
            noun="team",
            fallback="team",
            controls=_team,
        ),
        Catalogue(
            collection="roles",
            url_name="roles",
            stem="roles",
            title="Roles",
            sub="Roles of your own, beside owner, manager and agent: what they may do and which requests they meet.",
            noun="role",
            fallback="role",
            controls=_role,
            note=_role_note,
            begins=lambda draft, name: {"name": name, "based_on": AGENT},
            taken_names=BUILT_IN_ROLES,
        ),
    )
}
