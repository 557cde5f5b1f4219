"""Corpora of whole articles, and the table of the whole task. Nothing here looks at a clock."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from benchmarks.measurement import Results


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


@pytest.mark.parametrize("kind", ["copies", "hard"])
def test_another_version_of_the_labels_has_other_items_of_the_same_articles(kind: str, tmp_path: Path) -> None:
    from benchmarks.articles import Kind, write_corpus

    from onrecord.dataset import read_folder

    write_corpus(tmp_path, Kind(kind), 7, seed=0, relabelled=True)
    one, other = (read_folder(tmp_path / name) for name in ("dataset", "relabelled"))
    assert [each.document for each in one.articles] == [each.document for each in other.articles]
    assert one.registries == other.registries
    for a, b in zip(one.articles, other.articles, strict=True):
        assert 0 < len(b.labels.mentions) < len(a.labels.mentions)
        assert a.labels.quotes == b.labels.quotes


def test_annotated_copies_are_read_and_say_what_the_originals_said(root: Path, tmp_path: Path) -> None:
    from benchmarks.annotated import ROUNDS, write_annotated

    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.dataset import read_documents

    write_annotated(tmp_path / "made", 7)
    documents, originals = read_documents(tmp_path / "made" / "seeds"), read_documents(root / "seeds")
    assert len(documents) == 7
    for name in ROUNDS:
        found = read_exports(tmp_path / "made" / "annotation" / "exports" / name, documents)
        said = {
            (e.document, e.annotator): e.labels for e in read_exports(root / "annotation/exports" / name, originals)
        }
        copied = {each.document.rpartition("-")[0] for each in found}
        assert len(copied) == 5
        assert len(found) == 7 * len({annotator for document, annotator in said if document in copied})
        for each in found:
            assert each.labels == said[each.document.rpartition("-")[0], each.annotator]


def test_mentions_in_documents_are_those_of_the_arrays(tmp_path: Path) -> None:
    import numpy as np
    from benchmarks.public import MENTIONS_EACH, by_document

    labels = np.array([3, -1, *range(MENTIONS_EACH)])
    found = by_document(labels)
    assert found["doc-000000"][:2] == [(0, 3), (2, 0)]
    assert found["doc-000001"] == [(0, MENTIONS_EACH - 2), (1, MENTIONS_EACH - 1)]
    assert sum(map(len, found.values())) == MENTIONS_EACH + 1


@given(
    st.floats(0, 3),
    st.floats(1e-3, 1e3),
    st.tuples(st.integers(1, 1000), st.integers(1, 1000)).filter(lambda pair: pair[0] != pair[1]),
)
def test_the_exponent_of_a_power_is_that_power(power: float, cost: float, sizes: tuple[int, int]) -> None:
    from benchmarks.whole_table import exponent

    small, large = ((float(size), cost * size**power) for size in sizes)
    assert exponent(small, large) == pytest.approx(power, abs=1e-6)


def kept(path: Path, runs: dict[tuple[str, str, int], tuple[float, float, dict[str, float]]]) -> Results:
    """Results with runs of a label on a kind and size: CPU seconds, MB and figures."""
    from benchmarks.measurement import Measured, Results, Run

    results = Results(path)
    for number, ((label, kind, size), (cpu, peak, figures)) in enumerate(runs.items()):
        results.add(Run(f"{kind}-{size}", label, number, "-", Measured(0, 0, cpu, 0, peak, figures, {})))
    return results


def test_the_tables_tell_what_was_measured_and_what_was_not(tmp_path: Path) -> None:
    from benchmarks.whole_table import Numbers, markdown

    results = kept(
        tmp_path / "whole.jsonl",
        {
            ("score", "copies", 300): (2.0, 100.0, {"decode": 0.5}),
            ("score", "copies", 3_000): (20.0, 1_000.0, {"decode": 2.5}),
            ("score", "copies", 30_000): (0.0, 0.0, {"over": 120.0}),
            ("score --draws 0", "copies", 3_000): (15.0, 900.0, {"decode": 2.5}),
            ("compare, systems: 2", "copies", 3_000): (42.0, 1.0, {"decode": 2.0}),
        },
    )
    numbers = Numbers(results)
    assert numbers.growth("score", "copies", 300, 3_000) == pytest.approx(1)
    assert numbers.growth("score", "hard", 300, 3_000) is None
    assert numbers.growth("score", "copies", 3_000, 30_000) == math.inf
    assert numbers.rest("copies", 3_000) == pytest.approx(2)
    assert numbers.over_k("compare, systems: 2", 2, "copies", 3_000) == pytest.approx(1)
    lines = markdown(results).splitlines()
    assert "| score, 3,000 copies | 8 × decode | ≤ 8 | yes |" in lines
    assert "| score, 3,000 hard |  | ≤ 15 |  |" in lines
    assert "| score, 3,000 copies, memory | 1,000 MB | ≤ 350 | NO |" in lines
    assert "| score, growth from 3,000 to 30,000 copies | over the cap | ≤ 1.05 | NO |" in lines
    cells = "|  | 2.00 s, 4 ×, 100 MB | 20.00 s, 8 ×, 1,000 MB | > 120 s | 1 | over the cap |"
    assert f"| score | copies {cells}" in lines


def test_the_least_of_two_runs_counts_and_one_that_was_ended_only_alone(tmp_path: Path) -> None:
    from benchmarks.measurement import Measured, Results, Run
    from benchmarks.whole_table import best

    results = Results(tmp_path / "whole.jsonl")
    for number, (cpu, figures) in enumerate([(0.0, {"over": 5.0}), (3.0, {}), (2.0, {})]):
        results.add(Run("fixed-0", "a", number, "-", Measured(0, 0, cpu, 0, 1, figures, {})))
    found = best(results, "a", "fixed", 0)
    assert found is not None
    assert found.score == 2.0
    assert best(results, "b", "fixed", 0) is None


def test_every_target_is_of_something_that_is_measured() -> None:
    from benchmarks.whole_table import targets
    from benchmarks.whole_tasks import TASKS

    class Asked:
        """Whatever is looked up: by whatever name, the label comes first."""

        def __getattr__(self, name: str) -> object:
            def look_up(*words: object) -> None:
                asked.update(word for word in words if isinstance(word, str))

            return look_up

    labels = [task.label for task in TASKS]
    assert len(labels) == len(set(labels))
    for target in targets():
        asked: set[str] = set()
        target.value(Asked())  # type: ignore[arg-type]
        assert asked & set(labels), target.what


def test_what_the_readme_says_is_what_the_kept_results_give(root: Path) -> None:
    from benchmarks.measurement import Results
    from benchmarks.whole_table import PART, filled, markdown

    readme = (root / "benchmarks" / "README.md").read_text("utf-8")
    assert len(PART.findall(readme)) == 1
    assert filled(filled(readme, "a\n"), "b\n") == filled(readme, "b\n")
    path = root / "results" / "bench" / "whole.jsonl"
    if not path.exists():
        pytest.skip("nothing was measured here")
    assert filled(readme, markdown(Results(path))) == readme


def test_a_process_beyond_its_cap_is_ended_and_one_that_fails_is_told() -> None:
    import sys

    from benchmarks.measurement import Failed
    from benchmarks.whole import run

    assert run(["command", sys.executable, "-c", "import time; time.sleep(60)"], 0.5, {}, sys.executable) is None
    with pytest.raises(Failed, match="exit status 3"):
        run(["command", sys.executable, "-c", "raise SystemExit(3)"], 60, {}, sys.executable)


@pytest.mark.long
def test_what_is_measured_is_kept_and_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import whole
    from benchmarks.measurement import Results
    from benchmarks.whole_tasks import TASKS

    monkeypatch.setattr(whole, "TASKS", [task for task in TASKS if task.label in ("validate", "diff")])
    path = tmp_path / "whole.jsonl"
    for left in (60.0, 60.0, -1.0):
        until = time.monotonic() + left
        said: list[str] = []
        session = whole.Session(Results(path), tmp_path / "data", 60.0, until, False, said.append)
        (tmp_path / "data").mkdir(exist_ok=True)
        session.measure(30)
        assert session.failures == []
        places = {(group, task) for group, task, _ in session.results.runs}
        if left > 0:
            assert places == {(f"{kind}-30", task) for kind in ("copies", "hard") for task in ("validate", "diff")}
    assert said == []


def test_decoding_reads_every_line_as_what_it_is(tmp_path: Path) -> None:
    from benchmarks.whole import decode_cpu

    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"doc_id":"a","text_sha256":""}\n' * 3)
    assert 0 <= decode_cpu(path) < math.inf
    path.write_bytes(b'{"doc_id":"a","text_sha256":""}\n{"doc_id":1}\n')
    with pytest.raises(msgspec.ValidationError):
        decode_cpu(path)


def test_what_scale_measures_is_weighed_and_stands_in_the_document(tmp_path: Path, root: Path) -> None:
    from benchmarks import scale
    from benchmarks.articles import Kind, write_corpus

    write_corpus(tmp_path, Kind.hard, 6, 0)
    found = scale.measured(tmp_path)
    assert found.items == sum(
        len(line.get(name, ()))
        for line in map(msgspec.json.decode, (tmp_path / "predictions.jsonl").read_bytes().splitlines())
        for name in ("mentions", "quotes", "stances", "events")
    )
    assert min(found.evidence, found.ids, found.states) > 0
    assert min(found.first, found.second, found.command, found.jobs, found.peak) > 0
    made = scale.tables([found, found], 6)
    assert made.count(f"{found.items:,}") == 2
    document = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    part = scale.PART.search(scale.filled(document, made))
    assert part is not None
    assert made in part[0]
    current = scale.PART.search(document)
    assert current is not None
    assert [row.split("|")[1] for row in current[0].splitlines() if row.startswith("| ")][1:3] == [
        row.split("|")[1] for row in made.splitlines() if row.startswith("| ")
    ][1:3]


def test_annotated_documents_are_a_corpus_that_can_be_built(tmp_path: Path) -> None:
    from benchmarks.annotated import write_annotated

    write_annotated(tmp_path / "corpus", 6)
    command = [sys.executable, "-c", "from onrecord.cli import main; main()"]
    words = ["build", "--corpus", str(tmp_path / "corpus"), "-o", str(tmp_path / "built")]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((tmp_path / "built/gold").iterdir())) == 6
