"""The form field for files: what was chosen, what is on file, and what was refused.

A page carries the keys of files that were taken already (`f-KEY`, one each) and, for a document on file, `d-` and the
document's key. New files come beside them in `f-KEY_new`; `with_files` takes them before the form is made, so that they
are kept whatever else is wrong. Where more is on file than is shown, `f-KEY_find` holds words to find it by, and a
button sends the form for that alone, as the buttons of tables do (`tenants/ui/rows.py`).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict
from django.http.request import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portal_core.config.file_formats import accept_attribute, extensions_for, takes_pictures
from portal_core.documents.names import extension_of
from portal_core.documents.shown import ShownFile, shown_file
from portal_core.documents.uploads import Rules, own_files, stored_value, take_all
from portal_core.documents.vault import Offer, OnShelf
from portal_core.documents.words import reason_for
from portal_core.history.record import JsonValue
from tenants.identifiers import parse_uuid
from tenants.typed import LOOKED_BY
from tenants.ui.rows import ENTER, PRESSED
from tenants.ui.tried import REFUSED
from tenants.uploads import MEGABYTE

NEW: Final = "_new"
FIND: Final = "_find"
FIND_LENGTH: Final = 100
# Of the documents on file, the newest are offered in sight, the others below them.
IN_SIGHT: Final = 3
DOCUMENT: Final = "d-"
_MOST_KEYS: Final = 200


class SentData(QueryDict):
    """A form's data with the files that came along already taken; `refusals` are sentences by name in the page."""

    refusals: dict[str, list[str]]


@dataclass(frozen=True)
class Sender:
    """Who sends files (a person, or a guest's browser), and for which customer."""

    owner_id: uuid.UUID | None
    customer_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Chosen:
    """What a page sends for one field of files."""

    keys: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    # What is looked for on file.
    find: str = ""


def _words(data: Mapping[str, Any], name: str) -> str:
    """What was typed to find a document by."""
    return str(data.get(name, "")).replace("\x00", "").strip()[:FIND_LENGTH]


class FilesInput(forms.Widget):
    """Reads what was sent; the component `upload.html` draws it."""

    needs_multipart_form = True
    component = "components/upload.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Chosen:
        """Keys of files and documents, in order. `Any`: Django's own signature."""
        values = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, ())
        keys = [value for value in values if isinstance(value, str) and value][:_MOST_KEYS]
        refusals = getattr(data, "refusals", {}).get(name, ())
        return Chosen(tuple(dict.fromkeys(keys)), tuple(refusals), _words(data, f"{name}{FIND}"))

    def pressed(self, data: Mapping[str, Any], name: str) -> str:
        """Whether the form came in only to look for what is on file: then what its button sends. Enter does that where
        the box holds words that were not looked for yet, and sends the form everywhere else."""
        asked, button = str(data.get(PRESSED, "")), f"find {name}"
        if asked == ENTER:
            words = _words(data, f"{name}{FIND}")
            return button if words and words != _words(data, f"{name}{LOOKED_BY}") else ""
        return button if asked == button else ""

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Nothing chosen sends nothing, as with checkboxes."""
        return False


@dataclass(frozen=True)
class Upload:
    """Everything that the component shows of one field."""

    name: str
    new_name: str
    element_id: str
    limits: str
    accept: str
    kind_key: str
    many: bool
    camera: bool
    max_bytes: int
    max_files: int
    files: tuple[ShownFile, ...]
    # What is on file, each with whether it is ticked: the newest, those that are folded away below them, and of all
    # before those what was chosen or looked for.
    offers: tuple[tuple[Offer, bool], ...]
    older: tuple[tuple[Offer, bool], ...]
    found: tuple[tuple[Offer, bool], ...]
    # Whether there are others to look for; by which words that was done, and by which button it is.
    has_more: bool
    find: str
    # Whether the page came for that alone: it goes on there.
    is_sought: bool
    find_name: str
    found_name: str
    find_press: str
    too_large: str
    too_many: str

    @property
    def is_older_ticked(self) -> bool:
        """Whether one of the older documents is chosen, or was looked for: then they are not folded away."""
        return bool(self.find or self.found) or any(ticked for _offer, ticked in self.older)

    @property
    def finds_nothing(self) -> bool:
        """Whether nothing that is not shown anyway has the words."""
        return bool(self.find) and not self.found


class FilesField(forms.Field):
    """Files as `[{"id", "name", "size", "type"}, …]`.

    SECURITY: a key counts only if its file was taken by this sender and is not attached yet, stands in the field
    already, or belongs to a document that is offered to this reader. Any other is as unknown as a made-up one.
    """

    widget = FilesInput

    def __init__(
        self,
        *,
        rules: Rules,
        sender: Sender,
        kind_key: str = "",
        offers: Iterable[Offer] = (),
        beyond: OnShelf | None = None,
        ticks_newest: bool = True,
        **options: Any,
    ) -> None:
        """`offers` are shown, the newest ticked at first; `beyond` leads to others, where there are any."""
        super().__init__(**options)
        self.rules = rules
        self.owner_id, self.customer_id = sender.owner_id, sender.customer_id
        self.kind_key = kind_key
        self.offers, self.beyond, self.ticks_newest = tuple(offers), beyond, ticks_newest
        # Of those before the newest what the page has named.
        self._named: tuple[Offer, ...] = ()
        self.starting: list[dict[str, JsonValue]] = []
        self._known_keys: frozenset[str] = frozenset()
        self._found: dict[tuple[str, ...], list[dict[str, JsonValue]]] = {}

    def starts_with(self, value: JsonValue) -> None:
        """Which files stand in the field: they may stay without being sent again."""
        self.starting = [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def clean(self, value: object) -> list[dict[str, JsonValue]]:
        """The files, or what is wrong with them: one sentence for each."""
        chosen = value if isinstance(value, Chosen) else Chosen()
        found = self.files_for(chosen.keys)
        problems = [ValidationError(text, code=REFUSED) for text in chosen.refusals]
        problems += [ValidationError(text, code="files") for text in self._problems(chosen, found)]
        if not problems and self.required and not found:
            problems.append(ValidationError(_("Add a file."), code="files"))
        if problems:
            raise ValidationError(problems)
        return found

    def _problems(self, chosen: Chosen, found: list[dict[str, JsonValue]]) -> Iterable[str]:
        standing = {item["id"] for item in self._known_already()}
        names = extensions_for(self.rules.accept)
        for item in found:
            if item["id"] in standing:
                continue
            if extension_of(str(item["name"])) not in names:
                yield reason_for(str(item["name"]), "not_accepted", limit=self.rules.words)
            elif int(str(item["size"])) > self.rules.max_bytes:
                yield reason_for(str(item["name"]), "too_large", limit=self.rules.words)
        if len(found) > self.rules.max_files:
            yield _("That is too much: take files out until it fits. %(limits)s") % {"limits": self.rules.words}
        if len(self._keys_known(chosen.keys)) < len(chosen.keys):
            yield _("A file that you had chosen is no longer here. Choose it once more.")

    def files_for(self, keys: tuple[str, ...]) -> list[dict[str, JsonValue]]:
        """The files behind these keys, each once; one query, and none where nothing new was chosen."""
        if keys not in self._found:
            self._found[keys] = self._look_up(keys)
        return self._found[keys]

    def _look_up(self, keys: tuple[str, ...]) -> list[dict[str, JsonValue]]:
        known: dict[str, list[dict[str, JsonValue]]] = {}
        for item in self._known_already():
            known[str(item["id"])] = [item]
        self._named = self._named_beyond(keys)
        for offer in (*self.offers, *self._named):
            known[f"{DOCUMENT}{offer.id}"] = [dict(item) for item in offer.files]
        new = [key for text in keys if text not in known and (key := parse_uuid(text)) is not None]
        known |= {str(row.pk): [dict(stored_value(row))] for row in own_files(self.owner_id, self.customer_id, new)}
        self._known_keys = frozenset(known)
        found = {str(item["id"]): item for key in keys for item in known.get(key, ())}
        return list(found.values())

    def _named_beyond(self, keys: Iterable[str]) -> tuple[Offer, ...]:
        """SECURITY: those that a form may offer, whatever the page has named."""
        if self.beyond is None:
            return ()
        newest = {offer.id for offer in self.offers}
        named = (parse_uuid(key.removeprefix(DOCUMENT)) for key in keys if key.startswith(DOCUMENT))
        others = [key for key in named if key is not None and key not in newest]
        return self.beyond.named(others) if others else ()

    def _found_beyond(self, find: str) -> tuple[Offer, ...]:
        """What was chosen or looked for, beyond the newest."""
        if self.beyond is None:
            return ()
        shown = {offer.id for offer in (*self.offers, *self._named)}
        return (*self._named, *(offer for offer in self.beyond.find(find) if offer.id not in shown))

    def _known_already(self) -> list[dict[str, JsonValue]]:
        return [*self.starting, *(dict(item) for offer in (*self.offers, *self._named) for item in offer.files)]

    def _keys_known(self, keys: tuple[str, ...]) -> frozenset[str]:
        self.files_for(keys)
        return frozenset(keys) & self._known_keys

    def upload(self, bound: BoundField) -> Upload:
        """What the component draws: the files that stand there, the documents that are offered, the limits."""
        find = ""
        if bound.form.is_bound:
            chosen: tuple[str, ...] = bound.data.keys
            find = bound.data.find
            files, ticked = self.files_for(chosen), {key for key in chosen if key.startswith(DOCUMENT)}
        else:
            files = self.starting
            standing = {item["id"] for item in files}
            first = self.offers[:1] if self.ticks_newest and not files else ()
            used = [offer for offer in self.offers if standing & {item["id"] for item in offer.files}]
            ticked = {f"{DOCUMENT}{offer.id}" for offer in (*first, *used)}
        found = self._found_beyond(find)
        offered = {item["id"] for offer in (*self.offers, *found) for item in offer.files}
        offers, more = (
            tuple((offer, f"{DOCUMENT}{offer.id}" in ticked) for offer in some) for some in (self.offers, found)
        )
        shown = tuple(shown_file(item) for item in files if item["id"] not in offered)
        return Upload(
            name=bound.html_name,
            new_name=f"{bound.html_name}{NEW}",
            element_id=bound.id_for_label or bound.html_name,
            limits=self.rules.words,
            accept=accept_attribute(self.rules.accept),
            kind_key=self.kind_key,
            many=self.rules.max_files > 1,
            camera=takes_pictures(self.rules.accept),
            max_bytes=self.rules.max_bytes,
            max_files=self.rules.max_files,
            files=shown,
            offers=offers[:IN_SIGHT],
            older=offers[IN_SIGHT:],
            found=more,
            has_more=self.beyond is not None and self.beyond.has_more,
            find=find,
            is_sought=_is_sought(bound),
            find_name=f"{bound.html_name}{FIND}",
            found_name=f"{bound.html_name}{LOOKED_BY}",
            find_press=f"find {bound.html_name}",
            too_large=_("This file is too large. At most %(size)s MB are taken here.")
            % {"size": self.rules.max_bytes // MEGABYTE},
            too_many=_("This is one file too many. %(limits)s") % {"limits": self.rules.words},
        )


def _is_sought(bound: BoundField) -> bool:
    widget = bound.field.widget
    return (
        bound.form.is_bound
        and isinstance(widget, FilesInput)
        and bool(widget.pressed(bound.form.data, bound.html_name))
    )


def with_files(request: HttpRequest, make_form: Callable[[], forms.BaseForm | None]) -> QueryDict:
    """The data of the form that was sent, with the files that came along taken by the rules of its fields.

    `make_form` makes the form as it stood in the page; it is asked only when there are files. Files for anything else
    are not kept.
    """
    if not request.FILES:
        return request.POST
    form = make_form()
    if form is None:
        return request.POST
    return _taken(request, {form.add_prefix(name): field for name, field in form.fields.items()})


def _taken(request: HttpRequest, fields: Mapping[str, forms.Field]) -> SentData:
    data = SentData(mutable=True)
    for name, values in request.POST.lists():
        data.setlist(name, values)
    data.refusals = {}
    for name, field in fields.items():
        sent = request.FILES.getlist(f"{name}{NEW}")
        if not sent or not isinstance(field, FilesField) or field.owner_id is None:
            continue
        # Where one file is asked for, another takes its place.
        kept = data.getlist(name) if field.rules.max_files > 1 else []
        taken = take_all(field.owner_id, sent, field.rules, already=len(kept))
        data.setlist(name, [*kept, *taken.ids] if taken.files else data.getlist(name))
        if taken.refusals:
            data.refusals[name] = taken.refusals
    return data
