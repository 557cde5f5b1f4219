"""The benchmarks: corpora whose errors are known, and the command on our own side. Nothing here looks at a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from benchmarks.corpora import Corpus, SpanCorpus


@pytest.fixture(autouse=True)
def _the_repository_is_importable(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.syspath_prepend(str(root))


def span_corpora() -> list[SpanCorpus]:
    from benchmarks.corpora import SpanCorpus

    sizes = [(1, 40), (80, 40), (81, 40), (3_000, 40), (3_000, 1_000)]
    return [SpanCorpus(many, per, nested) for many, per in sizes for nested in (False, True)]


def test_the_errors_that_we_find_are_those_that_were_made(tmp_path: Path) -> None:
    from benchmarks.corpora import SpanTruth, read_made, write_corpus
    from benchmarks.ours import CONTENDERS

    for corpus in span_corpora():
        folder = write_corpus(tmp_path, corpus)
        truth = read_made(folder).truth
        assert isinstance(truth, SpanTruth)
        found = truth.correct + truth.type + truth.boundary + truth.both
        assert found + truth.missed == truth.gold == corpus.spans
        assert found + truth.spurious == truth.predicted
        for contender in ("onrecord-arrays", "onrecord-files"):
            figures = CONTENDERS[contender](folder)()
            assert {name: figures[name] for name in truth.figures} == pytest.approx(truth.figures), corpus


def test_files_hold_what_the_arrays_hold(tmp_path: Path) -> None:
    from benchmarks.corpora import TYPES, SpanCorpus, read_spans, write_corpus

    folder = write_corpus(tmp_path, SpanCorpus(300, 40, nested=True))
    for side in ("gold", "predicted"):
        lines = [json.loads(line) for line in (folder / f"{side}.jsonl").read_text().splitlines()]
        spans = read_spans(folder, side)
        rows = zip(
            *(each.tolist() for each in (spans.document, spans.start, spans.end, spans.type)),
            strict=True,
        )
        assert [
            (number, span["start"], span["end"], span["type"])
            for number, line in enumerate(lines)
            for span in line["spans"]
        ] == [(document, start, end, TYPES[kind]) for document, start, end, kind in rows]
        assert len({line["doc_id"] for line in lines}) == len(lines) == 8


def test_flat_spans_do_not_overlap_and_nested_ones_are_never_equal() -> None:
    from benchmarks.corpora import make_spans

    for corpus in span_corpora():
        for spans in make_spans(corpus)[:2]:
            same = spans.document[1:] == spans.document[:-1]
            assert (spans.start < spans.end).all()
            if corpus.nested:
                places = np.stack([spans.document, spans.start, spans.end])
                assert np.unique(places, axis=1).shape == places.shape
            else:
                assert (spans.start[1:] > spans.end[:-1])[same].all()


def test_clusters_have_the_mentions_that_were_made(tmp_path: Path) -> None:
    from benchmarks.corpora import ClusterCorpus, ClusterTruth, make_clusters, read_made, write_corpus

    from onrecord.eval.clusters.measures import Table, b_cubed

    for mentions in (1, 10, 1_000, 20_000):
        corpus = ClusterCorpus(mentions)
        gold, predicted, truth = make_clusters(corpus)
        table = Table.of_labels(gold, predicted)
        counts = b_cubed(table)
        assert (counts.gold, counts.predicted) == (truth.gold, truth.predicted)
        assert table.shared.sum() == truth.shared
        assert table.gold_sizes.max() <= max(1, mentions // 10)
        folder = write_corpus(tmp_path, corpus)
        assert read_made(folder).truth == truth
        assert isinstance(truth, ClusterTruth)


def test_a_corpus_is_the_same_every_time_and_made_again_only_by_other_code(tmp_path: Path) -> None:
    from benchmarks.corpora import ClusterCorpus, SpanCorpus, is_made, write_corpus

    corpora: list[Corpus] = [SpanCorpus(200), ClusterCorpus(200)]
    for corpus in corpora:
        assert not is_made(tmp_path / "one", corpus)
        one, other = (write_corpus(tmp_path / name, corpus) for name in ("one", "other"))
        assert is_made(tmp_path / "one", corpus)
        for path in one.iterdir():
            assert path.read_bytes() == (other / path.name).read_bytes()
        made = json.loads((one / "made.json").read_text())
        (one / "made.json").write_text(json.dumps({**made, "made_by": "another version"}))
        assert not is_made(tmp_path / "one", corpus)


def quick(root: Path, folder: Path, *options: str) -> Any:
    command = [sys.executable, "benchmarks/run.py", "--quick", "--no-peers", "--json", "--output", str(folder)]
    done = subprocess.run([*command, *options], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.long
def test_the_quick_measurement_of_our_own_side(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_HOME", str(tmp_path / "home"))
    readme = (root / "benchmarks" / "README.md").read_bytes()
    report = quick(root, tmp_path / "results")
    assert report["failures"] == {}
    assert report["disagreements"] == []
    assert report["peers"] == {}
    rows = {(name, row["task"]["contender"]): row for name, group in report["groups"].items() for row in group["rows"]}
    truth = report["truths"]["spans-2000-by-40"]
    for contender in ("onrecord-arrays", "onrecord-files", "onrecord-files-2"):
        figures = rows["quick-spans", contender]["figures"]
        assert {name: figures[name] for name in truth} == pytest.approx(truth)
    one, two = (rows["quick-spans", each]["figures"]["digest"] for each in ("onrecord-files", "onrecord-files-2"))
    assert one == two
    assert rows["command", "onrecord-score"]["score"] > rows["command", "python"]["score"] > 0
    kept = (tmp_path / "results" / "quick.jsonl").read_bytes()

    # what is measured is kept, a line that was cut off is made again, and only what is asked for is measured again
    lines = kept.splitlines(keepends=True)
    (tmp_path / "results" / "quick.jsonl").write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    again = quick(root, tmp_path / "results", "--only", "command")
    assert again["groups"].keys() == {"command"}
    after = (tmp_path / "results" / "quick.jsonl").read_bytes().splitlines(keepends=True)
    assert after[:-1] == lines[:-1]
    assert json.loads(after[-1])["task"] == json.loads(lines[-1])["task"]
    assert (root / "benchmarks" / "README.md").read_bytes() == readme


def test_ratios_are_taken_within_rounds_and_targets_only_from_what_was_measured(tmp_path: Path) -> None:
    from benchmarks.comparison import outcomes, ratio, score_cpu
    from benchmarks.measurement import Measured, Results, Run

    def run(task: str, number: int, score: float) -> Run:
        return Run("command", task, number, "", Measured(0.0, 0.0, score, score, 1.0, {}, {}))

    results = Results(tmp_path / "runs.jsonl")
    # the machine is ten times as slow in the second round, and the slower contender has no third one
    for task, scores in {"onrecord-score": (0.25, 2.5, 0.25), "python": (0.5, 5.0)}.items():
        for number, score in enumerate(scores):
            results.add(run(task, number, score))
    found = ratio(results, "command", "python", "onrecord-score", score_cpu)
    assert found is not None
    assert (found.median, found.low, found.high, found.rounds) == (2.0, 2.0, 2.0, 2)
    assert ratio(results, "command", "python", "nothing", score_cpu) is None
    measured = [outcome for outcome in outcomes(results) if outcome.measured is not None]
    assert [(outcome.measured, outcome.met) for outcome in measured] == [(0.25, True)]
    assert all(outcome.met is None for outcome in outcomes(results) if outcome not in measured)
    assert Results(tmp_path / "runs.jsonl").runs == results.runs


def test_scores_that_differ_are_told(tmp_path: Path) -> None:
    from benchmarks.comparison import disagreements
    from benchmarks.corpora import SpanCorpus
    from benchmarks.measurement import Measured, Results, Run
    from benchmarks.plan import Group, Task

    corpus = SpanCorpus(80)
    tasks = tuple(Task(name, "peers", name, corpus) for name in ("one", "other"))
    results = Results(tmp_path / "runs.jsonl")
    for task, f1 in zip(tasks, (0.5, 0.5 + 1e-6), strict=True):
        results.add(Run("group", task.key, 0, "", Measured(0, 0, 1, 1, 1, {"strict F1": f1}, {})))
    group = Group("group", "", tasks)
    told = disagreements(results, [group], {})
    assert [(each.one, each.value, each.other) for each in told] == [("one", 0.5, "other")]
    assert [each.other for each in disagreements(results, [group], {corpus.name: {"strict F1": 0.25}})] == [
        "one",
        "other",
    ]
