"""Part of `up`: brings database and static files to this version of the code and makes the sample portals."""

import contextlib
import hashlib
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from deploy.database_version import refuse_old_database
from deploy.local import samples
from deploy.local.paths import PROJECT_DIR, DataDir


class Command(BaseCommand):
    """Lines that begin with `> ` are shown by `up`; the rest stays in its log."""

    help = "Used by `up`; not meant to be called by hand."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What `up` passes on."""
        parser.add_argument("--ready-file", type=Path, required=True)
        parser.add_argument("--no-sample", action="store_true")

    def handle(self, *, ready_file: Path, no_sample: bool, **_options: Any) -> None:
        """Leaves the text to print once the web server answers in the ready file."""
        self.stdout.write("> Bringing the database to this version …")
        self.stdout.flush()
        refuse_old_database()
        call_command("migrate_fleet", stdout=self.stdout, stderr=self.stderr)
        self._collect_static()
        portals = [] if no_sample else samples.ensure(self._say)
        ready_file.write_text(_ready_text(portals))

    def _say(self, words: str) -> None:
        self.stdout.write(f"> {words}")
        self.stdout.flush()

    def _collect_static(self) -> None:
        """Once for each state of the sources; compressing takes seconds."""
        stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
        current = _static_fingerprint()
        with contextlib.suppress(OSError):
            if stamp.read_text() == current:
                return
        self._say("Compressing static files …")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(current)


def _static_fingerprint() -> str:
    digest = hashlib.sha256((PROJECT_DIR / "deploy" / "requirements" / "base.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                found = file.stat()
                digest.update(f"{file}:{found.st_mtime_ns}:{found.st_size}\n".encode())
    return digest.hexdigest()


def _ready_text(portals: list[samples.SamplePortal]) -> str:
    base = f"http://{settings.BASE_DOMAIN}:{settings.PUBLIC_PORT}"
    lines = [
        "Portico is ready",
        f"  Platform        {base}/",
        f"  Open a portal   {base}/signup/",
    ]
    if "127.0.0.1" in os.environ.get("EMAIL_URL", ""):
        lines.append(f"  Mail sent       {base}/dev/mail/")
    for portal in portals:
        lines.append(f"  Sample portal   {portal.address}   ({portal.name})")
        lines += [f"    sign in as {person.role:<9} {person.link}" for person in portal.people]
    lines.append(f"  Data            {DataDir.of().root}   (stop with Ctrl-C)")
    return "\n".join(lines) + "\n"
