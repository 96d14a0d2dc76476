"""Where the local start keeps its things."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StartError

PROJECT_DIR = Path(__file__).resolve().parents[2]
# Socket addresses hold about 100 characters, and TMPDIR may be long (macOS): always the short one.
_SOCKET_ROOT = Path("/tmp")  # noqa: S108 - the folder below it is private and its owner is checked


@dataclass(frozen=True)
class DataDir:
    """The data directory and the names of what lies in it."""

    root: Path

    @classmethod
    def of(cls, value: str | Path | None = None) -> "DataDir":
        """From an option, PORTICO_DATA_DIR or the default, made absolute."""
        chosen = value or os.environ.get("PORTICO_DATA_DIR") or PROJECT_DIR / ".portico"
        return cls(Path(chosen).expanduser().absolute())

    def prepare(self) -> None:
        """Makes the folder, private to its owner.

        Raises:
            StartError: it cannot be made, or belongs to somebody else.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.run.mkdir(exist_ok=True)
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            msg = f"The data directory {self.root} cannot be used: {error.strerror}. Choose another with --data-dir."
            raise StartError(msg) from error
        if self.root.stat().st_uid != os.geteuid():
            msg = f"The data directory {self.root} belongs to another user. Choose another with --data-dir."
            raise StartError(msg)

    @property
    def run(self) -> Path:
        """What lives only while something runs: locks, addresses, process numbers."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "logs"

    @property
    def mail(self) -> Path:
        """Every e-mail sent, as .eml."""
        return self.root / "mail"

    @property
    def sockets(self) -> Path:
        """The short folder of the embedded servers' sockets, derived from the data directory."""
        digest = hashlib.sha256(os.fsencode(os.path.realpath(self.root))).hexdigest()[:12]
        return _SOCKET_ROOT / f"portico-{os.geteuid()}-{digest}"


def make_private(folder: Path, owner: int) -> None:
    """Makes a folder in a place where all may write, and refuses one that somebody else has put there.

    Raises:
        StartError: what is there is a link, open to others or of another owner.
    """
    try:
        folder.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(folder, owner, -1)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        msg = f"{folder} is needed for the servers' sockets, but is not a private folder of this user. Remove it."
        raise StartError(msg)
