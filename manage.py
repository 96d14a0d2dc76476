#!/usr/bin/env python3
"""Entry to every command of the project.

Needs nothing but Python at first: outside a virtual environment it makes `.venv` from the pinned requirements and
goes on in it. Not in production, whose environment is made by whoever installs it (PORTICO_NO_VENV=1 says so too).
"""

import os
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
PROJECT_DIR = Path(__file__).resolve().parent


def refuse_old_python(version: "tuple[int, ...]" = tuple(sys.version_info[:3])) -> None:
    """Must itself be readable for an old Python, hence no f-strings and no newer words here."""
    if version < OLDEST_PYTHON:
        found = ".".join(str(part) for part in version[:2])
        sys.exit("Portico needs Python 3.11 or later; this is Python %s (%s)." % (found, sys.executable))  # noqa: UP031 - read by old Pythons


def makes_own_environment() -> bool:
    """Whether `.venv` is ours to make and to keep up to date."""
    is_production = os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production")
    foreign = sys.prefix != sys.base_prefix and Path(sys.prefix).resolve() != (PROJECT_DIR / ".venv").resolve()
    return not (is_production or foreign or os.environ.get("PORTICO_NO_VENV"))


def main() -> None:
    """Prepares the environment where that is needed, then runs the command."""
    refuse_old_python()
    sys.path.insert(0, str(PROJECT_DIR))
    if makes_own_environment():
        from deploy.local import bootstrap

        bootstrap.ensure_environment(sys.argv)
    try:
        import django  # noqa: F401 - is it there?
    except ImportError:
        sys.exit("The requirements are not installed: pip install --require-hashes -r deploy/requirements/base.txt")
    from deploy.local import entry

    sys.exit(entry.main(sys.argv))


if __name__ == "__main__":
    main()
