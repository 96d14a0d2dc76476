"""What has happened since a request came into its status: kept on its row, forgotten when it goes on.

A request's `stay` is an object with these parts, all optional:

- `asks`: what was asked and is done, by the ask's key: `{"at": ISO time, "by": "customer" or "staff", "answer": …}`,
  with "documents" (their keys) where documents were given
- `sent_back`: documents that staff sent back, whose ask is open again: `[{"ask", "document", "reason"}, …]`
- `told`: what the clock has done already, so that nothing is done twice ("remind.2", "late.manager.0", …)
- `reminded_at`: when the customer was reminded last
- `runs_from`: from when the days of an ask count that runs out, by its key, where that is not the day of arrival
- `said`: what staff wrote to the customer when they moved it here, as it stands in the history
- `closed_from`: for a request that was closed because nobody answered, where it stood, what was done and said there

Of what was done nothing in it says more than that; what was approved stands in the history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest


@dataclass(frozen=True)
class DoneAsk:
    """That an ask was done: when, on whose side of the door, and the answer where there are several."""

    at: datetime
    by: str
    answer: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class SentBack:
    """A document that was not good enough, and why, in the words that the customer reads."""

    document_id: str
    reason: str


@dataclass(frozen=True)
class ClosedFrom:
    """Where a request stood when it was closed because the customer did not answer."""

    status_key: str
    asks: Mapping[str, JsonValue]
    said: str = ""


def done_asks(request: ServiceRequest) -> dict[str, DoneAsk]:
    """What was asked in this status and is done, by key."""
    return {
        key: DoneAsk(
            datetime.fromisoformat(str(item["at"])),
            str(item["by"]),
            str(item.get("answer", "")),
            tuple(item.get("documents", ())),
        )
        for key, item in request.stay.get("asks", {}).items()
    }


def mark_ask_done(request: ServiceRequest, key: str, done: DoneAsk) -> None:
    """Notes that an ask is done; the caller saves."""
    item: dict[str, JsonValue] = {"at": done.at.isoformat(), "by": done.by}
    item |= {"answer": done.answer} if done.answer else {}
    item |= {"documents": list(done.documents)} if done.documents else {}
    request.stay = {**request.stay, "asks": {**request.stay.get("asks", {}), key: item}}


def open_ask_again(request: ServiceRequest, key: str) -> None:
    """Takes back that an ask is done, here or where a closed request would come back to; the caller saves."""
    request.stay = _without_ask(request.stay, key)
    if closed := request.stay.get("closed_from"):
        request.stay = {**request.stay, "closed_from": _without_ask(closed, key)}


def _without_ask(part: Mapping[str, JsonValue], key: str) -> dict[str, JsonValue]:
    asks = part.get("asks")
    return (
        {**part, "asks": {name: item for name, item in asks.items() if name != key}}
        if isinstance(asks, dict)
        else {**part}
    )


def sent_back(request: ServiceRequest) -> dict[str, SentBack]:
    """What was sent back in this stay and has not come anew, by the key of its ask."""
    items = request.stay.get("sent_back", ())
    return {str(item["ask"]): SentBack(str(item["document"]), str(item["reason"])) for item in items}


def note_sent_back(request: ServiceRequest, key: str, back: SentBack) -> None:
    """Notes that an ask is open again because its document was sent back; the caller saves."""
    forget_sent_back(request, key)
    item = {"ask": key, "document": back.document_id, "reason": back.reason}
    request.stay = {**request.stay, "sent_back": [*request.stay.get("sent_back", ()), item]}


def forget_sent_back(request: ServiceRequest, key: str) -> None:
    """The ask was answered anew; the caller saves."""
    kept = [item for item in request.stay.get("sent_back", ()) if item["ask"] != key]
    rest = {name: item for name, item in request.stay.items() if name != "sent_back"}
    request.stay = {**rest, **({"sent_back": kept} if kept else {})}


def told(request: ServiceRequest) -> frozenset[str]:
    """What the clock has done in this stay."""
    return frozenset(request.stay.get("told", ()))


def mark_told(request: ServiceRequest, keys: Iterable[str]) -> None:
    """Notes that the clock has done something; the caller saves."""
    request.stay = {**request.stay, "told": sorted({*request.stay.get("told", ()), *keys})}


def reminded_at(request: ServiceRequest) -> datetime | None:
    """When the customer was reminded last, in this stay."""
    at = request.stay.get("reminded_at")
    return datetime.fromisoformat(at) if at else None


def mark_reminded(request: ServiceRequest, at: datetime) -> None:
    """Notes when the customer was reminded; the caller saves."""
    request.stay = {**request.stay, "reminded_at": at.isoformat()}


def note_acted(request: ServiceRequest, now: datetime) -> None:
    """The customer has done a part of what is asked: the days for the rest begin anew; the caller saves."""
    if request.waiting_since is not None:
        start_waiting(request, now)


def start_waiting(request: ServiceRequest, now: datetime) -> None:
    """The customer is to answer from now on: reminders begin anew."""
    request.waiting_since = now
    kept = [key for key in request.stay.get("told", ()) if not key.startswith("remind.")]
    request.stay = {name: item for name, item in request.stay.items() if name != "reminded_at"} | {"told": kept}


def runs_from(request: ServiceRequest, key: str) -> datetime:
    """From when the days count after which the ask of this key runs out."""
    at = request.stay.get("runs_from", {}).get(key)
    return datetime.fromisoformat(at) if at else request.status_since


def run_anew(request: ServiceRequest, keys: Iterable[str], now: datetime) -> None:
    """The days of these asks begin anew; the caller saves."""
    anew = dict.fromkeys(keys, now.isoformat())
    if anew:
        request.stay = {**request.stay, "runs_from": {**request.stay.get("runs_from", {}), **anew}}


def closed_from(request: ServiceRequest) -> ClosedFrom | None:
    """Where it stood when it was closed for want of an answer; None for every other request."""
    found = request.stay.get("closed_from")
    return ClosedFrom(str(found["status"]), found.get("asks", {}), str(found.get("said", ""))) if found else None


def stay_of_closed(request: ServiceRequest) -> dict[str, JsonValue]:
    """The stay with which a request enters the status in which it is closed: remembers where it came from."""
    before: dict[str, JsonValue] = {"status": request.status_key, "asks": request.stay.get("asks", {})}
    return {"closed_from": {**before, **_saying(said(request))}}


def stay_of_reopened(before: ClosedFrom) -> dict[str, JsonValue]:
    """The stay with which a closed request comes back: what was done already need not be done again."""
    return {**({"asks": dict(before.asks)} if before.asks else {}), **_saying(before.said)}


def said(request: ServiceRequest) -> str:
    """What staff wrote to the customer when they moved it here; "" where they wrote nothing or did not move it."""
    return str(request.stay.get("said", ""))


def note_said(request: ServiceRequest, words: str) -> None:
    """Notes what staff wrote with the move that brought the request here; the caller saves."""
    request.stay = {**request.stay, **_saying(words)}


def _saying(words: str) -> dict[str, JsonValue]:
    return {"said": words} if words else {}
