"""What a place of the document is called in a sentence."""

from portal_core.config.changes.change import Phrase, Sentence
from portal_core.config.changes.names import Names
from portal_core.config.changes.words import ASKS
from portal_core.config.draft.paths import Path


def subject(names: Names, item: Path) -> Sentence:
    """The thing at a path, with what it belongs to: “Gauge” in “Repair”."""
    if not item or item[0] in ("portal", "hours"):
        return (Phrase("the portal"),)
    inner = _inner(names, item)
    return inner if inner is not None else (Phrase(names.named(*item), "name"),)


def _inner(names: Names, item: Path) -> Sentence | None:
    """Things inside of others; None for what stands by itself."""
    match item:
        case ("types" | "record_kinds", _, "fields", _):
            return _within(names, item, item[:2])
        case (*_, "columns", _):
            return _within(names, item, item[:-2])
        case (*_, "choices", _):
            answer, question = names.named(*item), names.named(*item[:-2])
            return (Phrase("the answer "), Phrase(answer, "name"), Phrase(" to "), Phrase(question, "name"))
        case ("flows", _, "steps", _):
            return (Phrase("the step "), *_within(names, item, item[:2]))
        case ("flows", flow, "statuses", _):
            if names.has_several_flows:
                return _within(names, item, ("flows", flow))
            return (Phrase(names.named(*item), "name"),)
        case ("flows", _, "statuses", _, "asks", _):
            return (*_asked(names, item), Phrase(" at "), *subject(names, item[:4]))
    return None


def _asked(names: Names, item: Path) -> Sentence:
    label = names.read(*item, "label")
    if label is not None:
        return (Phrase(names.named(*item), "name"),)
    return (Phrase(f"what asks customers {ASKS.get(str(names.read(*item, 'do')), 'something')}"),)


def _within(names: Names, item: Path, owner: Path) -> Sentence:
    return (Phrase(names.named(*item), "name"), Phrase(" in "), Phrase(names.named(*owner), "name"))
