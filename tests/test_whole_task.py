"""Corpora of whole articles, and the table of the whole task. Nothing here looks at a clock."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(autouse=True)
def _the_repository_is_importable(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.syspath_prepend(str(root))


@pytest.mark.parametrize("kind", ["copies", "hard"])
def test_a_corpus_is_read_and_its_systems_are_valid(kind: str, tmp_path: Path) -> None:
    from benchmarks.articles import SYSTEMS, Kind, write_corpus

    from onrecord.dataset import read_folder
    from onrecord.dataset.check import check_gold
    from onrecord.eval.submission.reading import read_submission

    write_corpus(tmp_path / "one", Kind(kind), 12, seed=3)
    write_corpus(tmp_path / "two", Kind(kind), 12, seed=3)
    gold = read_folder(tmp_path / "one" / "dataset")
    assert len({article.document.id for article in gold.articles}) == 12
    assert {article.document.split for article in gold.articles} == {"test"}
    assert [w for a in gold.articles for w in check_gold(a.document, a.labels, gold.registries)] == []
    documents = [article.document for article in gold.articles]
    ids = [document.id for document in documents]
    for name in SYSTEMS:
        raw = (tmp_path / "one" / name).read_bytes()
        assert raw == (tmp_path / "two" / name).read_bytes()
        submission = read_submission(name, raw, documents, gold.registries, ids)
        assert submission.documents.keys() == set(ids)
    assert (tmp_path / "one" / SYSTEMS[0]).read_bytes() != (tmp_path / "one" / SYSTEMS[1]).read_bytes()


def test_ids_grow_with_a_hard_corpus_alone(root: Path) -> None:
    from benchmarks.articles import Kind, copy_of

    from onrecord.dataset import read_folder

    base = read_folder(root / "dataset")
    assert copy_of(base, Kind.copies, 1).registries.entities == ()
    one, two = (copy_of(base, Kind.hard, number).registries for number in (1, 2))
    assert one.entities
    assert not {row.id for row in one.entities} & {row.id for row in (*two.entities, *base.registries.entities)}


@given(
    st.floats(0, 3),
    st.floats(1e-3, 1e3),
    st.tuples(st.integers(1, 1000), st.integers(1, 1000)).filter(lambda pair: pair[0] != pair[1]),
)
def test_the_exponent_of_a_power_is_that_power(power: float, cost: float, sizes: tuple[int, int]) -> None:
    from benchmarks.whole import exponent

    small, large = ((float(size), cost * size**power) for size in sizes)
    assert exponent(small, large) == pytest.approx(power, abs=1e-6)


def test_the_table_tells_what_was_measured_and_what_was_not() -> None:
    from benchmarks.whole import Cell, Command, Row, growth, table

    command = Command("score", lambda place: [], target=10)
    measured = {300: Cell(2.0, 100.0, 0.5), 3_000: Cell(20.0, 1_000.0, 2.5)}
    row = Row(command, "copies", {**measured, 30_000: Cell(why="late")})
    assert growth(row) == pytest.approx(1)
    assert growth(Row(command, "hard", {300: measured[300]})) is None
    over = Row(command, "copies", {300: measured[300], 3_000: Cell(why="over")})
    lines = table([row, over], [300, 3_000, 30_000], cap=60).splitlines()
    assert lines[2].split(" | ")[2:] == [
        "2.00 s, 4 ×, 100 MB",
        "20.00 s, 8 ×, 1,000 MB",
        "not run",
        "1.00",
        "≤ 10 ×",
        "yes |",
    ]
    assert lines[3].split(" | ")[3:] == ["> 60 s", "", "", "≤ 10 ×", "NO |"]


def test_a_command_beyond_its_cap_is_ended_and_one_that_fails_is_told() -> None:
    import sys

    from benchmarks.measurement import Failed
    from benchmarks.whole import run

    assert run([sys.executable, "-c", "import time; time.sleep(60)"], 0.5) is None
    with pytest.raises(Failed, match="exit status 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], 60)


def test_decoding_reads_every_line_as_what_it_is(tmp_path: Path) -> None:
    from benchmarks.whole import decode_cpu

    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"doc_id":"a","text_sha256":""}\n' * 3)
    assert 0 <= decode_cpu(path) < math.inf
    path.write_bytes(b'{"doc_id":"a","text_sha256":""}\n{"doc_id":1}\n')
    with pytest.raises(msgspec.ValidationError):
        decode_cpu(path)
