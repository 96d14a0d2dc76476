"""Whether a mapping fits the live portal: every type, status, field, team and zone that it names must be there."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.problems import Problem
from portal_core.importing.answers import NOT_IMPORTED
from portal_core.importing.mapping import ImportMapping, MappingRefused, MomentPick, Pick
from portal_core.importing.past import HISTORY_KINDS, SIDES
from portal_core.importing.picking import SAME, listed
from portal_core.service_requests.models import Priority

PRIORITIES = {choice.name.lower(): choice for choice in Priority}


def refuse_misfit(mapping: ImportMapping, portal: CompiledPortal, type_key: str | None) -> None:
    """Raises `MappingRefused` with everything that does not fit. `type_key` is the type said on the command line."""
    found = tuple(sorted(_Fit(mapping, portal, type_key).problems()))
    if found:
        raise MappingRefused(found)


class _Fit:
    def __init__(self, mapping: ImportMapping, portal: CompiledPortal, type_key: str | None) -> None:
        self.mapping = mapping
        self.portal = portal
        self.type_key = type_key
        self.open_types = [item.key for item in portal.types if not item.retired]

    def problems(self) -> Iterator[Problem]:
        yield from self._types()
        yield from self._statuses()
        yield from self._simple_targets()
        yield from self._answers()
        yield from self._moments()
        customer = self.mapping.customer
        if customer.email is None and customer.stand_in is None:
            mend = 'Add "email" (a column), or "stand_in": {"name": "…"} for data that names no customers.'
            yield Problem("customer", "Nothing says whose requests these are.", mend)

    def _named_types(self) -> list[str]:
        """The types that can come in, as far as the mapping says."""
        if self.type_key is not None:
            return [self.type_key]
        if self.mapping.type is None:
            return []
        targets = list(targets_of(self.mapping.type))
        return targets or self.open_types

    def _types(self) -> Iterator[Problem]:
        if self.type_key is None and self.mapping.type is None:
            yield Problem("type", "Nothing says which request type the rows are.", 'Add "type", or use --type KEY.')
        path = "--type" if self.type_key is not None else "type"
        yield from self._unknown(path, self._named_types(), self.open_types, "request type of this portal")
        yield from self._unknown(
            "answers_by_type", self.mapping.answers_by_type, self.open_types, "request type of this portal"
        )

    def _known_types(self) -> list[CompiledType]:
        return [self.portal.type(key) for key in self._named_types() if key in self.open_types]

    def _statuses(self) -> Iterator[Problem]:
        known = [status.key for item in self._known_types() for status in item.flow.statuses if not status.retired]
        if not known:
            return
        yield from self._unknown("status", targets_of(self.mapping.status), known, "status of these request types")
        for position, rule in enumerate(self.mapping.history):
            if rule.status is not None:
                yield from self._unknown(
                    f"history.{position}.status",
                    targets_of(rule.status),
                    [*known, ""],
                    "status of these request types",
                )

    def _simple_targets(self) -> Iterator[Problem]:
        mapping = self.mapping
        if mapping.team is not None:
            yield from self._unknown("team", targets_of(mapping.team), ["", *self.portal.teams], "team")
        if mapping.priority is not None:
            yield from self._unknown("priority", targets_of(mapping.priority), ["", *PRIORITIES], "priority")
        for position, rule in enumerate(mapping.history):
            path = f"history.{position}"
            yield from self._unknown(f"{path}.kind", targets_of(rule.kind), HISTORY_KINDS, "kind of line")
            yield from self._unknown(f"{path}.side", targets_of(rule.side), SIDES, "side")

    def _answers(self) -> Iterator[Problem]:
        types = self._known_types()
        everywhere = {field.key for item in types for field in item.fields}
        if types:
            yield from self._unknown("answers", self.mapping.answers, everywhere, "field of these request types")
        for item in types:
            own = self.mapping.answers_by_type.get(item.key, {})
            path = f"answers_by_type.{item.key}"
            yield from self._unknown(path, own, {field.key for field in item.fields}, "field of that type")
            for key, pick in self.mapping.answers_for(item.key).items():
                field = item.field_or_none(key)
                where = f"{path}.{key}" if key in own else f"answers.{key}"
                if field is None:
                    continue
                if not field.is_input or field.kind.key in NOT_IMPORTED:
                    mend = "Take it out; import the words into a text field instead."
                    yield Problem(where, f"A field of the kind {field.kind.key} takes no answer from a file.", mend)
                if pick.parts is not None and field.kind.key != "address":
                    yield Problem(where, "Only an address has parts.", 'Write "from" instead.')

    def _moments(self) -> Iterator[Problem]:
        zones = [("time_zone", self.mapping.time_zone)]
        zones += [
            (f"{path}.time_zone", pick.time_zone) for path, pick in self.mapping.picks() if isinstance(pick, MomentPick)
        ]
        zones += [
            (f"history.{index}.at.time_zone", rule.at.time_zone) for index, rule in enumerate(self.mapping.history)
        ]
        for path, name in sorted({(path, name) for path, name in zones if name is not None}):
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                yield Problem(path, f"“{name}” is no time zone.", "Write one such as America/Chicago.")

    def _unknown(self, path: str, wanted: Iterable[str], known: Iterable[str], what: str) -> Iterator[Problem]:
        possible = list(dict.fromkeys(known))
        for key in dict.fromkeys(wanted):
            if key not in possible:
                yield Problem(path, f"“{key}” is no {what}.", f"Use one of: {listed([k for k in possible if k])}.")


def passed_over(mapping: ImportMapping, type_key: str | None) -> str:
    """What is said where the command names the type, and the mapping would read another one; "" where they agree."""
    if type_key is None or mapping.type is None or set(targets_of(mapping.type)) == {type_key}:
        return ""
    where = f" ({', '.join(mapping.type.from_)})" if mapping.type.from_ else ""
    return f"every row comes in as “{type_key}” (--type); what the mapping says of the type{where} is not looked at."


def targets_of(pick: Pick) -> tuple[str, ...]:
    """The values that a place can give, as far as the mapping itself says."""
    fixed = (pick.value, pick.default, pick.otherwise)
    mapped = (meaning for meaning in (pick.map_ or {}).values() if meaning != SAME)
    return (*mapped, *(each for each in fixed if each is not None))
