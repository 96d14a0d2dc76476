"""User, Session and SigninLink: all three live in the schema whose people they are about."""

import secrets
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal_core.accounts.names import name_to_greet
from tenants.context import current_schema
from tenants.identifiers import uuid7
from tenants.tenant_model import TenantManager, TenantModel

PUBLIC_SCHEMA = "public"
OPERATOR = "operator"
EMAIL_LENGTH = 254
NAME_LENGTH = 120


class WrongHome(Exception):
    """An operator was about to be written into a tenant, or a tenant's user into public."""

    code = "wrong_home"


def normalise_email(email: str) -> str:
    """The one written form of an e-mail address: trimmed and lower case."""
    return email.strip().lower()


def new_session_salt() -> str:
    """What a person's sessions are bound to; a new one ends them all."""
    return secrets.token_urlsafe(24)


class UserManager(BaseUserManager["User"], TenantManager["User"]):
    """Finds and makes users by their normalised address."""

    def by_email(self, email: str) -> "User | None":
        """The user with this address, in whatever case it was typed."""
        return self.filter(email=normalise_email(email)).first()

    def create_user(self, email: str, *, name: str = "", role: str, **fields: Any) -> "User":
        """A user without a password. Any: the remaining model fields by name."""
        user = self.model(email=normalise_email(email), name=name, role=role, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, TenantModel):
    """A person of this schema: the owner, staff and customers of a tenant, or an operator in public."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=EMAIL_LENGTH, unique=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    role = models.CharField(max_length=64)
    team_key = models.CharField(max_length=64, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")  # "": the portal's
    time_zone = models.CharField(max_length=64, blank=True, default="")  # "": the portal's
    # What forms remember of a customer, by key: {"address": {"kind": "long_text", "value": …}}. On this row, so that a
    # form needs no statement for it. SECURITY: only saved_records/remembered.py hands it out.
    remembered = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), editable=False)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)  # made up; their mail goes to the owner
    # A customer who proved the address once and keeps no account: follows single requests by link.
    is_guest = models.BooleanField(default=False, db_default=False)
    session_salt = models.CharField(max_length=40, default=new_session_salt, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Since when there is a password where there was none; None for those of before this was kept.
    password_since = models.DateTimeField(null=True, blank=True)
    last_sign_in_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    # What of the news goes by mail, by kind, where the person has chosen (see notifications/choices.py).
    notice_choices = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # Beside the bell: stands on the row that every page loads anyway, so that the count costs no statement.
    new_updates = models.PositiveIntegerField(default=0, db_default=0)
    digest_due_at = models.DateTimeField(null=True, blank=True)  # an event for a daily mail waits; one at a time
    digest_day = models.DateField(null=True, blank=True)  # the day of the last one, by the reader's calendar
    # Which columns of the queue a colleague has chosen (see desk/columns.py); "": the usual ones.
    queue_columns = models.CharField(max_length=600, blank=True, default="", db_default="")
    # The last mail that was refused for good: {"mail": id, "to": address, "at": when}; None once one got through.
    mail_refused = models.JSONField(null=True, blank=True)

    # Django would write this column at every sign-in; `last_sign_in_at` says the same.
    last_login = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta(TenantModel.Meta):
        app_label = "accounts"
        indexes = [models.Index(fields=["role", "is_active"], name="user_role_active")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuses an operator in a tenant and anybody else in public. Any: Django's own signature."""
        if (self.role == OPERATOR) != (current_schema() == PUBLIC_SCHEMA):
            raise WrongHome(self.role)
        super().save(*args, **kwargs)

    @property
    def first_name(self) -> str:
        """How to greet them; the name before the @ where no name is known."""
        return name_to_greet(self.name) or self.email.split("@")[0]

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = self.name.split() or [self.email]
        letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
        return letters.upper()

    @property
    def is_invited(self) -> bool:
        """Whether an invitation waits to be accepted."""
        return not self.is_active and self.invited_at is not None and self.deactivated_at is None

    def get_session_auth_hash(self) -> str:
        """Binds a session to this schema, this person's password and their session salt."""
        return self._session_hash(secret=None)

    def get_session_auth_fallback_hash(self) -> Any:
        """The same under retired secret keys. Any: Django declares a generator of str."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret=secret)

    def _session_hash(self, *, secret: str | bytes | None) -> str:
        value = f"{self.password}:{self.session_salt}"
        salt = f"accounts.session:{current_schema()}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class Session(TenantModel):
    """A signed-in (or signing-in) browser. The cookie's key is stored only as a hash bound to the schema."""

    key_hash = models.CharField(primary_key=True, max_length=64)
    data = models.TextField()
    user: "models.ForeignKey[User | None, User | None]" = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="browser_sessions"
    )
    user_agent = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta(TenantModel.Meta):
        app_label = "accounts"

    def __str__(self) -> str:
        return self.key_hash[:8]


class SigninLink(TenantModel):
    """A single-use, expiring way in. Only a hash of its token is stored."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation"
        SIGN_IN = "sign_in"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    user: "models.ForeignKey[User, User]" = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="signin_links"
    )
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    next_path = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        app_label = "accounts"

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


def user_key(value: str) -> UUID | None:
    """A user's key from text that may be anything."""
    try:
        return UUID(value)
    except ValueError:
        return None
