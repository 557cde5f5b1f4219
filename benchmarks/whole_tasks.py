"""What is measured of the whole task: commands, public functions and a peer, each on what corpora and how large."""

from __future__ import annotations

import dataclasses
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from benchmarks.corpora import ClusterCorpus, SpanCorpus, corpus_folder
from benchmarks.environment import ROOT, home

Kind = Literal["copies", "hard", "annotated", "fixed"]
ARTICLES: tuple[Kind, ...] = ("copies", "hard")
SIZES = (30, 300, 3_000, 30_000)
LARGE = ["--max-bytes", str(2**34), "--max-lines", "1000000"]
"""Limits that 30,000 articles are within."""
SPANS, MANY_SPANS = SpanCorpus(100_000), SpanCorpus(1_000_000)
CLUSTERS = ClusterCorpus(200_000)
TOY_SPANS, TOY_CLUSTERS = SpanCorpus(1_000), ClusterCorpus(2_000)
FIXED = (SPANS, MANY_SPANS, CLUSTERS, TOY_SPANS, TOY_CLUSTERS)
"""The corpora without articles."""
SYSTEMS = 4
"""Most systems that are compared."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a corpus lies, and a folder for what commands write."""

    corpus: Path
    """A corpus of :mod:`benchmarks.articles`, or what :mod:`benchmarks.annotated` writes; by kind."""
    other: Path
    """The same gold, and systems of another seed; the corpus itself where no more than two systems are measured."""
    toy: Path
    """A corpus of the same kind that is scored first, so that imports are not timed."""
    scratch: Path
    size: int

    @property
    def gold(self) -> list[str]:
        """The option that names the gold."""
        return ["--gold", str(self.corpus / "dataset")]

    @property
    def limits(self) -> list[str]:
        """The options that let a large file in."""
        return LARGE if self.size > 3_000 else []

    @property
    def systems(self) -> list[str]:
        """Four prediction files."""
        return [
            str(at / name) for at in (self.corpus, self.other) for name in ("predictions.jsonl", "predictions-2.jsonl")
        ]


Words = Callable[[Place], list[str]]
"""The words of :mod:`benchmarks.worker`, all of them."""


@dataclasses.dataclass(frozen=True)
class Need:
    """What must be there before something is measured: a path, and the words of the command that makes it."""

    path: Path
    words: list[str]


@dataclasses.dataclass(frozen=True)
class Task:
    """Something that is measured."""

    label: str
    words: Words
    kinds: tuple[Kind, ...] = ARTICLES
    most: int = 3_000
    """Articles of the largest corpus that it is measured on."""
    cached: bool = True
    """Whether gold is there as columns, from an earlier reading."""
    needs: Callable[[Place], list[Need]] = lambda _: []
    browser: bool = False
    """Whether what counts is the seconds that a browser says, not the CPU."""


def onrecord(*words: str) -> list[str]:
    """A command of ours, as the worker runs it."""
    return ["command", str(Path(sysconfig.get_path("scripts")) / "onrecord"), *words]


def _public(name: str) -> Words:
    return lambda p: ["public", name, str(p.corpus), str(p.toy)]


def _score(*more: str) -> Words:
    return lambda p: onrecord("score", p.systems[0], *p.gold, *more, *p.limits)


def _compare(k: int) -> Words:
    return lambda p: onrecord("compare", *p.systems[:k], *p.gold)


def _report(place: Place) -> list[str]:
    return onrecord("report", place.systems[0], *place.gold, "-o", str(place.scratch / "report.html"))


def _entries(k: int) -> Callable[[Place], list[Need]]:
    """A results folder of k entries."""

    def needs(place: Place) -> list[Need]:
        folder = place.scratch / f"results-{k}"
        return [
            Need(folder / "t" / f"s{n}", onrecord("board", "add", file, "--to", str(folder), *_as(n), *place.gold))
            for n, file in enumerate(place.systems[:k])
        ]

    return needs


def _as(n: int) -> list[str]:
    return ["--team", "t", "--system", f"s{n}"]


def _board(k: int, *more: str) -> Words:
    def words(place: Place) -> list[str]:
        results, site = place.scratch / f"results-{k}", place.scratch / f"site-{k}"
        return onrecord("board", "build", str(results), *place.gold, "-o", str(site), *more)

    return words


def _annotated(*words: str) -> Words:
    def made(place: Place) -> list[str]:
        at = {
            "EXPORTS": place.corpus / "annotation" / "exports" / "blind",
            "SEEDS": place.corpus / "seeds",
            "CORPUS": place.corpus,
            "OUT": place.scratch / "built",
        }
        return onrecord(*(str(at.get(word, word)) for word in words))

    return made


def _fixed(side: str, name: str, corpus: SpanCorpus | ClusterCorpus) -> Words:
    toy = TOY_SPANS if isinstance(corpus, SpanCorpus) else TOY_CLUSTERS
    return lambda _: [side, name, *(str(corpus_folder(home() / "data", each)) for each in (corpus, toy))]


def _files(command: str, corpus: SpanCorpus | ClusterCorpus) -> Words:
    folder = corpus_folder(home() / "data", corpus)
    return lambda _: onrecord(command, *(str(folder / f"{side}.jsonl") for side in ("gold", "predicted")))


SCORE, PLAIN, FRESH = "score", "score --draws 0", "score, gold not read before"
VALIDATE, REPORT, DIFF, OPENED = "validate", "report", "diff", "report, opened in a browser"
LEAVE_OUT, GOLD = "leave-one-out alone", "gold, read for the second time"
COMPARE, BOARD, BARE = "compare, systems: {}", "board build, entries: {}", ("--no-reports", "--no-baselines")
AGAIN = "board build, entries: {}, none changed"
AGREEMENT, BUILD = "annotation agreement", "build"
PUBLIC_SPANS, PEER_SPANS = "score_spans, 100,000 spans from lists", "nervaluate, 100,000 spans from lists"
PUBLIC_CLUSTERS = "score_clusters, 200,000 mentions in 200 documents"
SPAN_FILES, SPAN_DECODE = "spans, 1,000,000 in JSON Lines", "typed decode of the same spans"
CLUSTER_FILES, FIVE = "clusters, 200,000 mentions in JSON Lines", "score, the test articles of the dataset"

TASKS: tuple[Task, ...] = (
    Task(GOLD, _public("gold-again")),
    Task(VALIDATE, lambda p: onrecord("validate", p.systems[0], *p.gold, *p.limits), most=30_000),
    Task(PLAIN, _score("--draws", "0"), most=30_000),
    Task(SCORE, _score(), most=30_000),
    Task(FRESH, _score(), most=30_000, cached=False),
    Task(LEAVE_OUT, _public("leave-one-out")),
    Task(COMPARE.format(2), _compare(2)),
    Task(COMPARE.format(4), _compare(4), ("copies",)),
    Task(REPORT, _report),
    Task(
        OPENED,
        lambda p: ["public", "opened", str(p.scratch), str(p.scratch)],
        needs=lambda p: [Need(p.scratch / "report.html", _report(p))],
        browser=True,
    ),
    Task(DIFF, lambda p: onrecord("diff", str(p.corpus / "dataset"), str(p.corpus / "relabelled"))),
    Task("predict", lambda p: onrecord("predict", *p.gold, "-o", str(p.scratch / "rules.jsonl")), ("copies",)),
    Task(BOARD.format(1), _board(1, *BARE, "--anew"), needs=_entries(1)),
    Task(BOARD.format(2), _board(2, *BARE, "--anew"), needs=_entries(2)),
    Task(BOARD.format(4), _board(4, *BARE, "--anew"), ("copies",), needs=_entries(4)),
    Task(AGAIN.format(4), _board(4, *BARE), ("copies",), needs=_entries(4)),
    Task(
        "board build, entries: 1, with baselines and reports",
        _board(1, "--anew"),
        most=300,
        needs=_entries(1),
    ),
    Task("rescore, 1 record", lambda p: onrecord("rescore", str(p.scratch / "results-1"), *p.gold), needs=_entries(1)),
    Task(AGREEMENT, _annotated("annotation", "agreement", "EXPORTS", "--seeds", "SEEDS"), ("annotated",), 300),
    Task(BUILD, _annotated("build", "--corpus", "CORPUS", "-o", "OUT"), ("annotated",), 300),
    Task(
        FIVE,
        lambda _: onrecord("score", str(ROOT / "eval/baselines/rules.jsonl"), "--gold", str(ROOT / "dataset")),
        ("fixed",),
    ),
    Task(PUBLIC_SPANS, _fixed("public", "spans", SPANS), ("fixed",)),
    Task(PEER_SPANS, _fixed("peers", "nervaluate", SPANS), ("fixed",)),
    Task(PUBLIC_CLUSTERS, _fixed("public", "clusters", CLUSTERS), ("fixed",)),
    Task(SPAN_FILES, _files("spans", MANY_SPANS), ("fixed",)),
    Task(SPAN_DECODE, _fixed("ours", "msgspec", MANY_SPANS), ("fixed",)),
    Task("spans from files, in Python", _fixed("ours", "onrecord-files", MANY_SPANS), ("fixed",)),
    Task(CLUSTER_FILES, _files("clusters", CLUSTERS), ("fixed",)),
)
"""Everything that is measured, in the order of the table; what has no articles is of size 0."""


def sizes_of(kind: Kind, most: int) -> Sequence[int]:
    """The sizes of the corpora of a kind, ascending."""
    if kind == "fixed":
        return (0,)
    largest = {"copies": 30_000, "hard": 3_000, "annotated": 300}[kind]
    return [size for size in SIZES if size <= min(most, largest)]


def python_of(words: Sequence[str], peers: Path | None) -> str:
    """The interpreter that runs the worker of some words."""
    return str(peers) if words[0] == "peers" and peers else sys.executable
