"""python3 -m bench NAME [--json FILE]: measures, each figure beside a yardstick of the same run."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

import bench


def main() -> int:
    """Runs one measurement; its module has a function `run(arguments) -> dict`."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python3 -m bench", description=__doc__)
    parser.add_argument("name", choices=names)
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    parser.add_argument("--rounds", type=int, default=0, help="how often (0: as the measurement thinks right)")
    arguments = parser.parse_args()
    with _servers():
        _start_django()
        figures: dict[str, Any] = importlib.import_module(f"bench.{arguments.name}").run(arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def _servers() -> Any:  # a context manager of one of two kinds
    """The servers that the environment names, else embedded ones for as long as the measurement runs."""
    from contextlib import ExitStack

    stack = ExitStack()
    if not os.environ.get("DATABASE_URL"):
        import tempfile

        from deploy.local.paths import DataDir
        from deploy.local.servers import servers

        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portico-bench-"))
        addresses = stack.enter_context(servers(DataDir.of(folder), throwaway=True))
        os.environ.update(addresses.environment())
    return stack


def _start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings.test")
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
