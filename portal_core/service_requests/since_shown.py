"""The small forms of a request's page (what is asked, what a move needs, one answer), shown under one version of the
portal and sent under another.

What still fits is taken by the version that is live now. Where something was typed that is no longer asked, or the ask,
the move or the question is gone as a whole, the page comes back with all that was typed and says what has changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal_core.config.answers_form import PREFIX, AnswersForm
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document.flows import Ask, ReadAsk, UploadAsk
from portal_core.config.visibility import Visibility
from portal_core.service_requests.forms import asked_about
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.since_opened import NOTHING_CHANGED, Changed, difference, opened_under
from portal_core.service_requests.typed_then import Files, Lost, TypedThen
from portal_core.service_requests.viewer import Viewer

# What is typed beside the answers: a reason, how an answer came.
_BESIDE: Final = ("reason", "note")


@dataclass(frozen=True)
class SentForm:
    """One of them as it came in, for whoever sent it, by the version that is live now (`portal`)."""

    data: QueryDict
    files: Files
    row: ServiceRequest
    viewer: Viewer
    portal: CompiledPortal

    def changed(self, form: AnswersForm | None) -> Changed:
        """What was typed into questions that `form`, the one of now, has no more. No query where no version lies
        between, one otherwise.
        """
        before = opened_under(self.data, self.portal)
        if before is None or form is None:
            return NOTHING_CHANGED
        form.is_valid()
        now = {key: form.compiled[key] for key in form.fields}
        found = difference(
            self._then(before), self._asked_then(before), now, form.asked, {**form.values, **form.cleaned_data}
        )
        # What is asked newly is said by its own field: the form does not pass without it, or it may stay empty.
        return Changed(lost=found.lost, refused=found.refused)

    def kept(self) -> tuple[Lost, ...]:
        """All that was typed, in words, for when nothing of the form is there any more."""
        before = opened_under(self.data, self.portal) or self.portal
        then = self._then(before)
        found = [Lost(then.label(field), then.words(field)) for field in self._asked_then(before).values()]
        found += [Lost(_("Your words"), self.data.get(name, "").replace("\x00", "").strip()) for name in _BESIDE]
        return tuple(item for item in found if item.words)

    def was_asked(self, key: str) -> bool:
        """Whether this reader could answer the question in the version under which the form was opened."""
        before = opened_under(self.data, self.portal)
        return before is not None and key in dict(self._answerable(before))

    def asks_otherwise(self, ask_key: str) -> bool:
        """Whether the words to be read, or the kind of document that is wanted, are others than the page showed."""
        before = opened_under(self.data, self.portal)
        if before is None:
            return False
        then, now = self._ask(before, ask_key), self._ask(self.portal, ask_key)
        if isinstance(then, ReadAsk) and isinstance(now, ReadAsk):
            language = self.viewer.language
            return before.text(then.text, language) != self.portal.text(now.text, language)
        if isinstance(then, UploadAsk) and isinstance(now, UploadAsk):
            return then.document_kind != now.document_kind
        return then is not None and now is not None and then.do != now.do

    def _ask(self, portal: CompiledPortal, key: str) -> Ask | None:
        status = portal.type_or_unknown(self.row.type_key).flow.status_or_unknown(self.row.status_key)
        return next((ask for ask in status.asks if ask.key == key), None)

    def _then(self, before: CompiledPortal) -> TypedThen:
        return TypedThen(self.data, self.files, asked_about(self.row, self.viewer, self.portal).under(before))

    def _asked_then(self, before: CompiledPortal) -> dict[str, CompiledField]:
        """The questions of the version that the form has answers to."""
        return {key: field for key, field in self._answerable(before) if self._was_sent(key)}

    def _answerable(self, before: CompiledPortal) -> Iterator[tuple[str, CompiledField]]:
        """SECURITY: whoever sends a form names its questions and its version; labels are told of those alone that this
        reader could answer there at some time: the request may have been moved out of the status of the page.
        """
        kind = before.type_or_unknown(self.row.type_key)
        places = (None, self.row.status_key, *(status.key for status in kind.flow.statuses))
        for field in kind.fields:
            is_asked = field.is_input and not field.retired
            if is_asked and any(self.viewer.visibility(field, place) == Visibility.EDIT for place in places):
                yield field.key, field

    def _was_sent(self, key: str) -> bool:
        name = f"{PREFIX}-{key}"
        return any(each == name or each.startswith(f"{name}_") for each in (*self.data, *self.files))
