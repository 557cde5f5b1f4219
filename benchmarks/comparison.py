"""From runs to ratios and targets: everything that is said is computed here from what was measured.

A ratio of two tasks is the median over the rounds that both have of the ratio within the round: the two ran one after
the other, so that a machine that is slow for a while is slow for both.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from benchmarks.corpora import SpanCorpus
from benchmarks.measurement import Measured, Results
from benchmarks.plan import Group

Phase = Callable[[Measured], float]

AGREE = 5e-7
"""Scores that differ by less agree to six digits."""


def score_cpu(measured: Measured) -> float:
    """CPU seconds of the scoring."""
    return measured.score


def files_cpu(measured: Measured) -> float:
    """CPU seconds from files to scores."""
    return measured.load + measured.score


def wall(measured: Measured) -> float:
    """Seconds on the clock of the scoring."""
    return measured.wall


def peak(measured: Measured) -> float:
    """The most memory of the process, in MB."""
    return measured.peak


@dataclasses.dataclass(frozen=True)
class Ratio:
    """How many times as much one task took as another."""

    median: float
    low: float
    high: float
    rounds: int


def ratio(
    results: Results, group: str, task: str, baseline: str, phase: Phase, other: Phase | None = None
) -> Ratio | None:
    """A task over a baseline of the same group.

    Args:
        results: All runs.
        group: The group of both.
        task: Key of the one above.
        baseline: Key of the one below.
        phase: What is compared.
        other: Of the baseline, where that is another phase.
    """
    above, below = results.of(group, task), results.of(group, baseline)
    other = other or phase
    ratios = [phase(above[n]) / other(below[n]) for n in sorted(above.keys() & below.keys())]
    return Ratio(median(ratios), min(ratios), max(ratios), len(ratios)) if ratios else None


def typical(results: Results, group: str, task: str, phase: Phase) -> float | None:
    """The median over the rounds."""
    runs = results.of(group, task).values()
    return median(phase(run) for run in runs) if runs else None


@dataclasses.dataclass(frozen=True)
class Disagreement:
    """Two tasks of a group that found different scores on one corpus."""

    group: str
    figure: str
    one: str
    value: float
    other: str
    other_value: float


GENERATOR = "the generator"


def disagreements(
    results: Results, groups: Sequence[Group], truths: Mapping[str, Mapping[str, float]]
) -> list[Disagreement]:
    """Where a figure is not, to six digits, what the corpus was made with, or else what the first task found.

    Args:
        results: All runs.
        groups: The groups to look at.
        truths: By name of the corpus, what is known of it without any scorer.
    """
    found = []
    known = {(corpus, name): (GENERATOR, value) for corpus, each in truths.items() for name, value in each.items()}
    for group in groups:
        first = dict(known)
        for task in group.tasks:
            corpus = task.corpus.name if task.corpus is not None else ""
            for run in results.of(group.name, task.key).values():
                for name, value in run.figures.items():
                    one, expected = first.setdefault((corpus, name), (task.label, value))
                    if not abs(value - expected) < AGREE:
                        found.append(Disagreement(group.name, name, one, expected, task.label, value))
    return list(dict.fromkeys(found))


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A target of the project and what was measured."""

    claim: str
    measured: float | None
    """None where it was not measured."""
    relation: str
    """``>=``, ``<=``, ``<`` or ``>``."""
    limit: float
    unit: str

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where nothing was measured."""
        if self.measured is None:
            return None
        return {
            ">=": self.measured >= self.limit,
            "<=": self.measured <= self.limit,
            "<": self.measured < self.limit,
            ">": self.measured > self.limit,
        }[self.relation]


def outcomes(results: Results) -> list[Outcome]:
    """Every target of the project."""
    million, draws = SpanCorpus(1_000_000), SpanCorpus(1_000_000, 10)

    def times(group: str, task: str, baseline: str, phase: Phase) -> float | None:
        found = ratio(results, group, task, baseline, phase)
        return None if found is None else found.median

    spans = f"@{million.name}"
    arrays, files = f"onrecord-arrays{spans}", f"onrecord-files{spans}"
    dense, flat = f"onrecord-arrays@{SpanCorpus(1_000_000, 4_000).name}", arrays
    growth = times("growth", "onrecord-clusters@clusters-1000000", "onrecord-clusters@clusters-100000", score_cpu)
    return [
        Outcome(
            "1,000,000 gold spans, scoring alone, against nervaluate",
            times("spans-1m", f"nervaluate{spans}", arrays, score_cpu),
            ">=",
            50,
            "times",
        ),
        Outcome(
            "1,000,000 gold spans, scoring alone, against seqeval's report",
            times("spans-1m", f"seqeval-report{spans}", arrays, score_cpu),
            ">=",
            100,
            "times",
        ),
        Outcome(
            "1,000,000 gold spans, JSON Lines to result, over a typed msgspec decode of the same bytes",
            times("spans-1m", files, f"msgspec{spans}", score_cpu),
            "<=",
            2.5,
            "times",
        ),
        Outcome(
            "1,000,000 gold spans, JSON Lines to result, most memory",
            typical(results, "spans-1m", files, peak),
            "<",
            300,
            "MB",
        ),
        Outcome(
            "1,000,000 gold spans, 4,000 a document, scoring alone, over as many 40 a document (a tenth for noise)",
            times("one-document", dense, flat, score_cpu),
            "<=",
            1.1,
            "times",
        ),
        Outcome(
            "1,000,000 mentions, every cluster measure, from cluster numbers",
            typical(results, "clusters-1m", "onrecord-clusters@clusters-1000000", score_cpu),
            "<",
            1,
            "s CPU",
        ),
        Outcome(
            "10,000 mentions, CEAFe, against scorch",
            times("clusters-10k", "scorch-ceaf_e@clusters-10000", "onrecord-ceafe@clusters-10000", score_cpu),
            ">=",
            1000,
            "times",
        ),
        Outcome(
            "growth of every cluster measure from 100,000 to 1,000,000 mentions",
            None if growth is None else math.log10(growth),
            "<=",
            1.1,
            "exponent",
        ),
        Outcome(
            "`onrecord score` on the articles, the whole process",
            typical(results, "command", "onrecord-score", score_cpu),
            "<=",
            0.25,
            "s CPU",
        ),
        Outcome(
            "10,000 bootstrap draws of every span measure, 100,000 documents",
            typical(results, "bootstrap", f"onrecord-bootstrap@{draws.name}", score_cpu),
            "<",
            5,
            "s CPU",
        ),
        Outcome(
            "1,000,000 gold spans, results of 1 and of 2 processes that are equal to the last byte",
            _same_digest(results, "spans-1m", files, f"onrecord-files-2{spans}"),
            ">=",
            1,
            "share",
        ),
        Outcome(
            "1,000,000 gold spans, 2 processes, speed-up on the clock",
            times("spans-1m", files, f"onrecord-files-2{spans}", wall),
            ">",
            1,
            "times",
        ),
    ]


def _same_digest(results: Results, group: str, one: str, other: str) -> float | None:
    """The share of rounds in which both gave the same bytes."""
    first, second = results.of(group, one), results.of(group, other)
    rounds = first.keys() & second.keys()
    if not rounds:
        return None
    return sum(first[n].figures["digest"] == second[n].figures["digest"] for n in rounds) / len(rounds)
