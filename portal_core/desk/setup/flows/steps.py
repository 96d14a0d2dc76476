"""The course that customers see: its bars are named, added, put in order and taken out."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order, Remove, Set
from portal_core.config.draft.reading import current
from portal_core.config.queries import ever_published
from portal_core.desk.setup.controls import Text
from portal_core.desk.setup.flows.reading import FlowView
from portal_core.desk.setup.frame import name_of, setup_page
from portal_core.desk.setup.keys import new_key, typed_name
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.saving import answer_sheet, do_edit, posted
from portal_core.desk.setup.sheet import Sheet


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, flow_key: str) -> HttpResponse:
    """The names of all bars on one sheet; below it they are put in order."""
    flow = FlowView.of(current(), flow_key)
    controls = [
        Text(
            name=f"step-{step['key']}",
            path=("steps", str(step["key"]), "name"),
            label=f"Bar {number} of {len(flow.steps)}",
            required=True,
        )
        for number, step in enumerate(flow.steps, 1)
    ]
    data = posted(request)
    sheet = Sheet(controls, flow.draft, flow.path, f"{flow.name}: course", data)
    href = reverse("desk:setup_steps", args=[flow_key])

    def page(again: Sheet, code: int) -> HttpResponse:
        used = {str(step["key"]): _names(flow, str(step["key"])) for step in flow.steps}
        context = {
            "flow": flow,
            "steps": [(str(step["key"]), name_of(step, flow.draft), used[str(step["key"])]) for step in flow.steps],
            "sheet": again,
            "form": again,
            "action": href,
            "back_href": reverse("desk:setup_flow", args=[flow_key]),
        }
        return setup_page(request, "setup/flow_steps.html", flow.draft, context, parts=(flow.part,), status=code)

    return answer_sheet(request, sheet, href, page)


def _names(flow: FlowView, step_key: str) -> list[str]:
    """The statuses that stand in a bar."""
    return [name_of(status, flow.draft) for status in flow.in_use if status.get("step") == step_key]


@require_POST
@staff_page("manage_setup")
def change(request: PersonRequest, flow_key: str) -> HttpResponse:
    """`do`: add (`name`), remove (`key`); else `to` moves one."""
    flow = FlowView.of(current(), flow_key)
    back = f"{reverse('desk:setup_steps', args=[flow_key])}#order"
    typed, key, path = request.POST, request.POST.get("key", ""), (*flow.path, "steps")
    keys = [str(step["key"]) for step in flow.steps]
    operations: list[Operation]
    if typed.get("do") == "add":
        name = typed_name(typed)
        if not name:
            messages.error(request, "A bar needs a name: what customers read below it.")
            return HttpResponseRedirect(back)
        taken = {*keys, *ever_published(*path)}
        operations = [Insert(path, {"key": new_key(name, taken, fallback="step"), "name": name})]
    elif key not in keys:
        return HttpResponseRedirect(back)
    elif typed.get("do") == "remove":
        # Statuses that stood in it stand in none; nothing is left pointing at what is gone.
        stood = [status for status in flow.statuses if status.get("step") == key]
        operations = [Set((*flow.status_path(str(status["key"])), "step"), None) for status in stood]
        operations.append(Remove((*path, key)))
    else:
        operations = [Order(path, moved(keys, key, typed.get("to", "")))]
    title = f"{flow.name}: course"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=operations, title=title))
