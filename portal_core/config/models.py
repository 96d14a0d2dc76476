"""The rows behind the portal configuration: immutable versions, one draft, and which version is live."""

import uuid
from typing import Any, Final, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from portal_core.config.errors import ImmutableVersion
from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class PortalVersion(TenantModel):
    """One published version of the document. Written once, never changed, never deleted.

    A trigger holds the same in the database, for what does not come through here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.TextField(blank=True)
    # The number of the version whose content it brings back.
    restores = models.PositiveIntegerField(null=True)
    # Of the form that published it: pressed twice, it publishes once.
    form_key = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "portal_core"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts. Raises `ImmutableVersion` for a version that exists."""
        if not self._state.adding:
            raise ImmutableVersion(str(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises `ImmutableVersion`."""
        raise ImmutableVersion(str(self))


# Both single rows have this key, in every tenant.
ONLY_ROW = uuid.UUID(int=1)


class PortalDraft(TenantModel):
    """The draft's own row: who edits waits for it. What differs from the live version lies in `DraftPart`."""

    id = models.UUIDField(primary_key=True, default=ONLY_ROW, editable=False)
    # Drafts were kept whole once; such a one is taken apart by the next edit (see draft/store.py).
    document = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=1)
    # Of edits up to this revision not all is known any more: a form of then cannot be told from what came later.
    forgotten = models.PositiveIntegerField(default=0, db_default=0)
    based_on = models.PositiveIntegerField()  # the version that was live when the draft was begun
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    updated_at = models.DateTimeField(auto_now=True)
    # What was decided on the way to publishing: see draft/decisions.py, which alone reads and writes both.
    decisions = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    schedule = models.JSONField(null=True)

    class Meta:
        app_label = "portal_core"
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="portal_draft_single_row")]

    def __str__(self) -> str:
        return f"draft, revision {self.revision}"


class DraftPart(TenantModel):
    """One part of the document that differs from the live version (see draft/parts.py); null where it is taken out.

    Parts, so that an edit of the largest document costs what an edit of a small one does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    head = models.JSONField(null=True)  # what a list shows of an item (draft/parts.py: head_of)
    value = models.JSONField(null=True)
    changes = models.PositiveIntegerField()  # in how many places it differs

    class Meta:
        app_label = "portal_core"

    def __str__(self) -> str:
        return self.name


class DraftOperation(TenantModel):
    """One edit of the draft, with what it changed, so that it can be taken back. The last fifty are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    revision = models.PositiveIntegerField(unique=True)  # the draft's, after it
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    title = models.TextField()
    changes = models.JSONField()  # operations.Change, in order
    # The revision that it takes back; its own where the next edit, kept likewise, led back to what was there before.
    undoes = models.PositiveIntegerField(null=True)
    is_undone = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "portal_core"
        ordering = ["-revision"]

    def __str__(self) -> str:
        return f"{self.revision}: {self.title}"


# Edits that are in no list, and kept for those who looked at the page in between.
CAME_TO_NOTHING: Final = models.Q(undoes=models.F("revision"))


class PortalState(TenantModel):
    """Which version is live; also the row that publishing locks."""

    id = models.UUIDField(primary_key=True, default=ONLY_ROW, editable=False)
    live = models.ForeignKey(PortalVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    # How long requests usually stand, in hours by type and status (see service_requests/usual.py). Here because every
    # page reads this row: it costs no query of its own.
    usual_hours = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        app_label = "portal_core"
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="portal_state_single_row")]

    def __str__(self) -> str:
        return f"live is {self.live_id}"


class PortalAsset(TenantModel):
    """A picture that documents refer to by the hash of its content: a logo. Never changed; many versions may name it.

    Its content lies in the private storage. What no version, no draft and no edit that can be undone refers to is swept
    (documents/logos.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=160)  # of the file that it was made of
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    # Whether it can be made out on the portal's grounds; where not, it stands on a tile.
    reads_on_light = models.BooleanField()
    reads_on_dark = models.BooleanField()
    # What it is painted in, as `#rrggbb`, the most first; `colour` is that one, for code that knows of no others.
    colours = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    colour = models.CharField(max_length=7, blank=True)
    # When it was last sent: whoever sends the same picture again has it kept as long as a new one.
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "portal_core"

    def __str__(self) -> str:
        return self.name
