"""uv reads neither pip.conf nor PIP_*: hands it what the person set up for pip. Standard library only."""

import ast
import os
import subprocess
from pathlib import Path

# pip's option: uv's variable, and what stands between several values.
_VARIABLES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


def for_uv(python: Path) -> dict[str, str]:
    """The variables that make uv look where pip would; those already set are left alone."""
    said = subprocess.run(  # noqa: S603 - our own environment's Python
        [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"],
        check=False, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return {name: value for name, value in translate(said).items() if name not in os.environ}


def translate(pip_config: str) -> dict[str, str]:
    """From the lines of `pip config list`: the environment's win over those for `install`, those over the rest."""
    found: dict[str, str] = {}
    for wanted in ("global", "install", ":env:"):
        for line in pip_config.splitlines():
            key, _, quoted = line.partition("=")
            section, _, option = key.rpartition(".")
            if section == wanted and option in _VARIABLES:
                variable, separator = _VARIABLES[option]
                found[variable] = separator.join(_unquote(quoted).split())
    return found


def _unquote(text: str) -> str:
    try:
        return str(ast.literal_eval(text.strip()))
    except (SyntaxError, ValueError):
        return text.strip()
