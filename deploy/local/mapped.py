"""Runs a command as root who, seen from within, is somebody else: mapped.py USER_ID COMMAND...

Started as a file with `python -I -S`, so it imports nothing of the project.
"""

import ctypes
import os
import sys

_CLONE_NEWUSER = 0x10000000


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123 - /proc, and the quickest start counts
        file.write(text)


def main() -> None:
    """Enters a user namespace of one user and becomes the command."""
    user_id, command = sys.argv[1], sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    real_user, real_group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        sys.exit(f"no user namespace: {os.strerror(ctypes.get_errno())}")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user_id} {real_user} 1")
    _write("/proc/self/gid_map", f"{user_id} {real_group} 1")
    os.execv(command[0], command)  # noqa: S606 - the caller's own words


main()
