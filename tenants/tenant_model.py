"""The base of all models in a tenant's schema: an object or queryset of one schema is refused in another.

Keys may be equal in two tenants (an import, a restored copy): without this, an object loaded in A and saved
in B overwrites B's row, and a lazy queryset built in A and read in B shows B's rows.
"""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from tenants.context import PUBLIC, current_schema
from tenants.errors import ForeignObject

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Remembers the tenant's schema in which it was first built.

    Built in public it belongs to nobody yet (class bodies of forms run there).
    """

    _home: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)
        schema = current_schema()
        self._home = None if schema == PUBLIC else schema

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # private in the stubs
        clone._home = self._home or clone._home
        return clone

    @property
    def db(self) -> str:
        """The database alias; every statement of a queryset asks for it, so here the schema is checked."""
        if self._home is not None and self._home != current_schema():
            raise ForeignObject(f"queryset of {self._home} used in {current_schema()}")
        hinted = self._hints.get("instance")  # type: ignore[attr-defined]  # private in the stubs
        if isinstance(hinted, TenantModel):
            hinted.refuse_foreign_schema()
        return super().db

    # The signatures below are Django's; only the check is ours.
    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """As Django's, for objects of this schema alone."""
        objects = list(objs)
        _refuse_foreign(objects)
        created = super().bulk_create(objects, *args, **kwargs)
        for item in created:
            if isinstance(item, TenantModel):
                item.bind_to_schema()
        return created

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        """As Django's, for objects of this schema alone."""
        objects = list(objs)
        _refuse_foreign(objects)
        return super().bulk_update(objects, *args, **kwargs)


class TenantManager(models.Manager[M]):
    """The manager of TenantModel."""

    def get_queryset(self) -> TenantQuerySet[M]:
        """A queryset bound to the schema of now."""
        return TenantQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # private


class TenantModel(models.Model):
    """Abstract base: remembers the schema it was loaded in or first saved to."""

    _home_schema: str | None = None

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **later: Any) -> Self:
        """As Django's; also notes the schema. `later`: what newer versions of Django pass."""
        instance = super().from_db(db, field_names, values, **later)
        instance.bind_to_schema()
        return instance

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: DJ012  from_db belongs to Django's own, too
        """As Django's. Raises ForeignObject in another schema."""
        self.refuse_foreign_schema()
        super().save(*args, **kwargs)
        self.bind_to_schema()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's. Raises ForeignObject in another schema."""
        self.refuse_foreign_schema()
        return super().delete(*args, **kwargs)

    def bind_to_schema(self) -> None:
        """Notes that this object belongs to the schema of now."""
        self._home_schema = current_schema()

    def refuse_foreign_schema(self) -> None:
        """Raises ForeignObject when this object belongs to another schema."""
        if self._home_schema is not None and self._home_schema != current_schema():
            raise ForeignObject(f"{self._meta.label} of {self._home_schema} used in {current_schema()}")


def _refuse_foreign(objects: Iterable[models.Model]) -> None:
    for item in objects:
        if isinstance(item, TenantModel):
            item.refuse_foreign_schema()
