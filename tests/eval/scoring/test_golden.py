"""Golden records: no byte of a score changes without a new version of the scorer.

``golden/`` holds an invented corpus and prediction files for it, and a folder for each version of the scorer with the
records that it gives. Where a record differs, either the change was not meant, or the version must be raised:

1. raise ``SCORER_VERSION`` in ``eval/onrecord/eval/rendering/signature.py``; say in the CHANGELOG what moved, and why;
2. ``python tests/eval/scoring/test_golden.py`` writes the records of the new version; those of the old one go.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec
import pytest

from onrecord.dataset import Labels
from onrecord.eval import record_of, score_clusters, score_spans
from onrecord.eval.platforms.reference import read_reference
from onrecord.eval.rendering.scores import json_bytes, score_json
from onrecord.eval.rendering.signature import SCORER_VERSION
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.compare import compare_results
from onrecord.eval.scoring.score_file import Scoring, score_bytes
from onrecord.eval.statistics.sampling import Sampling

FOLDER = Path(__file__).parent / "golden"

BY_DOCUMENT, BY_TOPIC = Sampling(), Sampling("topic", level=0.9)

CASES = {
    "good": ("good.jsonl", Asked("all", how=BY_DOCUMENT)),
    "poor": ("poor.jsonl", Asked("test", how=BY_TOPIC)),
    "names": ("names.jsonl", Asked("all", "ontonotes", None)),
}
"""File and question of each record."""


def scoring(case: str) -> Scoring:
    name, asked = CASES[case]
    raw = (FOLDER / name).read_bytes()
    if case == "names":
        raw = raw.replace(b'"type": "PER"', b'"type": "PERSON"').replace(b'"type": "GRP"', b'"type": "NORP"')
    return score_bytes(Path(name), raw, read_reference(FOLDER / "gold.json").gold, asked)


def record(case: str) -> bytes:
    """The record of a case without the environment, for people to read."""
    made = msgspec.structs.replace(record_of(scoring(case).report), environment={})
    return json_bytes(msgspec.to_builtins(made))


def comparison() -> bytes:
    """Differences, p values and ranks of two systems."""
    results = [scoring("good").result, scored_all("poor.jsonl").result]
    found = compare_results(results, ["good", "poor"], BY_DOCUMENT)
    return json_bytes(
        {
            "contrasts": {name: dataclasses.asdict(each) for name, each in found.contrasts[0, 1].items()},
            "ranks": {
                name: [None if each is None else [each.best, each.worst] for each in ranks]
                for name, ranks in found.ranks.items()
            },
            "items": [change.told() for change in found.items()],
        }
    )


def scored_all(name: str) -> Scoring:
    gold = read_reference(FOLDER / "gold.json").gold
    return score_bytes(Path(name), (FOLDER / name).read_bytes(), gold, Asked("all", how=None))


def corpora() -> bytes:
    """Plain spans and clusters of the same files."""
    articles = read_reference(FOLDER / "gold.json").gold.articles
    gold = {article.document.id: article.labels for article in articles}
    predicted = scored_all("poor.jsonl").submission.documents
    spans = score_spans(spans_of(gold), spans_of(predicted))
    clusters = score_clusters(clusters_of(gold), clusters_of(predicted))
    found = {f"spans:{name}": (score, spans.intervals.get(name)) for name, score in spans.scores.items()}
    found |= {f"clusters:{name}": (score, clusters.intervals.get(name)) for name, score in clusters.scores.items()}
    return json_bytes({name: score_json(score, interval) for name, (score, interval) in found.items()})


def spans_of(labels: Mapping[str, Labels]) -> dict[str, list[tuple[int, int, str]]]:
    return {id: [(m.start, m.end, m.type) for m in each.mentions] for id, each in labels.items()}


def clusters_of(labels: Mapping[str, Labels]) -> dict[str, list[list[tuple[int, int]]]]:
    """Mentions by entity; of several at one place the first."""
    found: dict[str, list[list[tuple[int, int]]]] = {}
    for id, each in labels.items():
        by_entity: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, entity in {(m.start, m.end): m.entity or "" for m in reversed(each.mentions)}.items():
            by_entity[entity].append(place)
        found[id] = list(by_entity.values())
    return found


MAKERS: dict[str, Callable[[], bytes]] = {
    **{f"{case}.json": partial(record, case) for case in CASES},
    "comparison.json": comparison,
    "corpora.json": corpora,
}
"""What makes each golden file of this version."""


def test_there_are_records_of_this_version_and_no_other() -> None:
    folders = [path.name for path in FOLDER.iterdir() if path.is_dir()]
    assert folders == [SCORER_VERSION], "write the records of this version, see the head of this file"
    assert {path.name for path in (FOLDER / SCORER_VERSION).iterdir()} == set(MAKERS)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_no_byte_of_a_score_changes_within_a_version(name: str) -> None:
    made = MAKERS[name]()
    kept = (FOLDER / SCORER_VERSION / name).read_bytes()
    lines = [pair for pair in zip(kept.splitlines(), made.splitlines(), strict=False) if pair[0] != pair[1]]
    assert made == kept, f"a score changed and SCORER_VERSION did not, see the head of this file; first: {lines[:3]}"


def test_the_corpus_is_hard_enough_to_tell() -> None:
    """Every layer is submitted, right and wrong, so that a change of any of them shows."""
    for each in scoring("poor").result.layers:
        assert each.state is not None, each.layer.name
        value = each.scores[each.layer.headline.name].value
        assert value is not None
        assert 0 < value < 1, each.layer.name
    assert scoring("names").left_out == {}
    gold = read_reference(FOLDER / "gold.json").gold
    items = [item for article in gold.articles for _, item in article.labels.items()]
    assert any(item.optional for item in items)
    assert any(len(quote.content) > 1 for article in gold.articles for quote in article.labels.quotes)
    assert any(quote.parent for article in gold.articles for quote in article.labels.quotes)


if __name__ == "__main__":
    made = {name: make() for name, make in MAKERS.items()}
    folder = FOLDER / SCORER_VERSION
    folder.mkdir()  # the records of a version are written once
    for name, content in made.items():
        (folder / name).write_bytes(content)
