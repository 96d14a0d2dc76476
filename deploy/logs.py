"""Logs: one line a record, with the schema in force; never a request's body, a header or a person's data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# structlog's own processors speak of dictionaries of anything.
Event = MutableMapping[str, Any]

# Keys that carry people's data or secrets; dropped wherever somebody logs them.
_NEVER = frozenset(
    {
        "body",
        "cookie",
        "cookies",
        "data",
        "email",
        "headers",
        "html",
        "name",
        "password",
        "phone",
        "text",
        "to",
        "token",
    }
)


def _add_schema(_logger: object, _method: str, event: Event) -> Event:
    """Names the tenant by its schema, which is random and says nothing to outsiders."""
    context = sys.modules.get("tenants.context")
    if context is not None:
        event.setdefault("schema", context.current_schema())
    return event


def _drop_personal(_logger: object, _method: str, event: Event) -> Event:
    for key in _NEVER & event.keys():
        event[key] = "[removed]"
    return event


def _drop_request(_logger: object, _method: str, event: Event) -> Event:
    """Django hands the request over with its records; its path is enough, without the query string."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if isinstance(path, str):
        event["path"] = path
    return event


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_schema,
        _drop_personal,
    ]


def renderer(*, as_json: bool) -> logging.Formatter:
    """The formatter of the standard library's handlers, used by LOGGING."""
    if as_json:
        last: list[Any] = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(sort_keys=True)]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[_drop_request, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def configure() -> None:
    """Sends structlog's own loggers through the standard library, where the formatter above takes them."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
