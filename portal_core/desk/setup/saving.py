"""Answers to an edit: to a form that was sent, to one that saves by itself, to a single button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from portal_core.accounts.pages import PersonRequest
from portal_core.config.document import DocumentRefused
from portal_core.config.draft.paths import NoSuchPlace
from portal_core.config.errors import DraftChanged, EditConflict
from portal_core.desk.setup.sheet import Sheet, first_error


def is_autosave(request: PersonRequest) -> bool:
    """Whether the page's script has sent it while somebody was typing."""
    return request.headers.get("X-Requested-With") == "fetch"


def posted(request: PersonRequest) -> QueryDict | None:
    """What was sent with a form; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def mark_to_show(request: PersonRequest, now: str) -> str:
    """The mark that a form over something without a key carries: `now`, or the one it was sent with.

    Pressed once more, a form that comes back must not be about what stands at that place by now.
    """
    return request.POST.get("mark", now)


def answer_sheet(
    request: PersonRequest, sheet: Sheet, back: str, page: Callable[[Sheet, int], HttpResponse]
) -> HttpResponse:
    """Shows a sheet, or saves one that was sent: `back` is where to go then, `page` also shows what is wrong."""
    if not sheet.is_bound:
        return page(sheet, 200)
    is_saved = sheet.is_valid() and sheet.save(request.actor)
    if is_autosave(request):
        answer = HttpResponse(
            f"Saved in the draft. {sheet.first_hint}".strip() if is_saved else f"Not saved. {first_error(sheet)}",
            status=200 if is_saved else 422,
            content_type="text/plain; charset=utf-8",
        )
        # The page's script marks the box.
        answer["X-Wrong-Field"] = "" if is_saved else next((name for name in sheet.errors if name in sheet.fields), "")
        return answer
    if not is_saved:
        return page(sheet, 400)
    messages.success(request, "Saved in the draft.")
    return HttpResponseRedirect(back)


@dataclass(frozen=True, slots=True)
class Keyless:
    """One of a list, without a key of its own. `mark` is what it is now; `many` is what the list is called."""

    mark: str
    many: str
    list_href: str

    def is_meant(self, request: PersonRequest) -> bool:
        """Whether a form is about what stands there now; says so where it is not."""
        if request.POST.get("mark") == self.mark:
            return True
        messages.error(request, f"The {self.many} were changed meanwhile. Look at them again.")
        return False


def answer_keyless(
    request: PersonRequest, sheet: Sheet, edited: Keyless, page: Callable[[int], HttpResponse]
) -> HttpResponse:
    """Shows a form over something without a key, or saves one that was sent; never over another than the person saw."""
    if not sheet.is_bound:
        return page(200)
    if not sheet.is_valid():
        return page(400)
    if not edited.is_meant(request):
        return page(409)
    if not sheet.save(request.actor):
        return page(400)
    messages.success(request, "Saved in the draft.")
    return HttpResponseRedirect(edited.list_href)


def do_edit(
    request: PersonRequest, back: str, act: Callable[[], object], done: str = "", typed: str = ""
) -> HttpResponse:
    """Runs one edit of a button and goes back; what cannot be done is said there. A script gets a status alone.

    `typed` is what the page that follows does not show any more: a refusal repeats it, so that it can be copied.
    """
    again = f" You had answered: “{typed}”." if typed else ""
    try:
        act()
    except NoSuchPlace:
        messages.error(request, f"Somebody has taken this out meanwhile.{again}")
    except DraftChanged:
        said = "Somebody changed the draft at the same moment. Yours was not written: try again."
        messages.error(request, f"{said}{again}")
    except EditConflict as conflict:
        what = f"“{conflict.title}”" if conflict.title else "This"
        messages.error(request, f"{what} cannot be undone: the same place was changed since.")
    except DocumentRefused as refused:
        problem = refused.problems[0]
        messages.error(request, f"{problem.problem} {problem.mend}{again}")
    else:
        if is_autosave(request):
            return HttpResponse(status=204)
        if done:
            messages.success(request, done)
    # A script that is told of a conflict loads the page again, which then says why.
    return HttpResponse(status=409) if is_autosave(request) else HttpResponseRedirect(back)


def refusal(request: PersonRequest) -> str:
    """What stood against a press, to be said at its place; no later page says it then."""
    said = [str(message) for message in messages.get_messages(request) if message.level >= messages.ERROR]
    return " ".join(said)


def is_refused(request: PersonRequest) -> bool:
    """Whether something stood against the press; the next page says it."""
    waiting = messages.get_messages(request)
    is_error = any(message.level >= messages.ERROR for message in waiting)
    if isinstance(waiting, BaseStorage):
        waiting.used = False
    return is_error


def part_answer(request: PersonRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """A part of the page after a press: as it is now, with what stood against the press instead of a later page."""
    answer = render(request, template, {**context, "problem": refusal(request)})
    answer["HX-Trigger"] = "draft-changed"
    return answer
