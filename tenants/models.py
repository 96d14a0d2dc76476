"""The catalogue: tenants, their domains, freed names, sign-ups and the schema template. All in public."""

from django.db import models
from django.utils import timezone

from tenants.identifiers import random_schema_name, uuid7


class Tenant(models.Model):
    """One client business. Its schema's name is random and never changes; slug and domains may."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    # django_tenants drops the schema of a deleted row when this is true; lifecycle is ours alone.
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63, unique=True, default=random_schema_name, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    # Of the migrations that were last applied in full; migrate_fleet skips what is current by it.
    fingerprint = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.slug


class TenantChange(models.Model):
    """What operators did to a tenant: one line each, never changed. `by` is their address, or the shell's user."""

    class What(models.TextChoices):
        SUSPENDED = "suspended"
        RESUMED = "resumed"
        RETRIED = "retried"  # `reason` says how many events

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=12, choices=What)
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=320)
    at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.what} by {self.by}"


class Domain(models.Model):
    """A host under which a tenant is reached; links are built from the primary one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    host = models.CharField(max_length=253, unique=True)
    is_primary = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_primary=True), name="domain_one_primary_per_tenant"
            ),
            models.CheckConstraint(
                condition=models.Q(host=models.functions.Lower("host")), name="domain_host_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.host


class FreedSlug(models.Model):
    """A name whose tenant is gone: kept from others, so that no link or mail reaches a stranger's portal."""

    slug = models.CharField(max_length=40, primary_key=True)
    freed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.slug


class SchemaTemplate(models.Model):
    """The SQL that makes a tenant's schema, dumped from a migrated one."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    # The random name of the dumped schema; replaced by the tenant's when replayed.
    placeholder = models.CharField(max_length=63)
    sql = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.fingerprint


class SignUp(models.Model):
    """Somebody who asked for a portal and has not entered the code yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    slug = models.CharField(max_length=40)
    starter = models.CharField(max_length=40)
    colour = models.CharField(max_length=7)
    code_hash = models.CharField(max_length=128)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The code was right, yet the address was lost to somebody faster: another one needs no new code.
    verified_at = models.DateTimeField(null=True, blank=True)
    # The tenant that came of it; a second submit of the right code leads there, too.
    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="signup_expires_at")]

    def __str__(self) -> str:
        return self.slug
