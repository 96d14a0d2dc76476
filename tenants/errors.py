"""Errors of tenancy; each says what was refused, none is an HTTP answer."""


class TenancyError(Exception):
    """Base of all errors of this package."""

    code = "tenancy"


class TenantSwitchRefused(TenancyError):
    """Another schema was asked for inside a transaction of a tenant."""

    code = "switch_refused"


class SchemaMismatch(TenancyError):
    """The connection points at a schema other than the one this context entered."""

    code = "schema_mismatch"


class ForeignObject(TenancyError):
    """An object or queryset of one schema was used in another."""

    code = "foreign_object"


class TenantGone(TenancyError):
    """A task or link names a tenant that does not exist (any more), or names none."""

    code = "tenant_gone"


class AlreadySo(TenancyError):
    """What was to be changed is so already: somebody was faster."""

    code = "already_so"


class ChangedMeanwhile(TenancyError):
    """Somebody else has changed the tenant since this began: nothing of it was done."""

    code = "changed_meanwhile"


class ReasonMissing(TenancyError):
    """Something that is done to a tenant needs a reason."""

    code = "reason_missing"


class SlugRefused(TenancyError):
    """An address cannot be had; `reason` is for people, `suggestion` may be empty."""

    def __init__(self, code: str, reason: str, suggestion: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.suggestion = suggestion


class ProvisioningFailed(TenancyError):
    """A portal could not be made; nothing of it was left behind."""

    code = "provisioning_failed"


class SetUpRefused(ProvisioningFailed):
    """What was asked for cannot be made into a portal, now or later; nothing was left behind."""

    code = "set_up_refused"


class TemplateError(TenancyError):
    """The schema template could not be made or is not safe to replay."""

    code = "template"
