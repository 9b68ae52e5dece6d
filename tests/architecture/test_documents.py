"""README and docs: Python blocks parse and name what the package has; links lead to files; no section is empty."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tunewright as tw

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def text(request):
    return request.param.read_text(encoding="utf-8")


def blocks(text):
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_python_blocks_parse_and_fences_are_closed(text):
    assert text.count("\n```") % 2 == 0
    for block in blocks(text):
        ast.parse(block)


def test_names_of_the_package_exist(text):
    for block in blocks(text):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tw":
                assert hasattr(tw, node.attr), node.attr


def test_links_lead_somewhere(request, text):
    folder = Path(request.node.callspec.params["text"]).parent
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (folder / target).exists(), target


def test_no_section_is_empty(text):
    outside = re.sub(r"^```.*?^```", "block", text, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"^##+ .*\n+(?=##? |\Z)", outside, flags=re.MULTILINE)
