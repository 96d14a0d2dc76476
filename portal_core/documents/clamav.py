"""Asking a ClamAV daemon about one file, by INSTREAM over TCP or a unix socket."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final
from urllib.parse import unquote, urlsplit

_CHUNK_BYTES: Final = 64 * 1024
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 120.0
_MOST_ANSWER_BYTES: Final = 4096


class ScannerAway(Exception):
    """The daemon does not answer, or not in words that we know: the file waits."""


def find(content: IO[bytes], scanner_url: str) -> str | None:
    """The name of what was found in the file, None for nothing. Raises ScannerAway."""
    try:
        with _connected(scanner_url) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := content.read(_CHUNK_BYTES):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            return _verdict(_answer(connection))
    except OSError as error:
        raise ScannerAway(str(error)) from error


@contextmanager
def _connected(scanner_url: str) -> Iterator[socket.socket]:
    address = urlsplit(scanner_url)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_CONNECT_SECONDS)
        connection.connect(unquote(address.path))
    elif address.scheme == "tcp" and address.hostname:
        connection = socket.create_connection((address.hostname, address.port or 3310), _CONNECT_SECONDS)
    else:
        raise ScannerAway("SCANNER_URL is neither tcp://host:port nor unix:///path")
    connection.settimeout(_ANSWER_SECONDS)
    with connection:
        yield connection


def _answer(connection: socket.socket) -> str:
    received = b""
    while len(received) < _MOST_ANSWER_BYTES and not received.endswith((b"\0", b"\n")):
        part = connection.recv(1024)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _verdict(answer: str) -> str | None:
    """`stream: OK`, `stream: Eicar-Test-Signature FOUND`; a size limit or an error is no verdict."""
    words = answer.removeprefix("stream:").strip()
    if words == "OK":
        return None
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND").strip() or "unknown"
    raise ScannerAway(f"answered: {words[:100]}")
