"""A mail server that delivers nothing: every message becomes an .eml file, which /dev/mail/ shows.

Run as: python -m deploy.local.mailsink --descriptor N --folder DIR
"""

import argparse
import asyncio
import secrets
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_BYTES = 50_000_000


class FolderHandler:
    """Writes what arrives; file names sort by the time of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keeps one message exactly as it came; readers never see a half one."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        arrived = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        staged = self._folder / f".{arrived}-{secrets.token_hex(4)}"
        staged.write_bytes(content)
        staged.rename(self._folder / f"{staged.name[1:]}.eml")
        return "250 Message accepted for delivery"


async def serve(listener: socket.socket, folder: Path) -> None:
    """Serves until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    handler = FolderHandler(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=_LARGEST_BYTES, enable_SMTPUTF8=True, hostname="localhost", loop=loop),
        sock=listener,
    )
    async with server:
        await ended.wait()


def main() -> None:
    """Takes over a socket that was bound before, so that the port is known and free."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--descriptor", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(socket.socket(fileno=options.descriptor), options.folder))


if __name__ == "__main__":
    main()
