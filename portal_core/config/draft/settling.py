"""What becomes of the draft when a version goes live, in the transaction that publishes."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from portal_core.config.draft.live_parts import LiveParts
from portal_core.config.draft.parts import KEYED, head_of, split
from portal_core.config.draft.reading import changes_of, draft_over
from portal_core.config.locks import lock_draft
from portal_core.config.models import DraftOperation, DraftPart, PortalVersion


def settle(
    before: PortalVersion | None, version: PortalVersion, published: Callable[[], Mapping[str, JsonValue]]
) -> None:
    """What has gone live is no draft any more; other changes stay, over the new version.

    `published` gives the document as it was handed in (asked for only where there is a draft), `version` may hold more:
    what was kept as retired. Lists that the draft has changed take up what the new version brought.
    """
    row = lock_draft()
    if row is None or before is None:
        return
    old, live, wanted = (
        LiveParts(before.number, before.document),
        LiveParts(version.number, version.document),
        split(published()),
    )
    draft = draft_over(row, old)
    draft.preload(*draft.changed)
    values = {name: draft.part(name) for name in draft.changed}
    left = {name: value for name, value in values.items() if value not in (wanted.get(name), live.get(name))}
    merged = {name: _merged(name, value, old, live) for name, value in left.items()}
    DraftPart.objects.all().delete()
    DraftPart.objects.bulk_create(
        DraftPart(name=name, value=value, head=head_of(name, value), changes=changes_of(name, live.get(name), value))
        for name, value in merged.items()
        if value != live.get(name)
    )
    if not left:
        row.forgotten = row.revision
        # What is live cannot be undone; the way back is an earlier version.
        DraftOperation.objects.all().delete()
    # A form that was opened before must see that something happened since: the revision goes on counting.
    row.revision, row.based_on, row.document = row.revision + 1, version.number, None
    row.save(update_fields=["revision", "forgotten", "based_on", "document", "updated_at"])


def _merged(name: str, value: JsonValue, old: LiveParts, live: LiveParts) -> JsonValue:
    """An order with what came since, and without what went; anything else as the draft has it."""
    if name not in KEYED:
        return value
    keys, before, now = _keys(value), _keys(old.get(name)), _keys(live.get(name))
    gone = [key for key in before if key not in now]
    kept = [key for key in keys if key not in gone]
    return list[JsonValue]([*kept, *(key for key in now if key not in before and key not in kept)])


def _keys(order: JsonValue) -> list[str]:
    return [str(key) for key in order] if isinstance(order, list) else []
