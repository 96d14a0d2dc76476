"""Who works in the shell, for what stays on record."""

import getpass
import os


def shell_user() -> str:
    """The name of the shell's user, marked as such."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container without a user database
        name = str(os.getuid())
    return f"{name} (shell)"
