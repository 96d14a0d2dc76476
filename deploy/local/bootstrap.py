"""Makes `.venv` from the pinned requirements on first use. Standard library only: nothing is installed yet.

The environment is complete when its stamp is there: the requirements' hash and Python's version, renamed into place
last. One marked as unfinished is what an interrupted install of ours left, and is deleted; one that somebody made by
hand is completed. Whoever installs holds a lock that its children inherit, so that after a `kill -9` the next start
waits for a pip that still writes.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from deploy.local import package_index

PROJECT_DIR = Path(__file__).resolve().parents[2]
REQUIREMENTS = PROJECT_DIR / "deploy" / "requirements"
ENVIRONMENT = PROJECT_DIR / ".venv"
NEEDED_BYTES = 500_000_000
_STAMP = "portico-stamp.json"
_UNFINISHED = "portico-unfinished"


def ensure_environment(arguments: list[str]) -> None:
    """Returns when this process runs in a complete `.venv`; otherwise makes it and replaces the process by one in it.

    Side effects: may install packages, print progress, end the process with a message.
    """
    kind = needed_requirements(arguments)
    inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not is_complete(ENVIRONMENT, kind):
        if inside and (ENVIRONMENT / _UNFINISHED).exists():
            # We run in what is to be deleted: the Python it was made from can do that.
            _go_on(Path(getattr(sys, "_base_executable", sys.executable)), arguments)
        _install_locked(kind)
        inside = False
    if not inside:
        _go_on(ENVIRONMENT / "bin" / "python", arguments)


def needed_requirements(arguments: Sequence[str]) -> str:
    """`dev` for the tests, `base` for everything else."""
    return "dev" if arguments[1:2] == ["test"] else "base"


def fingerprint(kind: str) -> str:
    """Changes with the pinned requirements and with Python's version."""
    digest = hashlib.sha256((REQUIREMENTS / f"{kind}.txt").read_bytes()).hexdigest()[:16]
    return f"{digest}-{sys.version_info.major}.{sys.version_info.minor}"


def is_complete(environment: Path, kind: str) -> bool:
    """Whether the stamp says that these requirements, or all with those of the tests, are in place."""
    try:
        stamp = json.loads((environment / _STAMP).read_text())
    except (OSError, ValueError):
        return False
    if (environment / _UNFINISHED).exists():
        return False
    current = stamp.get("dev") == fingerprint("dev") or stamp.get(kind) == fingerprint(kind)
    return current and os.access(environment / "bin" / "python", os.X_OK)


def _install_locked(kind: str) -> None:
    with installing_alone() as lock:
        # Somebody else may have finished it while we waited.
        if is_complete(ENVIRONMENT, kind):
            return
        refuse_small_disk(PROJECT_DIR)
        refuse_missing_venv()
        refuse_missing_redis(kind)
        try:
            install(ENVIRONMENT, kind, lock)
        except KeyboardInterrupt:
            _stop("\nInterrupted. The next start begins the install anew.")


@contextlib.contextmanager
def installing_alone() -> Iterator[int]:
    """Holds the install lock; its descriptor is inherited by the installers."""
    try:
        descriptor = os.open(PROJECT_DIR / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        _stop(f"{PROJECT_DIR} is not writable for this user ({error.strerror}), so .venv cannot be made in it.")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another start is installing the requirements just now; waiting for it …")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_small_disk(folder: Path, free_bytes: int | None = None) -> None:
    """Ends with a message before a full disk leaves something half-written."""
    free = shutil.disk_usage(folder).free if free_bytes is None else free_bytes
    if free < NEEDED_BYTES:
        _stop(
            f"Only {free // 1_000_000} MB are free at {folder}; Portico needs {NEEDED_BYTES // 1_000_000}. Make room."
        )


def refuse_missing_venv() -> None:
    """Debian's bare python3 has no venv and no pip; says which package brings them."""
    if all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip")):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    _stop(
        f"This Python ({sys.executable}) lacks the modules venv and ensurepip. "
        f"On Debian and Ubuntu: sudo apt-get install python{version}-venv"
    )


def refuse_missing_redis(kind: str) -> None:
    """Where no wheel brings a Redis server and none is installed, says so before minutes go into the install."""
    brings_one = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 13)
    given = "TEST_REDIS_URL" if kind == "dev" else "REDIS_URL"
    if brings_one or os.environ.get(given) or shutil.which("redis-server") or shutil.which("valkey-server"):
        return
    _stop(
        f"With Python {sys.version_info.major}.{sys.version_info.minor} on {platform.system()} {platform.machine()} "
        f"Portico brings no Redis server of its own. Install one ({redis_install_line()}), use Python 3.11 or 3.12 on "
        f"Linux x86-64, or set {given} to one that runs; then start again."
    )


def redis_install_line() -> str:
    """The command that installs a Redis server here."""
    return "brew install redis" if sys.platform == "darwin" else "sudo apt-get install redis-server"


def install(environment: Path, kind: str, lock: int) -> None:
    """Makes or completes the environment and stamps it; ends with a message when that fails."""
    began = time.monotonic()
    stamp, unfinished = environment / _STAMP, environment / _UNFINISHED
    if unfinished.exists() or not _still_runs(environment):
        shutil.rmtree(environment, ignore_errors=True)
        _say(f"First use: making {environment.name} (about a minute, once) …")
        environment.mkdir()
        unfinished.touch()
        _run([sys.executable, "-m", "venv", str(environment)], lock)
    # What was there for the tests is no longer vouched for once their requirements have changed.
    kept = {name: value for name, value in _read(stamp).items() if value == fingerprint(name)}
    unfinished.touch()
    count = sum("==" in line for line in (REQUIREMENTS / f"{kind}.txt").read_text().splitlines())
    _say(f"Installing {count} packages …")
    _install_packages(environment / "bin" / "python", REQUIREMENTS / f"{kind}.txt", lock)
    staged = stamp.with_suffix(".new")
    staged.write_text(json.dumps({**kept, kind: fingerprint(kind)}))
    staged.rename(stamp)
    unfinished.unlink()
    _say(f"Installed in {time.monotonic() - began:.0f} s.")


def _install_packages(python: Path, requirements: Path, lock: int) -> None:
    """By uv, which is ten times as quick; by pip where uv cannot be had."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    tools = subprocess.run(  # noqa: S603 - our own words
        [*pip, "-r", str(REQUIREMENTS / "tools.txt")], check=False, capture_output=True, text=True, pass_fds=[lock]
    )
    uv = python.with_name("uv")
    if tools.returncode == 0 and uv.exists():
        command = [str(uv), "pip", "install", "--system-certs", "--require-hashes", "--quiet", "--python", str(python)]
        command += ["--index-strategy", "unsafe-best-match", "-r", str(requirements)]
        environment = {**os.environ, **package_index.for_uv(python)}
        done = _progress(command, lock, environment)
        if done == 0:
            return
        _say("uv could not install them; trying pip, which takes a minute or two …")
    if _progress([*pip, "-r", str(requirements)], lock, dict(os.environ)) != 0:
        _stop("The requirements could not be installed; see the lines above. The next start tries again.")


def _progress(command: list[str], lock: int, environment: dict[str, str]) -> int:
    """Runs a command, with the seconds that have passed on a terminal; its exit code."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, pass_fds=[lock])  # noqa: S603 - our own words
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=1)
            if sys.stderr.isatty():
                print(f"\r  {time.monotonic() - began:3.0f} s ", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        process.wait()
        raise
    finally:
        if sys.stderr.isatty():
            print("\r", end="", file=sys.stderr, flush=True)


def _run(command: list[str], lock: int) -> None:
    done = subprocess.run(command, check=False, pass_fds=[lock], capture_output=True, text=True)  # noqa: S603 - ours
    if done.returncode != 0:
        _stop(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr).strip()[-1500:]}")


def _still_runs(environment: Path) -> bool:
    """False when the Python that the environment was made from is gone or has another version now."""
    words = [str(environment / "bin" / "python"), "-c", "import sys, pip; print(sys.version_info[:2])"]
    try:
        said = subprocess.run(words, check=False, capture_output=True, text=True).stdout  # noqa: S603 - ours
    except OSError:
        return False
    return said.strip() == str(sys.version_info[:2])


def _read(stamp: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _go_on(python: Path, arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [str(python), *arguments])  # noqa: S606 - our own environment's Python


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _stop(words: str) -> NoReturn:
    sys.exit(words)
