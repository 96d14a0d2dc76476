"""The checks before publishing: all at once, each finding with its path, the problem and the mend."""

from portal_core.config.checks.run import check

__all__ = ["check"]
