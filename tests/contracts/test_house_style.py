"""House rules of the code that no linter knows."""

import ast
import statistics
from pathlib import Path

import pytest

PROJECT_DIR = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "bench", "billing", "deploy", "portal_core", "tenants")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10

MODULES = sorted(
    file for package in PACKAGES for file in (PROJECT_DIR / package).rglob("*.py") if "migrations" not in file.parts
)


def functions(file: Path):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def name(file: Path) -> str:
    return str(file.relative_to(PROJECT_DIR))


def test_modules_are_short():
    long = {name(file): lines for file in MODULES if (lines := len(file.read_text().splitlines())) > LONGEST_MODULE}
    assert not long


def test_functions_are_short():
    lengths = {
        f"{name(file)}:{node.lineno} {node.name}": length for file in MODULES for node, length in functions(file)
    }
    assert not {where: length for where, length in lengths.items() if length > LONGEST_FUNCTION}
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION


def test_every_module_says_what_it_is_for():
    silent = [
        name(file)
        for file in MODULES
        if file.read_text().strip() and not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert not silent


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later(word):
    assert not [name(file) for file in MODULES if word in file.read_text()]


def test_migrations_import_nothing_of_the_apps():
    allowed = {"django", "uuid", "decimal", "datetime", "__future__"}
    found = {}
    for file in PROJECT_DIR.glob("*/**/migrations/0*.py"):
        if ".venv" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                if module.split(".")[0] not in allowed:
                    found.setdefault(name(file), set()).add(module)
    # Fields name callables of ours as their default (uuid7), and types: those are stable by agreement.
    stable = {"tenants.identifiers", "tenants.models", "portal_core.accounts.models"}
    assert not {file: modules - stable for file, modules in found.items() if modules - stable}
