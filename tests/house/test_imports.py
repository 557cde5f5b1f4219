"""Modules import one way only, from what others show them, and none is too long."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.house.imports import (
    circle_faults,
    contents_faults,
    face_faults,
    length_faults,
    order_faults,
    package_faults,
    read_imports,
    read_modules,
)

PACKAGES = {
    "dataset": frozenset[str](),
    "eval": frozenset({"dataset"}),
    "annotation": frozenset({"dataset", "eval"}),
    "cli": frozenset({"dataset", "eval", "annotation"}),
}
"""Which packages each may import, beside itself."""

ORDERS = {
    "dataset": (
        "records",
        "walk",
        "scheme",
        "layers",
        "derive",
        "reading",
        "corpus",
        "seeds",
        "gold",
        "check",
        "registries",
        "publishing",
        "perturbing",
    ),
    "annotation": ("new_corpus", "label_studio", "assist", "agreement", "gold", "page"),
    "eval": (
        "matching",
        "statistics",
        "submission",
        "rendering",
        "grounding",
        "prompting",
        "spans",
        "clusters",
        "baselines",
        "readers",
        "conversion",
        "compat",
        "layers",
        "scoring",
        "inspecting",
        "corpora",
        "report",
        "platforms",
        "board",
        "schemas",
    ),
}
"""The wings of each package: one takes only from those before it."""

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 65  # what a reader sees whole, signature and docstring included


def faults_of(root: Path) -> dict[str, list[str]]:
    """The faults of a tree, by the rule that is broken."""
    modules = read_modules(root)
    imports = read_imports(modules)
    return {
        "packages": package_faults(imports, PACKAGES),
        "order": order_faults(modules, imports, ORDERS),
        "circles": circle_faults(imports),
        "faces": face_faults(modules, imports),
        "contents": contents_faults(modules),
        "length": length_faults(modules, MOST_LINES, MOST_LINES_OF_A_FUNCTION),
    }


@pytest.fixture(scope="module")
def faults(root: Path) -> dict[str, list[str]]:
    return faults_of(root)


@pytest.mark.parametrize("rule", ["packages", "order", "circles", "faces", "contents", "length"])
def test_the_product_keeps_the_rules(faults: dict[str, list[str]], rule: str) -> None:
    assert not faults[rule], "\n".join(faults[rule])


def test_the_whole_product_is_looked_at(root: Path) -> None:
    modules = read_modules(root)
    assert {name.split(".")[1] for name in modules} == set(PACKAGES)
    for package, wings in ORDERS.items():
        there = {name.split(".")[2] for name in modules if name.startswith(f"onrecord.{package}.")}
        assert there == set(wings)


DATASET, EVAL = "dataset/onrecord/dataset/", "eval/onrecord/eval/"
ANNOTATION, CLI = "annotation/onrecord/annotation/", "eval/onrecord/cli/"

RIGHT = {
    f"{DATASET}__init__.py": '"""A."""\n\nfrom onrecord.dataset.gold import Gold\n\n__all__ = ["Gold"]\n',
    f"{DATASET}records.py": "class Item: ...\n",
    f"{DATASET}gold.py": "from onrecord.dataset.records import Item\n\nGold = Item\n",
    f"{EVAL}__init__.py": '"""A."""\n\n__all__ = []\n',
    f"{EVAL}spans/__init__.py": '"""A."""\n\n__all__ = ["pairs"]\n',
    f"{EVAL}spans/pairs.py": "from onrecord.eval.spans.own import SIZE, _HIDDEN\n",
    f"{EVAL}spans/own.py": "SIZE = 1\n_HIDDEN = 2\n",
    f"{EVAL}layers/__init__.py": '"""A."""\n\n__all__ = []\n',
    f"{EVAL}layers/quotes.py": (
        "from typing import TYPE_CHECKING\n\nfrom onrecord.dataset import Gold, records\n"
        "from onrecord.eval.spans import pairs\n\nif TYPE_CHECKING:\n"
        "    from onrecord.eval.layers.stances import STANCES\n\nQUOTES = (Gold, records.Item, pairs.SIZE)\n"
    ),
    f"{EVAL}layers/stances.py": "from onrecord.eval.layers.quotes import QUOTES\n\nSTANCES = QUOTES\n",
    f"{CLI}__init__.py": '"""A."""\n\nfrom onrecord.cli import score\n\n__all__ = ["score"]\n',
    f"{CLI}score.py": "from onrecord.dataset import Gold\n",
}
"""A small tree in which every rule is kept."""


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_right_tree_has_no_fault(tmp_path: Path) -> None:
    write(tmp_path, RIGHT)
    assert [fault for each in faults_of(tmp_path).values() for fault in each] == []


QUOTES, PAIRS, SPANS = f"{EVAL}layers/quotes.py", f"{EVAL}spans/pairs.py", f"{EVAL}spans/__init__.py"


@pytest.mark.parametrize(
    ("rule", "file", "text", "expected"),
    [
        pytest.param(
            "packages",
            f"{DATASET}gold.py",
            "Gold = 1\n\n\ndef late() -> None:\n    import onrecord.eval.spans.pairs\n",
            [f"{DATASET}gold.py:5: onrecord.dataset.gold imports onrecord.eval.spans.pairs: dataset may"],
            id="the dataset imports the scorer inside a function",
        ),
        pytest.param(
            "packages",
            PAIRS,
            "from onrecord.cli.score import Gold\n",
            [f"{PAIRS}:1: onrecord.eval.spans.pairs imports onrecord.cli.score.Gold: eval may import dataset"],
            id="somebody imports the commands",
        ),
        pytest.param(
            "packages",
            PAIRS,
            "from onrecord.annotation.gold import passes\n",
            [f"{PAIRS}:1: onrecord.eval.spans.pairs imports onrecord.annotation.gold.passes: eval may import dataset"],
            id="the scorer imports annotation",
        ),
        pytest.param(
            "order",
            PAIRS,
            "import typing\n\nif typing.TYPE_CHECKING:\n    from onrecord.eval.layers.quotes import QUOTES\n",
            [f"{PAIRS}:4: onrecord.eval.spans.pairs imports onrecord.eval.layers.quotes.QUOTES: "],
            id="an upward import for type checkers",
        ),
        pytest.param(
            "order",
            f"{DATASET}records.py",
            "def late() -> None:\n    from .gold import Gold\n",
            [f"{DATASET}records.py:2: onrecord.dataset.records imports onrecord.dataset.gold.Gold: "],
            id="an upward import that is relative",
        ),
        pytest.param(
            "order",
            QUOTES,
            "from onrecord.eval import scored\n",
            [f"{QUOTES}:1: onrecord.eval.layers.quotes imports onrecord.eval.scored: onrecord.eval comes after"],
            id="a wing imports the package's face",
        ),
        pytest.param(
            "order",
            f"{EVAL}more/some.py",
            "",
            [f"{EVAL}more/some.py:1: onrecord.eval.more has no place in the order of eval"],
            id="a wing without a place",
        ),
        pytest.param(
            "circles",
            f"{EVAL}spans/own.py",
            "try:\n    from onrecord.eval.spans.pairs import SIZE\nfinally:\n    pass\n",
            [
                f"{EVAL}spans/own.py:2: onrecord.eval.spans.own imports onrecord.eval.spans.pairs.SIZE: a circle",
                f"{PAIRS}:1: onrecord.eval.spans.pairs imports onrecord.eval.spans.own.",
            ],
            id="a circle within a wing",
        ),
        pytest.param(
            "faces",
            QUOTES,
            "from onrecord.eval.spans.pairs import _HIDDEN\n",
            [f"{QUOTES}:1: onrecord.eval.layers.quotes imports onrecord.eval.spans.pairs._HIDDEN: a private name"],
            id="a private name",
        ),
        pytest.param(
            "faces",
            QUOTES,
            "from onrecord.eval.spans import pairs as p\n\nQUOTES = p._HIDDEN\n",
            [f"{QUOTES}:3: onrecord.eval.layers.quotes imports onrecord.eval.spans.pairs._HIDDEN: a private name"],
            id="a private name read off a module",
        ),
        pytest.param(
            "faces",
            QUOTES,
            "from onrecord.eval.spans.own import SIZE\n",
            [f"{QUOTES}:1: onrecord.eval.layers.quotes imports onrecord.eval.spans.own.SIZE: __all__ of"],
            id="a module that is the wing's own",
        ),
        pytest.param(
            "faces",
            QUOTES,
            "from onrecord.dataset import Item\n",
            [f"{QUOTES}:1: onrecord.eval.layers.quotes imports onrecord.dataset.Item: __all__ of"],
            id="a name that the package does not show",
        ),
        pytest.param(
            "faces",
            QUOTES,
            "from onrecord.eval.nowhere import SIZE\n",
            [f"{QUOTES}:1: onrecord.eval.layers.quotes imports onrecord.eval.nowhere.SIZE: there is no such module"],
            id="a module that is not there",
        ),
        pytest.param(
            "contents",
            SPANS,
            '__all__ = ["pairs"]\n',
            [f"{SPANS}:1: onrecord.eval.spans has no docstring"],
            id="no docstring",
        ),
        pytest.param(
            "contents", SPANS, '"""A."""\n', [f"{SPANS}:1: onrecord.eval.spans has no __all__"], id="no __all__"
        ),
        pytest.param(
            "contents",
            SPANS,
            '"""A."""\n\n__all__ = ["pairs", "triples"]\n',
            [f"{SPANS}:1: __all__ of onrecord.eval.spans names triples, which is not there"],
            id="a name that is not there",
        ),
        pytest.param(
            "length",
            PAIRS,
            "from onrecord.eval.spans.own import SIZE\n" * 401,
            [f"{PAIRS}:401: onrecord.eval.spans.pairs has 401 lines, and 400 are the most"],
            id="a long module",
        ),
        pytest.param(
            "length",
            PAIRS,
            "def long():\n" + "    pass\n" * 65,
            [f"{PAIRS}:1: long has 66 lines, and 65 are the most"],
            id="a long function",
        ),
    ],
)
def test_a_fault_is_found_and_told(tmp_path: Path, rule: str, file: str, text: str, expected: list[str]) -> None:
    write(tmp_path, {**RIGHT, file: text})
    found = faults_of(tmp_path)[rule]
    for words in expected:
        assert any(fault.startswith(words) for fault in found), (words, found)


@pytest.mark.parametrize("package", ["onrecord.eval", "onrecord.dataset"])
def test_every_public_name_can_be_had(package: str) -> None:
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__module__ if hasattr(getattr(module, name), "__module__") else name
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError):
        _ = module.no_such_name
