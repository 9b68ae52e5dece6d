"""The rules of the Rust house, read from its text: who may know whom, and what a border looks like."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "rust" / "core"
BINDING = ROOT / "rust" / "python"
SOURCES = sorted((ROOT / "rust").glob("*/src/**/*.rs")) + sorted((ROOT / "rust").glob("*/benches/*.rs"))

FILE_LIMIT = 400
FUNCTION_LIMIT = 60

# Room of the core -> rooms it may use. A new arrow is a decision: write it here.
ARROWS = {
    "lib": {"error"},
    "error": set(),
    "matrix": {"error"},
    "acquisition": {"error"},
    "maximise": {"acquisition", "error", "gp", "lanes", "linalg"},
    "sampling": {"error", "matrix"},
    "forest": {"error", "lanes", "sampling"},
    "halving": {"error", "pareto"},
    "pareto": {"error", "lanes"},
    "parzen": {"error", "lanes", "sampling"},
    "evolution": {"error", "linalg", "pareto", "sampling"},
    "lanes": set(),
    "linalg": {"error", "lanes", "matrix"},
    "quasi_newton": set(),
    "gp": {"error", "lanes", "linalg", "matrix", "quasi_newton"},
}
# Crates the core may lean on. Nothing that knows Python, does input or output, or keeps state.
CORE_DEPENDENCIES = {"libm", "thiserror"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dependencies(manifest: Path, section: str = "dependencies") -> set[str]:
    """The keys of one table of a Cargo.toml (tomllib came with Python 3.11)."""
    text = manifest.read_text(encoding="utf-8")
    table = re.search(rf"^\[{re.escape(section)}\]\n(.*?)(?=^\[|\Z)", text, re.M | re.S)
    assert table, f"{manifest} has no [{section}]"
    return set(re.findall(r"^([\w-]+)[ .=]", table.group(1), re.M))


def code(path: Path) -> str:
    """The source without comments and without its tests."""
    text = path.read_text(encoding="utf-8").split("#[cfg(test)]\nmod ")[0]
    return re.sub(r"//.*", "", text)


def used_rooms(text: str) -> set[str]:
    """The first names after ``crate::``, also of grouped imports."""
    rooms = set(re.findall(r"\bcrate::(\w+)", text))
    for group in re.findall(r"\bcrate::\{(.*?)\};", text, re.S):
        while "{" in group:
            group = re.sub(r"\{[^{}]*\}", "", group)
        rooms |= set(re.findall(r"(?:^|,)\s*(\w+)", group))
    return rooms


def functions(text: str) -> list[tuple[str, int]]:
    """Every function's name and number of lines, from its signature to its closing brace (rustfmt's indentation)."""
    found = []
    lines = text.splitlines()
    for start, line in enumerate(lines):
        signature = re.match(r"( *)(?:pub(?:\([a-z]+\))? )?(?:const )?(?:unsafe )?fn (\w+)", line)
        if signature:
            indent, function = signature.groups()
            end = next((i for i in range(start, len(lines)) if re.match(rf"{indent}\}}", lines[i])), start)
            found.append((function, end - start + 1))
    return found


def test_the_readers_above_read_what_they_should():
    assert used_rooms("use crate::{\n    error::{Error, Result},\n    matrix::allocate,\n};\nuse crate::pareto;") == {
        "error",
        "matrix",
        "pareto",
    }
    assert functions("pub fn f() {\n    g();\n}\nimpl A {\n    fn g() {\n    }\n}\n") == [("f", 3), ("g", 2)]
    assert len(SOURCES) > 10


def test_the_core_leans_on_nothing_that_is_not_agreed():
    assert dependencies(CORE / "Cargo.toml") == CORE_DEPENDENCIES


def test_only_the_binding_knows_python():
    assert {"numpy", "pyo3"} <= dependencies(BINDING / "Cargo.toml")
    offenders = [name(path) for path in CORE.rglob("*.rs") if re.search(r"\b(pyo3|numpy|ndarray)::", code(path))]
    assert not offenders


def test_the_core_has_no_clock_no_files_no_prints_and_no_global_state():
    forbidden = (
        r"\bstd::(time|fs|io|env|net|process|thread(?!::(?:scope|ScopedJoinHandle)\b))\b"
        r"|\bprintln!|\beprintln!|\bdbg!|\bstatic mut\b|thread_local!"
    )
    offenders = [name(path) for path in sorted((CORE / "src").rglob("*.rs")) if re.search(forbidden, code(path))]
    assert not offenders


@pytest.mark.parametrize("path", sorted((CORE / "src").rglob("*.rs")), ids=name)
def test_rooms_of_the_core_use_only_the_rooms_below(path):
    room = path.relative_to(CORE / "src").parts[0].removesuffix(".rs")
    assert room in ARROWS, f"new room {room!r}: say in ARROWS what it may use"
    assert used_rooms(code(path)) - {room} <= ARROWS[room]


@pytest.mark.parametrize("path", sorted((BINDING / "src").glob("*.rs")), ids=name)
def test_the_border_cannot_panic_or_print(path):
    forbidden = r"\.unwrap\(|\.expect\(|\bpanic!|\bunreachable!|\btodo!|\bprintln!|\bunsafe\b"
    assert not re.findall(forbidden, code(path))


@pytest.mark.parametrize("path", sorted((BINDING / "src").glob("*.rs")), ids=name)
def test_every_wrapper_goes_through_the_border(path):
    wrappers = code(path).split("#[pyclass")[0].split("#[pyfunction]")[1:]  # methods of classes may keep the lock
    for wrapper in wrappers:
        assert wrapper.count("border::run(") == 1, wrapper
    assert path.name == "border.rs" or "detach" not in code(path)


@pytest.mark.parametrize("path", sorted((BINDING / "src").glob("*.rs")), ids=name)
def test_arrays_come_in_through_the_border(path):
    """What numpy's crate calls a slice may be in the order of Fortran."""
    assert path.name == "border.rs" or "PyReadonlyArray" not in code(path)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LIMIT
    long = [(function, lines) for function, lines in functions(text) if lines > FUNCTION_LIMIT]
    assert not long


def test_one_version_number():
    for manifest in (CORE / "Cargo.toml", BINDING / "Cargo.toml"):
        assert "version.workspace = true" in manifest.read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
