"""Binds the ports before anything starts, so that a taken one is told at once."""

import errno
import socket

from deploy.local.errors import StartError

LAST_PORT = 65535
_BACKLOG = 512


def web_listeners(port: int) -> list[socket.socket]:
    """Loopback sockets for the web server, of IPv4 and where there is one IPv6: browsers try both for *.localhost.

    Raises:
        StartError: the port is taken or not allowed.
    """
    found = [_bind(socket.AF_INET, "127.0.0.1", port)]
    bound_port = found[0].getsockname()[1]
    try:
        found.append(_bind(socket.AF_INET6, "::1", bound_port))
    except StartError:
        found[0].close()
        raise
    except OSError:
        pass  # no IPv6 on this machine
    return found


def mail_listener() -> socket.socket:
    """A loopback socket on any free port."""
    return _bind(socket.AF_INET, "127.0.0.1", 0)


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else 8000
            msg = f"Port {port} is already in use. Stop what uses it, or take another: --port {other}"
            raise StartError(msg) from error
        if error.errno == errno.EACCES:
            msg = f"Port {port} is not allowed for this user. Take one above 1023: --port 8000"
            raise StartError(msg) from error
        raise
    return listener
