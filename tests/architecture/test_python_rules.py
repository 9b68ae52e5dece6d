"""The house's rules that can be read off the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tunewright as tw

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "python" / "tunewright").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(node):
    """Lines of a function without its docstring."""
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= first.end_lineno - first.lineno + 1
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
class TestSource:
    def test_a_module_says_what_it_is_and_what_it_exports(self, path):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), "a module docstring comes first"
        assigned = [
            target.id
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        ]
        assert assigned[:1] == ["__all__"], "__all__ is the first assignment"

    def test_sizes(self, path):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400
        for function in functions(ast.parse(text)):
            assert length(function) <= 60, function.name

    def test_names(self, path):
        assert path.stem not in {"utils", "util", "helpers", "common", "misc"}

    def test_nothing_inside_imports_the_root(self, path):
        if path == ROOT / "python" / "tunewright" / "__init__.py":
            return
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert all(alias.name != "tunewright" for alias in node.names)
            if isinstance(node, ast.ImportFrom):
                assert node.module != "tunewright"

    def test_callers_mistakes_are_no_assertions(self, path):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assert):  # allowed only where it tells the type checker what must be so
                assert re.search(r"^assert (isinstance\(|.* is not None$)", ast.unparse(node)), ast.unparse(node)


def test_public_names_exist_and_come_once():  # their order is the linter's
    assert [name for name in tw.__all__ if not hasattr(tw, name)] == []
    assert len(tw.__all__) == len(set(tw.__all__))


def test_one_version_number():
    cargo = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    assert f'version = "{tw.__version__}"' in cargo
    assert f"## {tw.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_plain_import_takes_only_numpy_and_scipy():
    code = (
        "import sys, tunewright; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'pandas', 'tqdm', 'dask', 'distributed', 'matplotlib', 'torch', 'cloudpickle', 'sklearn', 'pyarrow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
