"""What customers are asked can be done, leads somewhere, and asks for nothing that they may not see."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, active_statuses, inputs
from portal_core.config.document.flows import ApproveAsk, Ask, FillAsk, Flow, ReadAsk, Status, UploadAsk
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility


def check_asks(index: Index) -> Iterator[Problem]:
    """The asks of every status in use, and where a request goes once they are done."""
    for flow in index.active_flows():
        for status in active_statuses(flow):
            path = f"flows.{flow.key}.statuses.{status.key}"
            for ask in status.asks:
                yield from _ask(index, flow, status, ask, f"{path}.asks.{ask.key}")
            yield from _onward(flow, status, path)


def _ask(index: Index, flow: Flow, status: Status, ask: Ask, path: str) -> Iterator[Problem]:
    if status.turn != "customer":
        text = "Something is asked of the customer here, and it is not the customer’s turn."
        yield Problem(
            path,
            text,
            'Set "turn": "customer" in this status, or move the ask to one that has it.',
            kind=ProblemKind.NOT_THEIR_TURN,
        )
    if (missing := _nothing(ask)) is not None:
        yield Problem(path, *missing, kind=ProblemKind.INCOMPLETE)
    if isinstance(ask, FillAsk):
        yield from _reachable_fields(index, flow, status, ask, path)
    if isinstance(ask, ApproveAsk):
        yield from _reachable_fields(index, flow, status, ask, path)
        for name in ("approved", "declined"):
            if getattr(ask, name) == status.key:
                yield _circle(f"{path}.{name}")
        if ask.expires_days is None or ask.required is False:
            return
        if status.close is not None and status.close.after_days < ask.expires_days:
            text = "The request is closed before what is to be approved runs out."
            yield Problem(
                f"{path}.expires_days",
                text,
                "Close later, or let it run out earlier.",
                "warning",
                kind=ProblemKind.NEVER_LATE,
            )


def _nothing(ask: Ask) -> tuple[str, str] | None:
    """What is wrong, and the mend, with an ask that asks for nothing."""
    if isinstance(ask, FillAsk) and not ask.fields:
        return "Nothing is to be filled in.", 'Add fields: ["…"].'
    if isinstance(ask, ApproveAsk) and not ask.fields and not ask.documents:
        return "Nothing is said to be approved.", 'Add fields: ["…"], those that the customer approves.'
    if isinstance(ask, ReadAsk) and not ask.text and not ask.documents:
        return "There is nothing to read.", "Add text: what the customer reads and confirms."
    if isinstance(ask, UploadAsk) and not ask.document_kind:
        return "Nothing is to be uploaded.", "Add document_kind."
    return None


def _reachable_fields(
    index: Index, flow: Flow, status: Status, ask: FillAsk | ApproveAsk, path: str
) -> Iterator[Problem]:
    """Fields that are not there are reported as references."""
    fills = isinstance(ask, FillAsk)
    needed = Visibility.EDIT if fills else Visibility.SEE
    word, verb = ("edit", "fill in") if fills else ("see", "approve")
    for kind in index.types_of(flow.key):
        fields = {field.key: field for field in inputs(kind)}
        for key in ask.fields:
            if key in fields and visibility(fields[key], index.customer, status.key) < needed:
                text = f"Customers are to {verb} “{key}” of “{kind.key}”, and cannot {word} it in “{status.key}”."
                mend = f'Let them: "at": {{"{status.key}": {{"customer": "{word}"}}}}; or take it out of the ask.'
                fault = ProblemKind.NOT_EDITABLE if fills else ProblemKind.NOT_SEEN
                field, here = ("types", kind.key, "fields", key), ("flows", flow.key, "statuses", status.key)
                names = (field, field[:2], here)
                yield Problem(f"{path}.fields", text, mend, kind=fault, names=names)


def _onward(flow: Flow, status: Status, path: str) -> Iterator[Problem]:
    required = [ask for ask in status.asks if ask.required]
    led = [ask for ask in required if isinstance(ask, ApproveAsk) and ask.approved]
    if required and status.when_done is None and not led:
        text = "Something must be done here, and nothing says where the request goes then."
        yield Problem(
            f"{path}.when_done", text, "Add when_done: the status that follows.", kind=ProblemKind.LEADS_NOWHERE
        )
    if status.when_done is not None and not required:
        text = "Nothing must be done here, so the request never moves on by itself."
        yield Problem(
            f"{path}.when_done",
            text,
            "Add an ask that is required, or take when_done out.",
            kind=ProblemKind.NOTHING_REQUIRED,
        )
    if status.when_done == status.key:
        yield _circle(f"{path}.when_done")
    if status.asks and all(ask.when is not None for ask in status.asks) and not _other_way(flow, status):
        text = "Everything that is asked here has a condition: where none holds, there is nothing to do."
        mend = "Take the condition of one ask away, or add a transition by customer or message to customer_may."
        yield Problem(f"{path}.asks", text, mend, kind=ProblemKind.NOTHING_TO_DO)


def _circle(path: str) -> Problem:
    return Problem(path, "This leads back to the status itself.", "Name another status.", kind=ProblemKind.LEADS_BACK)


def _other_way(flow: Flow, status: Status) -> bool:
    by_transition = any(status.key in move.from_ and "customer" in move.by for move in flow.transitions)
    return by_transition or "message" in status.customer_may
