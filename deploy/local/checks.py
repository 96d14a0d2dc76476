"""`test`: lint, types, structure, migrations, templates, and the tests, with servers of their own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import bootstrap
from deploy.local.paths import PROJECT_DIR, DataDir
from deploy.local.servers import servers

_MOST_WORKERS = 6
# First the one without windows of its own, which are half of the work where nobody looks at them.
BROWSERS = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
)


@dataclass(frozen=True)
class Check:
    """One command that must succeed."""

    name: str
    command: tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Runs everything, or with pytest arguments those tests alone; 0 only if all passed. `--fix` mends what it can."""
    if arguments == ["--fix"]:
        return _fix()
    is_heavy = "--heavy" in arguments
    pytest_arguments = [word for word in arguments if word != "--heavy"]
    root = DataDir.of()
    root.prepare()
    bootstrap.refuse_small_disk(root.root)
    data_dir = DataDir.of(root.root / "test")
    # The person's own servers are for `up`; tests throw databases away.
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        if not os.environ.get(f"TEST_{name}"):
            os.environ.pop(name, None)
        else:
            os.environ[name] = os.environ[f"TEST_{name}"]
    with servers(data_dir, throwaway=True) as addresses:
        os.environ.update(addresses.environment())
        os.environ.update(DJANGO_SETTINGS_MODULE="deploy.settings.test", PORTICO_DATA_DIR=str(data_dir.root))
        _keep_bytecode(data_dir)
        failed = [] if pytest_arguments else _run_checks()
        _say(f"\nFailed before the tests: {', '.join(failed)}" if failed else "")
        tests = _run_pytest(pytest_arguments, is_heavy=is_heavy)
    return 1 if failed else tests


def _keep_bytecode(data_dir: DataDir) -> None:
    """The tests start a hundred processes, and each would compile half of Django anew where nothing is written beside
    the modules: uv leaves them uncompiled, and containers like to set PYTHONDONTWRITEBYTECODE.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(data_dir.root / "bytecode"))


def _fix() -> int:
    """Mends what the linters can mend themselves."""
    codes = [
        subprocess.run(command, cwd=PROJECT_DIR, check=False).returncode  # noqa: S603 - our own tools
        for command in (
            _tool("ruff", "check", "--fix", "--quiet", "."),
            _tool("ruff", "format", "."),
            _tool("djade", "--target-version", "5.2", *_templates()),
        )
    ]
    # djade says with 1 that it changed something.
    return max(codes[:2])


def _run_checks() -> list[str]:
    """The names of those that failed. Two at a time: most of them are one process that reads all files."""
    failed = [] if _has_browser() else ["browser"]
    checks = _checks()
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, (is_ok, seconds, said) in zip(checks, pool.map(_run_check, checks), strict=True):
            _say(f"{'ok    ' if is_ok else 'FAILED'}  {check.name} ({seconds:.1f} s)")
            if not is_ok:
                failed.append(check.name)
                _say(said)
    return failed


def _run_check(check: Check) -> tuple[bool, float, str]:
    """Whether all is well, how many seconds it took, and what was said."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own tools
        check.command, cwd=PROJECT_DIR, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode == 0, time.monotonic() - began, done.stdout.strip()


def _checks() -> list[Check]:
    return [
        # The longest first; the others are done beside it.
        Check("mypy --strict", _tool("mypy")),
        # It also leaves the bytecode of everything: on a fresh checkout each worker of the tests would make its own.
        Check("tests are found", _python("-m", "pytest", "--collect-only", "-qq", "-n0")),
        Check("ruff check", _tool("ruff", "check", ".")),
        Check("ruff format", _tool("ruff", "format", "--check", ".")),
        Check("djade", _tool("djade", "--check", "--target-version", "5.2", *_templates())),
        Check("template lint", _python("-m", "deploy.local.template_lint")),
        Check("import-linter", _tool("lint-imports", "--no-cache")),
        Check("makemigrations --check", _manage("makemigrations", "--check", "--dry-run")),
        Check("migration linter", _manage("lintmigrations", *_LINT_OPTIONS)),
        Check("check", _manage("check", "--fail-level", "WARNING")),
    ]


# The linter does not know our backend, which speaks PostgreSQL.
_LINT_OPTIONS = (
    *("--sql-analyser", "postgresql", "--no-cache", "--include-apps"),
    *("accounts", "tenants", "outbox", "portal_core", "billing", "api"),
)


def _python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def _manage(*words: str) -> tuple[str, ...]:
    return _python("-m", "django", *words)


def _tool(name: str, *words: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name(name)), *words)


def _templates() -> list[str]:
    return sorted(str(file.relative_to(PROJECT_DIR)) for file in (PROJECT_DIR / "templates").rglob("*.html"))


def browser_path() -> str:
    """The first browser on the PATH that the tests can drive, "" without one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def _has_browser() -> bool:
    """Without Chromium the browser tests skip visibly; where CI is set, that is a failure."""
    if browser_path():
        return True
    _say("No Chromium on the PATH: the browser tests are skipped.")
    return not os.environ.get("CI")


def _run_pytest(arguments: Sequence[str], *, is_heavy: bool) -> int:
    """pytest speaks for itself: its summary is the last thing that is printed."""
    chosen = ["-m", ""] if is_heavy else []
    if not arguments:
        # Two at a time are waiting for browsers, mails and broken servers; meanwhile others have the cores.
        chosen += ["-n", str(min((os.cpu_count() or 1) + 2, _MOST_WORKERS))]
    return subprocess.run(_python("-m", "pytest", *chosen, *arguments), cwd=PROJECT_DIR, check=False).returncode  # noqa: S603 - ours


def _say(words: str) -> None:
    print(words, flush=True)
