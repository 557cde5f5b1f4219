"""The map of the house names what is there, and all of it."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.house.imports import Modules, exported, read_modules
from tests.house.test_imports import ORDERS, PACKAGES

from onrecord.eval.layers.layer import Layer
from onrecord.eval.statistics.measure import Measure

_PLACE = re.compile(r"([\w./-]+\.py)(?::([\w.]+))?")
_ROW = re.compile(r"^\| (\d+) \| `([\w.]+)` \| [^|]+ \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
_NAME = re.compile(r"`([^`\n]+)`")


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def modules(root: Path) -> Modules:
    return read_modules(root)


def places(text: str) -> list[tuple[str, str]]:
    """Path and name of every place in backticks; the name is empty where a file is meant."""
    return [(match[1], match[2] or "") for each in _NAME.findall(text) if (match := _PLACE.fullmatch(each))]


def bound(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that statements define or assign, with the statement."""
    for node in statements:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node
            case ast.Assign(targets=targets):
                for target in targets:
                    for each in ast.walk(target):
                        if isinstance(each, ast.Name):
                            yield each.id, node


def is_there(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether a module defines or assigns a name; ``A.b`` is ``b`` of the class ``A``."""
    first, _, rest = name.partition(".")
    found = [node for each, node in bound(body) if each == first]
    if not rest:
        return bool(found)
    return any(isinstance(node, ast.ClassDef) and is_there(node.body, rest) for node in found)


def faults_of(root: Path, text: str) -> list[str]:
    """The places that a page names and that are not there."""
    faults = []
    for path, name in places(text):
        if not (root / path).is_file():
            faults.append(f"there is no {path}")
        elif name and not is_there(ast.parse((root / path).read_text(encoding="utf-8")).body, name):
            faults.append(f"{path} has no {name}")
    return faults


def test_every_place_that_it_names_is_there(root: Path, text: str) -> None:
    assert len([name for _, name in places(text) if name]) > 100
    assert faults_of(root, text) == []


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("B, C = 1, 2\nD: int = 3\n\n\nclass E:\n    f = 1\n\n    def g(self) -> None: ...\n")
    right = "`a.py` `a.py:B` `a.py:C` `a.py:D` `a.py:E` `a.py:E.f` `a.py:E.g` `onrecord build` a.py:none"
    assert faults_of(tmp_path, right) == []
    wrong = "`b.py` `b/c.py:B` `a.py:f` `a.py:E.h` `a.py:B.f`"
    assert faults_of(tmp_path, wrong) == [
        "there is no b.py",
        "there is no b/c.py",
        "a.py has no f",
        "a.py has no E.h",
        "a.py has no B.f",
    ]


def test_every_wing_has_its_row_in_the_order_of_imports(text: str) -> None:
    order = [f"{package}.{wing}" for package in PACKAGES if package in ORDERS for wing in ORDERS[package]]
    rows = _ROW.findall(text)
    assert [name for _, name, _, _ in rows] == order
    assert [int(number) for number, *_ in rows] == list(range(1, len(order) + 1))


def test_every_module_is_in_the_row_of_its_wing(modules: Modules, text: str) -> None:
    for _, name, shown, own in _ROW.findall(text):
        wing = f"onrecord.{name}"
        there = {each.removeprefix(f"{wing}.").replace(".", "/") for each in modules if each.startswith(f"{wing}.")}
        for_others = there & set(exported(modules[wing]) or ())
        assert set(_NAME.findall(shown)) == for_others, name
        assert set(_NAME.findall(own)) == there - for_others, name


@pytest.mark.parametrize("kind", [Layer, Measure])
def test_every_field_of_a_layer_and_of_a_measure_has_its_row(text: str, kind: type) -> None:
    table = text.partition(f"| field of `{kind.__name__}`")[2].partition("\n\n")[0]
    first = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert {name for cell in first for name in _NAME.findall(cell)} == {each.name for each in dataclasses.fields(kind)}


def test_many_questions_are_answered_by_a_place(text: str) -> None:
    section = text.partition("\n## 5. ")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 40
    assert all(name for row in rows for _, name in places(row))
    assert all(places(row) for row in rows)
