"""What is published of how the fresh articles were made: passes, and plans held against the gold."""

from __future__ import annotations

import datetime
import importlib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from onrecord.dataset import Document, read_documents


@pytest.fixture
def tables(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(root / "docs")
    return importlib.import_module("fresh_tables")


@pytest.fixture(scope="module")
def fresh(root: Path) -> dict[str, Document]:
    return {each.id: each for each in read_documents(root / "seeds") if each.split == "fresh"}


def test_every_pass_is_of_all_articles(root: Path, tables: ModuleType, fresh: dict[str, Document]) -> None:
    passes = tables.read_passes(root)
    assert {each.role for each in passes} == {"blind", "adjudication", "audit", "plans"}
    words = sum(len(document.text.split()) for document in fresh.values())
    for who in dict.fromkeys(each.who for each in passes):
        these = [each for each in passes if each.who == who]
        assert sum(each.articles for each in these) == len(fresh), who
        assert sum(each.words for each in these) == words, who
        assert sorted(each.part for each in these) == list(range(1, len(these) + 1)), who
    assert all(each.start < each.end and each.actions > 0 for each in passes)


def test_every_difference_is_decided_with_a_reason(root: Path, tables: ModuleType, fresh: dict[str, Document]) -> None:
    found = tables.read_differences(root)
    plans = {path.stem for path in (root / "annotation/fresh/plans").glob("*.json")}
    assert {each.plan for each in found} <= plans
    assert {each.article for each in found} - {None} <= {*fresh}
    assert [each.item for each in found if not each.why.strip()] == []
    assert all(each.article is None or fresh[each.article].topic == each.plan for each in found)


def test_the_counts_add(root: Path, tables: ModuleType) -> None:
    said = tables.read_comparison(root)
    for layer, whole in said.by_layer.items():
        parts = [each[layer] for each in said.by_happening.values() if layer in each]
        for field in whole.__struct_fields__:
            assert sum(getattr(part, field) for part in parts) == getattr(whole, field), (layer, field)
        assert whole.compared == whole.alike + whole.differing
        assert whole.differing == whole.gold + whole.plan + whole.both
    # a statement may differ in several ways, a line each
    lines = Counter(each.layer for each in tables.read_differences(root) if each.counted)
    assert {layer: n.differing for layer, n in said.by_layer.items() if n.differing > lines[layer]} == {}


def test_the_cost_of_a_pass_by_hand(tables: ModuleType) -> None:
    def taken(part: int, minutes: int) -> object:
        start = datetime.datetime(2031, 1, 1, 12, tzinfo=datetime.UTC)
        end = start + datetime.timedelta(minutes=minutes)
        return tables.Pass("r", part, "blind", 2, 600, start, end, 5, 1000, 2000)

    head, _, *rows = tables.cost_table([taken(1, 10), taken(2, 14)], 4).splitlines()
    assert head.count("|") == 8
    assert rows[0] == "| blind, `r` | 24 | 10 | 2 | 4 | 6.0 | 10.0 |"
    assert rows[1].startswith("| all | 24 |")
