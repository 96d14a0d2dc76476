"""Errors of the portal configuration."""

from collections.abc import Sequence

from portal_core.config.problems import Problem


class UnknownKey(KeyError):
    """The live document has nothing of this key."""

    code = "unknown-key"

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"no {what} {key!r}")
        self.what = what
        self.key = key


class PortalNotSetUp(LookupError):
    """The tenant has no published version yet."""

    code = "portal-not-set-up"


class PublishRefused(Exception):
    """The document cannot go live; `problems` says why, each with path and mend. Nothing was changed."""

    code = "publish-refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:5]))
        self.problems = tuple(problems)


class PortalChanged(Exception):
    """Somebody else published in the meantime. Nothing was changed."""

    code = "portal-changed"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"version {actual} is live, not {expected}")
        self.expected = expected
        self.actual = actual


class DraftChanged(Exception):
    """Somebody else changed the draft in the meantime. Nothing was changed."""

    code = "draft-changed"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"the draft is at revision {actual}, not {expected}")
        self.expected = expected
        self.actual = actual


class EditConflict(Exception):
    """Somebody else has changed the same place since. Nothing was changed."""

    code = "edit-conflict"

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


class ImmutableVersion(TypeError):
    """A published version was about to be changed or deleted."""

    code = "immutable-version"
