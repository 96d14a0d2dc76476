"""From a document to its look-ups. Pure; about a millisecond for an ordinary portal."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal_core.accounts.roles import PERMISSIONS, Role, builtin_role
from portal_core.config.brand import brand_css
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_flow import CompiledFlow, CompiledStatus, CompiledTransition
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import FieldBase, RecordKind, RowsField
from portal_core.config.document.flows import Flow, Status
from portal_core.config.document.portal_document import CustomRole, Portal, PortalDocument, RequestType
from portal_core.config.hours import compile_hours
from portal_core.config.kinds import kind_for
from portal_core.config.localise import text_in
from portal_core.config.logo import Mark, logo_of
from portal_core.config.searchable import Searchables

# The glyph shows tens; an open status is neither empty nor full.
_LEAST_PROGRESS, _MOST_PROGRESS = 10, 90


_NO_MARKS: Mapping[str, Mark] = MappingProxyType({})


def compile_portal(document: PortalDocument, number: int, marks: Mapping[str, Mark] = _NO_MARKS) -> CompiledPortal:
    """Compiles a document that has passed the checks. `number` 0 stands for a draft.

    `marks` are the pictures that it names (`assets.marks_of`); without them it has no logo.
    """
    portal = document.portal
    zone = ZoneInfo(portal.time_zone)
    flows = {flow.key: _flow(flow, zone) for flow in document.flows}
    types = {kind.key: _type(kind, flows[kind.flow], portal) for kind in document.types}
    roles = compile_roles(document.roles, document.portal.language)
    css_hash, css = brand_css(document, "draft" if number == 0 else "portal")
    return CompiledPortal(
        number=number,
        document=document,
        name=portal.name,
        language=portal.language,
        languages=tuple(dict.fromkeys((portal.language, *portal.languages))),
        time_zone=zone,
        hours=compile_hours(document.hours),
        flows=MappingProxyType(flows),
        types=tuple(kind for kind in types.values() if not kind.retired),
        teams=MappingProxyType(
            {
                team.key: text_in(team.name, portal.language, portal.language)
                for team in document.teams
                if not team.retired
            }
        ),
        brand_hash=css_hash,
        brand_css=css,
        logo=logo_of(portal.brand, marks),
        notifications=document.notifications,
        ready_answers=document.ready_answers,
        _types=MappingProxyType(types),
        _roles=MappingProxyType(roles),
        _searchable=Searchables(document, flows, roles.values()),
        _messages=MappingProxyType({message.key: message for message in document.messages}),
        document_kinds=MappingProxyType({kind.key: kind for kind in document.document_kinds}),
        record_kinds=MappingProxyType({kind.key: _record_kind(kind, portal) for kind in document.record_kinds}),
        _team_names=MappingProxyType({team.key: team.name for team in document.teams}),
    )


def _type(source: RequestType, flow: CompiledFlow, portal: Portal) -> CompiledType:
    zone = ZoneInfo(portal.time_zone)
    fields = _fields(source.fields, zone, portal.currency or "")
    return CompiledType(
        key=source.key,
        name=source.name,
        description=source.description,
        group=source.group,
        icon=source.icon,
        removes=source.removes,
        audience=source.for_.who,
        flow=flow,
        start=source.start,
        title=source.title,
        before=source.before,
        after=source.after,
        assign=source.assign,
        again=source.again,
        fields=fields,
        retired=source.retired,
        zone=zone,
        _language=portal.language,
        _by_key=MappingProxyType({item.key: item for item in fields}),
    )


def _record_kind(source: RecordKind, portal: Portal) -> CompiledRecordKind:
    fields = _fields(source.fields, ZoneInfo(portal.time_zone), portal.currency or "")
    return CompiledRecordKind(
        key=source.key,
        name=source.name,
        icon=source.icon,
        title=source.title,
        fields=fields,
        retired=source.retired,
        _by_key=MappingProxyType({item.key: item for item in fields}),
    )


def _fields(sources: Iterable[FieldBase], zone: ZoneInfo, currency: str) -> tuple[CompiledField, ...]:
    return tuple(_field(source, zone, currency) for source in sources)


def _field(source: FieldBase, zone: ZoneInfo, currency: str) -> CompiledField:
    # Not isinstance: pydantic's classes answer it slowly, and there may be 20,000 fields.
    columns = _fields(source.columns, zone, currency) if type(source) is RowsField else ()
    return CompiledField(source.key, kind_for(source.kind), source, zone, currency, columns)


def _flow(source: Flow, zone: ZoneInfo) -> CompiledFlow:
    positions = {step.key: index for index, step in enumerate(source.steps)}
    statuses = tuple(_status(status, positions, zone) for status in source.statuses)
    moves: dict[str, list[CompiledTransition]] = {}
    pairs: list[tuple[str, CompiledTransition]] = []
    names = {status.key: status.name for status in source.statuses}
    for transition in source.transitions:
        move = CompiledTransition(
            to=transition.to,
            label=transition.label or names.get(transition.to, transition.to),
            by=frozenset(transition.by),
            must_fill=transition.must_fill,
            ask_reason=transition.ask_reason,
        )
        for origin in transition.from_:
            moves.setdefault(origin, []).append(move)
            pairs.append((origin, move))
    return CompiledFlow(
        key=source.key,
        name=source.name,
        steps=source.steps,
        statuses=statuses,
        transitions=tuple(pairs),
        _by_key=MappingProxyType({status.key: status for status in statuses}),
        _moves=MappingProxyType({origin: tuple(found) for origin, found in moves.items()}),
    )


def _status(source: Status, positions: dict[str, int], zone: ZoneInfo) -> CompiledStatus:
    index = positions.get(source.step) if source.step else None
    return CompiledStatus(
        key=source.key,
        name=source.name,
        customer_name=source.customer_name or source.name,
        meaning=source.meaning,
        turn=source.turn or "us",
        handlers=source.handler,
        next_step=source.next_step,
        expected=source.expected,
        notify=source.notify,
        customer_may=frozenset(source.customer_may),
        outcome=source.outcome,
        step_key=source.step,
        step_index=index,
        step_count=len(positions),
        progress=_progress(source, index, len(positions)),
        asks=source.asks,
        when_done=source.when_done,
        if_late=source.if_late,
        remind=source.remind,
        close=source.close,
        retired=source.retired,
        zone=zone,
    )


def _progress(source: Status, index: int | None, count: int) -> int:
    if source.outcome is not None:
        return 100
    if index is None:
        return _LEAST_PROGRESS
    return max(_LEAST_PROGRESS, min(_MOST_PROGRESS, round((index + 0.5) / count * 100)))


def compile_roles(roles: Iterable[CustomRole], language: str) -> dict[str, Role]:
    """The document's own roles with what they inherit; one that leads nowhere is left out."""
    sources = {role.key: role for role in roles if not role.retired}
    found = {key: _role(source, sources, language) for key, source in sources.items()}
    return {key: role for key, role in found.items() if role is not None}


def _role(source: CustomRole, sources: dict[str, CustomRole], language: str) -> Role | None:
    chain = [source]
    while (parent := sources.get(chain[-1].based_on)) is not None:
        if parent in chain:
            return None
        chain.append(parent)
    base = builtin_role(chain[-1].based_on)
    if base is None:
        return None
    # SECURITY: a role may narrow what it is based on, never widen it.
    permissions = PERMISSIONS[base.key]
    for role in reversed(chain):
        permissions &= permissions if role.permissions is None else frozenset(role.permissions)
    type_keys = next((role.types for role in chain if role.types is not None), None)
    return Role(
        key=source.key,
        name=text_in(source.name, language, language),
        base=base.key,
        permissions=permissions,
        scope=next((role.scope for role in chain if role.scope is not None), base.scope),
        type_keys=None if type_keys is None else frozenset(type_keys),
        lineage=(*(role.key for role in chain), *base.lineage),
    )
