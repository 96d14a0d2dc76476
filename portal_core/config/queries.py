"""Reading versions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db.models import F, Func, JSONField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal_core.config.brand import stylesheet
from portal_core.config.document.portal_document import Brand
from portal_core.config.draft.paths import Path
from portal_core.config.models import CAME_TO_NOTHING, ONLY_ROW, DraftOperation, PortalState, PortalVersion
from tenants.context import current_schema

# Words that are looked up in the live version alone: no request, person or paper names them.
_NAMED_BY_NOTHING: Final = frozenset({"messages", "ready_answers", "steps"})

# Edits to look at for each that holds: somebody may take one back and do it again all day.
_MOST_LISTED: Final = 4


def versions() -> QuerySet[PortalVersion]:
    """All versions, the newest first."""
    return PortalVersion.objects.select_related("author").order_by("-number")


def draft_operations(standing: int) -> list[DraftOperation]:
    """The last edits of the draft, the newest first, down to that one of those which hold.

    What was taken back does not count: whoever takes back edit after edit comes to the last that can be.
    """
    return list(_last_operations(standing).select_related("author").defer("changes")[: _MOST_LISTED * standing])


def _last_operations(standing: int) -> QuerySet[DraftOperation]:
    listed = DraftOperation.objects.exclude(CAME_TO_NOTHING)
    holding = listed.filter(is_undone=False).order_by("-revision")
    oldest = Subquery(holding.values("revision")[standing - 1 : standing])
    return listed.filter(revision__gte=Coalesce(oldest, 0))


def draft_places(standing: int) -> dict[int, list[Path]]:
    """Where these edits changed something, by revision; not what, which may be a whole document."""
    paths = Func(
        F("changes"),
        Value("$[*].path"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    rows = _last_operations(standing).annotate(paths=paths).values_list("revision", "paths")[: _MOST_LISTED * standing]
    return {revision: [tuple(path) for path in found] for revision, found in rows}


def live_version() -> PortalVersion | None:
    """The version that is live, with its author; None before the first one."""
    live_id = PortalState.objects.filter(pk=ONLY_ROW).values("live_id")
    return PortalVersion.objects.select_related("author").filter(pk__in=live_id).first()


def version_by(number: int) -> PortalVersion | None:
    """A version by its number, with its author."""
    return PortalVersion.objects.select_related("author").filter(number=number).first()


def versions_page(before: int | None, size: int) -> list[PortalVersion]:
    """Versions without their documents, the newest first; `before` this number."""
    found = versions().defer("document")
    return list((found if before is None else found.filter(number__lt=before))[:size])


def ever_published(*path: str) -> set[str]:
    """The keys that a list has or had in any version: no new item may have one.

    `path` leads to it, items by their keys: `types`, `repair`, `fields`. One query that reads every version.
    """
    if path[-1] in _NAMED_BY_NOTHING:
        return set()
    return {str(key) for key in PortalVersion.objects.order_by().values_list(_keys_at(path), flat=True).distinct()}


def ever_published_items(collections: Iterable[str]) -> set[str]:
    """The same for lists at the top, each key as `list.key`. One query."""
    names = [name for name in collections if name not in _NAMED_BY_NOTHING]
    found = PortalVersion.objects.order_by().values_list(*(_keys_at((name,)) for name in names)).distinct()
    return {f"{name}.{key}" for row in found for name, key in zip(names, row, strict=True) if key is not None}


def _keys_at(path: Sequence[str]) -> Func:
    """The keys of a list, a row each."""
    lists, keys = path[::2], path[1::2]
    names = json.dumps({f"k{number}": key for number, key in enumerate(keys)})
    found = "".join(f".{name}[*] ? (@.key == $k{number})" for number, name in enumerate(lists[:-1]))
    return Func(
        F("document"),
        Func(Value(f"${found}.{lists[-1]}[*].key"), template="%(expressions)s::jsonpath"),
        Func(Value(names), template="%(expressions)s::jsonb"),
        function="jsonb_path_query",
        output_field=JSONField(),
    )


def published_by(form_key: UUID) -> int | None:
    """The number of the version that a form has published, if it has."""
    return PortalVersion.objects.filter(form_key=form_key).values_list("number", flat=True).first()


def published_stylesheet(digest: str) -> str | None:
    """The brand's stylesheet with this hash, of any version; None when no version had it.

    One small query. The documents are read again only after a version was added, so asking for hashes that
    nobody published (anybody may) costs nothing.
    """
    latest = PortalVersion.objects.order_by("-number").values_list("id", flat=True).first()
    colour = None if latest is None else _colours(current_schema(), latest).get(digest)
    return None if colour is None else stylesheet(colour)[1]


@lru_cache(maxsize=200)
def _colours(schema: str, latest: UUID) -> Mapping[str, str]:
    """The colours of all versions up to `latest` by hash. Neither versions nor schema names are ever used again."""
    rows = PortalVersion.objects.order_by().values_list("document__portal__brand__colour", flat=True).distinct()
    # The canonical document leaves defaults out.
    colours = {str(colour or Brand().colour) for colour in rows}
    return MappingProxyType({stylesheet(colour)[0]: colour for colour in colours})


def version_facts(number: int) -> tuple[datetime | None, str]:
    """When a version was published and by whom ("" for nobody: a starter, a command). One query."""
    names = ("author__name", "author__email")
    found = PortalVersion.objects.filter(number=number).values_list("created_at", *names).first()
    return (None, "") if found is None else (found[0], found[1] or found[2] or "")
