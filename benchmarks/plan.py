"""What is measured: groups of tasks that take turns, so that a ratio is of two neighbours in time."""

from __future__ import annotations

import dataclasses
from typing import Literal

from benchmarks.corpora import ClusterCorpus, Corpus, SpanCorpus

EnvironmentName = Literal["ours", "peers", "command"]
Measures = Literal["score", "files"]


@dataclasses.dataclass(frozen=True)
class Task:
    """One contender on one corpus."""

    label: str
    """As it stands in tables."""
    side: EnvironmentName
    """Whose environment it runs in; a command is a whole process of ours."""
    contender: str
    """Its name in :mod:`benchmarks.ours`, :mod:`benchmarks.peers` or among the commands."""
    corpus: Corpus | None = None
    rounds: int = 5
    measures: Measures = "score"
    """Whether its scoring phase is the scoring alone, or begins with the files."""
    processes: int = 1
    """Of more than one only the clock says something: CPU and memory are those of the first."""

    @property
    def key(self) -> str:
        """What it is called in the results file."""
        return self.contender if self.corpus is None else f"{self.contender}@{self.corpus.name}"


@dataclasses.dataclass(frozen=True)
class Group:
    """Tasks that are measured in turn: all of round 0, then all of round 1, and so on."""

    name: str
    title: str
    tasks: tuple[Task, ...]

    def baseline(self, task: Task, measures: Measures) -> Task | None:
        """Our first task on the same corpus, of scoring alone or from files, which a task is divided by."""
        ours = (each for each in self.tasks if each.side == "ours" and each.measures == measures)
        return next((each for each in ours if each.corpus == task.corpus), None)


def span_group(name: str, corpus: SpanCorpus, rounds: int, slow: bool) -> Group:
    """Every scorer of flat spans, and the floors of reading."""
    few = min(rounds, 3)
    tasks = [
        Task("onrecord, from arrays", "ours", "onrecord-arrays", corpus, rounds),
        Task("nervaluate", "peers", "nervaluate", corpus, few),
        Task("seqeval, classification_report", "peers", "seqeval-report", corpus, few),
        Task("seqeval, f1_score alone", "peers", "seqeval-f1", corpus, few),
        Task("neleval, strict alone", "peers", "neleval", corpus, few),
        Task("onrecord, from JSON Lines", "ours", "onrecord-files", corpus, rounds, "files"),
        Task("onrecord, 2 processes", "ours", "onrecord-files-2", corpus, rounds, "files", processes=2),
        Task("msgspec, typed decode alone", "ours", "msgspec", corpus, rounds, "files"),
        Task("orjson, decode alone", "peers", "orjson", corpus, rounds, "files"),
        Task("json, decode alone", "peers", "json", corpus, few, "files"),
    ]
    if slow:
        tasks[3:3] = [
            Task("seqeval, strict report", "peers", "seqeval-strict", corpus, few),
            Task("conlleval", "peers", "conlleval", corpus, few),
        ]
    return Group(name, f"{corpus.spans:,} gold spans, {corpus.per_document} a document", tuple(tasks))


def one_document_group(name: str, ours: int, peers: int, in_one: int, rounds: int) -> Group:
    """Many spans in one document, beside as many in documents of forty."""
    title = f"{in_one:,} spans in one document"
    tasks = (
        Task(f"onrecord, {ours:,} spans, {in_one:,} a document", "ours", "onrecord-arrays", SpanCorpus(ours, in_one)),
        Task(f"onrecord, {ours:,} spans, 40 a document", "ours", "onrecord-arrays", SpanCorpus(ours)),
        Task(f"onrecord, {peers:,} spans, {in_one:,} a document", "ours", "onrecord-arrays", SpanCorpus(peers, in_one)),
        Task(f"nervaluate, {peers:,} spans, {in_one:,} a document", "peers", "nervaluate", SpanCorpus(peers, in_one)),
    )
    return Group(name, title, tuple(dataclasses.replace(task, rounds=rounds) for task in tasks))


def nested_group(name: str, corpus: SpanCorpus, rounds: int) -> Group:
    """Spans in pairs, one inside the other; tags cannot hold these."""
    tasks = (
        Task("onrecord, from arrays", "ours", "onrecord-arrays", corpus, rounds),
        Task("nervaluate", "peers", "nervaluate", corpus, rounds),
        Task("neleval, strict alone", "peers", "neleval", corpus, rounds),
    )
    return Group(name, f"{corpus.spans:,} nested gold spans, {corpus.per_document} a document", tasks)


def cluster_group(name: str, mentions: int, rounds: int, peers: tuple[str, ...]) -> Group:
    """Clusterings: every measure at once, CEAFe alone, and the peers' measures one by one."""
    corpus = ClusterCorpus(mentions)
    tasks = [
        Task("onrecord, every measure", "ours", "onrecord-clusters", corpus, rounds),
        Task("onrecord, CEAFe alone", "ours", "onrecord-ceafe", corpus, rounds),
    ]
    tasks += [Task(peer.replace("-", ", ", 1), "peers", peer, corpus, min(rounds, 3)) for peer in peers]
    return Group(name, f"{mentions:,} gold mentions in clusters", tuple(tasks))


SCORCH = ("scorch-muc", "scorch-b_cubed", "scorch-ceaf_e", "scorch-ceaf_m", "scorch-blanc")
NELEVAL = ("neleval-muc", "neleval-b_cubed", "neleval-entity_ceaf", "neleval-mention_ceaf", "neleval-pairwise")


def bootstrap_group(name: str, corpus: SpanCorpus, rounds: int) -> Group:
    """Intervals of every span measure."""
    documents = corpus.spans // corpus.per_document
    task = Task("onrecord, every measure of spans", "ours", "onrecord-bootstrap", corpus, rounds)
    return Group(name, f"10,000 bootstrap draws of {documents:,} documents", (task,))


def command_group(rounds: int) -> Group:
    """The command on the five articles, as whole processes."""
    tasks = (
        Task("onrecord score, the baseline on the test articles", "command", "onrecord-score", rounds=rounds),
        Task("python, numpy imported and nothing else", "command", "python-numpy", rounds=rounds),
        Task("python, nothing", "command", "python", rounds=rounds),
    )
    return Group("command", "whole processes, imports included", tasks)


def growth_group(name: str, mentions: int, rounds: int) -> Group:
    """Every cluster measure at two sizes, taking turns."""
    tasks = tuple(
        Task(f"onrecord, every measure, {many:,} mentions", "ours", "onrecord-clusters", ClusterCorpus(many), rounds)
        for many in (mentions // 10, mentions)
    )
    return Group(name, f"growth from {mentions // 10:,} to {mentions:,} mentions", tasks)


FULL = (
    span_group("spans-10k", SpanCorpus(10_000), 5, slow=True),
    span_group("spans-100k", SpanCorpus(100_000), 5, slow=True),
    span_group("spans-1m", SpanCorpus(1_000_000), 5, slow=False),
    one_document_group("one-document", 1_000_000, 20_000, 4_000, 5),
    nested_group("nested", SpanCorpus(100_000, nested=True), 5),
    cluster_group("clusters-1k", 1_000, 5, SCORCH + NELEVAL),
    cluster_group("clusters-10k", 10_000, 5, SCORCH + NELEVAL),
    cluster_group("clusters-100k", 100_000, 5, ("neleval-muc", "neleval-b_cubed")),
    cluster_group("clusters-1m", 1_000_000, 5, ("neleval-muc",)),
    growth_group("growth", 1_000_000, 5),
    bootstrap_group("bootstrap", SpanCorpus(1_000_000, 10), 3),
    command_group(7),
)
"""All of it; the longest run takes about a minute and a half."""

QUICK = (
    span_group("quick-spans", SpanCorpus(2_000), 1, slow=True),
    one_document_group("quick-one-document", 4_000, 2_000, 1_000, 1),
    nested_group("quick-nested", SpanCorpus(2_000, nested=True), 1),
    cluster_group("quick-clusters", 1_000, 1, SCORCH + NELEVAL),
    bootstrap_group("quick-bootstrap", SpanCorpus(4_000), 1),
    command_group(1),
)
"""The same on small corpora: whether it all works, not how fast it is."""

TOYS: dict[type, Corpus] = {SpanCorpus: SpanCorpus(80), ClusterCorpus: ClusterCorpus(100)}
"""What a contender scores first, so that its imports are not timed."""
