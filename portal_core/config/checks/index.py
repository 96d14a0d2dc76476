"""The document with its cross references looked up once, for all checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from portal_core.accounts.roles import CUSTOMER, OWNER, Role, builtin_role
from portal_core.config.canonical import canonical
from portal_core.config.compile import compile_roles
from portal_core.config.document.fields import AnyField, RecordKind
from portal_core.config.document.flows import ApproveAsk, Flow, Status
from portal_core.config.document.portal_document import Message, PortalDocument, RequestType
from portal_core.config.kinds import kind_for

BUILT_IN_ROLES = ("owner", "manager", "agent", "customer", "guest")
STAFF_ROLES = ("owner", "manager", "agent")


@dataclass(frozen=True)
class Index:
    """Look-ups over a document that may still be full of mistakes."""

    document: PortalDocument
    previous: PortalDocument | None = None
    content: Mapping[str, JsonValue] | None = None

    @cached_property
    def plain(self) -> Mapping[str, JsonValue]:
        """The document in canonical form."""
        return canonical(self.document) if self.content is None else self.content

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Flows by key."""
        return {flow.key: flow for flow in self.document.flows}

    @cached_property
    def all_types(self) -> dict[str, RequestType]:
        """Types by key, retired ones too."""
        return {kind.key: kind for kind in self.document.types}

    @cached_property
    def types(self) -> tuple[RequestType, ...]:
        """The types that can be started."""
        return tuple(kind for kind in self.document.types if not kind.retired)

    @cached_property
    def record_kinds(self) -> dict[str, RecordKind]:
        """The kinds of record that can be added, by key."""
        return {kind.key: kind for kind in self.document.record_kinds if not kind.retired}

    @cached_property
    def teams(self) -> frozenset[str]:
        """Keys of the teams that exist."""
        return frozenset(team.key for team in self.document.teams if not team.retired)

    @cached_property
    def messages(self) -> dict[str, Message]:
        """Messages by key."""
        return {message.key: message for message in self.document.messages}

    @cached_property
    def document_kinds(self) -> frozenset[str]:
        """Keys of the document kinds that are in use."""
        return frozenset(kind.key for kind in self.document.document_kinds if not kind.retired)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """The roles of people: built-in ones and the document's own."""
        built_in = {key: builtin_role(key) for key in BUILT_IN_ROLES}
        return {key: role for key, role in built_in.items() if role is not None} | compile_roles(
            self.document.roles, self.document.portal.language
        )

    @cached_property
    def customer(self) -> Role:
        """The customers' role."""
        return self.roles[CUSTOMER]

    @cached_property
    def owner(self) -> Role:
        """The owner's role."""
        return self.roles[OWNER]

    def types_of(self, flow_key: str) -> tuple[RequestType, ...]:
        """The types that go through a flow."""
        return tuple(kind for kind in self.types if kind.flow == flow_key)

    def statuses(self, flow_key: str) -> tuple[Status, ...]:
        """The statuses of a flow that are in use; none for an unknown flow."""
        flow = self.flows.get(flow_key)
        return () if flow is None else active_statuses(flow)

    def active_flows(self) -> Iterator[Flow]:
        """The flows that are in use."""
        return (flow for flow in self.document.flows if not flow.retired)


def active_statuses(flow: Flow) -> tuple[Status, ...]:
    """The statuses that requests may stand in."""
    return tuple(status for status in flow.statuses if not status.retired)


def ways_by_itself(status: Status) -> tuple[str, ...]:
    """Where a request goes from a status without anybody moving it: by what is asked for, or by closing."""
    found = [status.when_done, status.close.to if status.close else None]
    for ask in status.asks:
        if isinstance(ask, ApproveAsk):
            found += [ask.approved, ask.declined]
    return tuple(target for target in found if target is not None)


def inputs(kind: RequestType) -> tuple[AnyField, ...]:
    """The fields of a type that take an answer and are still asked."""
    return tuple(field for field in kind.fields if not field.retired and kind_for(field.kind).is_input)


def input_keys(kind: RequestType) -> frozenset[str]:
    """Their keys."""
    return frozenset(field.key for field in inputs(kind))
