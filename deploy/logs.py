"""Logs: one line a record, with the schema in force; never a request's body, a header or a person's data."""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import psycopg
import structlog
from django.core.exceptions import ValidationError
from django.db.utils import DataError
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo

# structlog's own processors speak of dictionaries of anything.
Event = MutableMapping[str, Any]

# What opens something, in the addresses that carry it.
_TOKEN = re.compile(r"/(g|u|join|new/by-link|signin/link|console/link)/[^/\s'\"]+")
_QUOTING = (ValueError, ValidationError, DataError, psycopg.DataError)

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


def _drop_tokens(_logger: object, _method: str, event: Event) -> Event:
    """A link that still works must not be read in the log of the page that failed."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _without_tokens(value)
    return event


def _without_tokens(text: str) -> str:
    return _TOKEN.sub(r"/\1/[removed]", text)


def _drop_request(_logger: object, _method: str, event: Event) -> Event:
    """Django hands the request over with its records; its path is enough, without the query string."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if isinstance(path, str):
        event["path"] = path
    return event


_frames = ExceptionDictTransformer(show_locals=False)


def _traceback(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Where it failed and how, without what people typed.

    SECURITY: the library would write down every local variable, passwords and forms among them. Errors about a value
    quote it; of all others the first line is kept, without links that open something: PostgreSQL shows the whole row in
    the second.
    """
    quoting = {type(each).__name__ for each in _chain(exc_info[1]) if isinstance(each, _QUOTING)}
    stacks = _frames(exc_info)
    for stack in stacks:
        first_line = next(iter(str(stack["exc_value"]).splitlines()), "")
        stack["exc_value"] = "[removed]" if stack["exc_type"] in quoting else _without_tokens(first_line)
        stack["exc_notes"] = []
    return stacks


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


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
        last: list[Any] = [
            structlog.processors.ExceptionRenderer(_traceback),
            structlog.processors.JSONRenderer(sort_keys=True),
        ]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[_drop_request, _drop_tokens, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
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
