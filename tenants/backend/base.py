"""The database backend: a search_path closed to one schema, set only when the server reports another.

PostgreSQL 18 reports `search_path` with every answer that changes it, rollbacks included, so the client
knows the truth without asking (`PQparameterStatus`, no round trip). Untyped bases of libraries end here.
"""

import select
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.features import DatabaseFeatures as StockFeatures
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django_tenants.postgresql_backend.base import DatabaseWrapper as StockWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from psycopg import sql
from psycopg.pq import ConnStatus, TransactionStatus

from tenants import context
from tenants.backend.introspection import DatabaseIntrospection
from tenants.errors import SchemaMismatch

MINIMUM_VERSION = (18,)
_TOO_OLD = (
    "Portico needs PostgreSQL 18 or later, reached directly or through a pooler that tracks search_path: "
    "this server (version {version}) does not report its search_path."
)


class HasSchema(Protocol):
    """What the connection is pointed at."""

    @property
    def schema_name(self) -> str: ...


class DatabaseFeatures(StockFeatures):
    """PostgreSQL 18 is the oldest that reports its search_path."""

    minimum_database_version = MINIMUM_VERSION


class DatabaseWrapper(StockWrapper):
    """One schema at a time: the tenant's alone, or public alone."""

    features_class = DatabaseFeatures
    include_public_schema = False
    schema_name: str
    connection: Any  # psycopg's, or None; the bases declare None alone
    introspection: Any  # ours; the untyped base declares its own class
    # SECURITY: tests switch these off to show the leaks that they stop; nothing else may.
    enforce_context = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # django-tenants has no types
        self.introspection = DatabaseIntrospection(self)

    def set_tenant(self, tenant: HasSchema, include_public: bool = False) -> None:
        """Points at the schema of `tenant`; sends nothing. Only tenants.context may call this."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self._wanted_path = _reported_form(tenant.schema_name)

    def set_schema_to_public(self) -> None:
        """Points at public; sends nothing. Only tenants.context may call this."""
        self.set_tenant(FakeTenant(schema_name=context.PUBLIC))  # type: ignore[no-untyped-call]  # likewise

    def init_connection_state(self) -> None:
        """Refuses a server that does not report its search_path.

        Raises:
            ImproperlyConfigured: the server is older than PostgreSQL 18, or hidden behind a pooler.
        """
        if self.connection is not None and self.connection.pgconn.parameter_status(b"search_path") is None:
            version = self.connection.info.server_version // 10000
            self.connection.close()
            self.connection = None
            raise ImproperlyConfigured(_TOO_OLD.format(version=version))
        super().init_connection_state()

    def is_usable(self) -> bool:
        """Whether the connection still stands, without a statement.

        An idle connection has nothing to say: a readable socket means that the server closed it (restart,
        time-out, administrator) or spoke out of turn. Both are reasons for a new connection.
        """
        if self.connection is None or self.connection.closed:
            return False
        pgconn = self.connection.pgconn
        if pgconn.status != ConnStatus.OK:
            return False
        poller = select.poll()
        poller.register(pgconn.socket, select.POLLIN)
        return not poller.poll(0)

    def _cursor(self, name: str | None = None) -> Any:  # Django's cursor wrapper, untyped in the bases
        # Past django_tenants' own _cursor, which sends SET every time and swallows its errors.
        cursor = super(StockWrapper, self)._cursor(name)
        if self.alias == "default":
            self._close_search_path()
        return cursor

    def _close_search_path(self) -> None:
        """Makes the server's search_path the wanted one: no statement if it is, exactly one if not."""
        if self.enforce_context and self.schema_name != context.current_schema():
            raise SchemaMismatch(f"connection at {self.schema_name}, context in {context.current_schema()}")
        pgconn = self.connection.pgconn
        if pgconn.parameter_status(b"search_path") == self._wanted_path:
            return
        if pgconn.transaction_status == TransactionStatus.INERROR:
            return  # only a rollback is possible now, and that needs no path; all else fails by itself
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(self.schema_name)))
        if pgconn.parameter_status(b"search_path") != self._wanted_path:
            raise SchemaMismatch(f"the server did not take the search_path {self.schema_name}")


def _reported_form(schema_name: str) -> bytes:
    """The schema's name as PostgreSQL prints it: bare when that is enough, else quoted."""
    is_plain = schema_name.replace("_", "a").isalnum() and schema_name.isascii() and schema_name.islower()
    if is_plain and not schema_name[0].isdigit():
        return schema_name.encode()
    escaped = schema_name.replace('"', '""')
    return f'"{escaped}"'.encode()


if not is_psycopg3:
    raise ImproperlyConfigured("Portico needs psycopg 3.")
