"""One set of names on both sides of the border, and one signature for a kernel and its twin."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "tunewright"
DOORS = [
    "acquisition",
    "evolution",
    "forest",
    "gp",
    "halving",
    "linalg",
    "maximise",
    "multiobjective",
    "pareto",
    "parzen",
    "sampling",
]
PRIVATE_TO_NUMERICS = {"__init__", "arguments", "average", "backend", "mixed", "model", "regression"}


def exported_by_rust() -> set[str]:
    text = (ROOT / "rust" / "python" / "src" / "lib.rs").read_text(encoding="utf-8")
    exports = re.findall(r"#\[pymodule_export\]\s*use crate::\w+::(\{[^}]*\}|\w+);", text)
    return {name for export in exports for name in re.findall(r"\w+", export)}


def declared(path: Path) -> tuple[set[str], set[str]]:
    """The functions and classes a stub declares, and its ``__all__``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return functions, public(tree)


def public(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    raise AssertionError("no __all__")


def test_rust_stub_and_package_name_the_same_functions():
    exports = exported_by_rust()
    functions, listed = declared(PACKAGE / "_rust" / "_core.pyi")
    assert exports
    assert functions == listed == exports
    assert public(ast.parse((PACKAGE / "_rust" / "__init__.py").read_text(encoding="utf-8"))) == exports


def test_the_compiled_module_has_exactly_those_names():
    compiled = importlib.import_module("tunewright._rust._core")
    assert {name for name in vars(compiled) if not name.startswith("_")} == exported_by_rust()


def test_every_door_and_every_twin_is_known_here():
    for room in ("numerics", "reference"):
        files, folders = (PACKAGE / room).glob("*.py"), (PACKAGE / room).glob("*/__init__.py")
        found = ({path.stem for path in files} | {path.parent.name for path in folders}) - PRIVATE_TO_NUMERICS
        assert found == set(DOORS)


def methods(cls: type) -> dict[str, list[tuple[str, object]]]:
    """The public methods of a class, and ``__init__`` by the class's own signature: parameters and their defaults."""
    found = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")} | {"__init__": cls}
    return {
        name: [(p.name, p.default) for p in inspect.signature(method).parameters.values()] if callable(method) else []
        for name, method in found.items()
    }


@pytest.mark.parametrize("door", DOORS)
def test_a_kernel_and_its_twin_have_one_name_and_one_signature(door):
    numerics, reference = (importlib.import_module(f"tunewright.{room}.{door}") for room in ("numerics", "reference"))
    assert numerics.__all__ == reference.__all__ == sorted(numerics.__all__)
    for name in numerics.__all__:
        ours, twin = getattr(numerics, name), getattr(reference, name)
        if inspect.isclass(ours):
            assert methods(ours) == methods(twin), name
        else:
            assert inspect.signature(ours) == inspect.signature(twin), name
        assert ours.__doc__, name
        assert twin.__doc__, name


@pytest.mark.parametrize("door", DOORS)
def test_every_kernel_has_a_door_an_agreement_test_and_a_reference_test(door):
    files = sorted((ROOT / "tests" / "agreement").glob(f"test_{door}*.py"))
    agreement = "".join(path.read_text(encoding="utf-8") for path in files)
    for name in importlib.import_module(f"tunewright.numerics.{door}").__all__:
        assert f"numerics.{name}" in agreement, name
    assert (ROOT / "tests" / "unit" / "reference" / f"test_{door}.py").exists()


def test_every_compiled_kernel_is_behind_a_door():
    doors = {name for door in DOORS for name in importlib.import_module(f"tunewright.numerics.{door}").__all__}
    assert exported_by_rust() <= doors


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "numerics").rglob("*.py")) + sorted((PACKAGE / "reference").rglob("*.py"))
)
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            docstring = len((ast.get_docstring(node, clean=False) or "").splitlines())
            assert (node.end_lineno or 0) - node.lineno + 1 - docstring <= 60, node.name
