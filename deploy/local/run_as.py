"""PostgreSQL refuses to run as root; this finds a way that needs no change to the machine."""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StartError

_MAPPED = Path(__file__).with_name("mapped.py")
_SHARED_ROOT = Path("/var/lib/portico-local")


@dataclass(frozen=True)
class RunAs:
    """How to start the server: words to put before its command, and the user whose files it can write."""

    prefix: tuple[str, ...]
    user_id: int
    group_id: int

    @property
    def is_other_user(self) -> bool:
        """Whether the server runs as somebody else, who cannot look into this user's folders."""
        return self.user_id != os.geteuid()


def choose() -> RunAs:
    """An ordinary user is taken as he is; root becomes `nobody`, in a user namespace where that is allowed."""
    if os.geteuid() != 0:
        return RunAs((), os.geteuid(), os.getegid())
    return in_namespace() or as_nobody()


def in_namespace() -> RunAs | None:
    """Root seen as `nobody` from within: the files stay root's, and no folder has to be opened to anyone."""
    nobody = _nobody()
    prefix = (sys.executable, "-I", "-S", str(_MAPPED), str(nobody.pw_uid))
    try:
        tried = subprocess.run([*prefix, "/bin/true"], check=False, capture_output=True, timeout=10)  # noqa: S603 - a constant
    except (OSError, subprocess.TimeoutExpired):
        return None
    return RunAs(prefix, os.geteuid(), os.getegid()) if tried.returncode == 0 else None


def as_nobody() -> RunAs:
    """The real user `nobody`, for containers that forbid user namespaces."""
    nobody = _nobody()
    return RunAs((), nobody.pw_uid, nobody.pw_gid)


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        msg = "The embedded PostgreSQL does not run as root, and there is no user `nobody`. Start as an ordinary user."
        raise StartError(msg) from error


def readable_copy(installation: Path, run_as: RunAs) -> Path:
    """The installation, or a copy of it that the other user may read."""
    if not run_as.is_other_user:
        return installation
    package = installation.parent
    # The wheel's shared libraries lie beside the package and are found from there.
    libraries = package.with_name(f"{package.name}.libs")
    copy = _SHARED_ROOT / f"postgres-{installation.stat().st_mtime_ns:x}"
    if not copy.exists():
        partial = copy.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(installation, partial / package.name / installation.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        _open_to_readers(partial)
        partial.rename(copy)
    return copy / package.name / installation.name


def _open_to_readers(folder: Path) -> None:
    _SHARED_ROOT.chmod(0o755)
    folder.chmod(0o755)
    for file in folder.rglob("*"):
        if not file.is_symlink():
            executable = file.is_dir() or os.access(file, os.X_OK)
            file.chmod(0o755 if executable else 0o644)


def reachable_data(folder: Path, run_as: RunAs) -> Path:
    """Where the data really lies: for another user outside private homes, with a link at the usual place."""
    if folder.is_symlink() or not run_as.is_other_user:
        return folder.resolve()
    _SHARED_ROOT.mkdir(parents=True, exist_ok=True, mode=0o755)
    target = _SHARED_ROOT / f"data-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    if not folder.exists():
        folder.symlink_to(target)
    return target
