"""The tables of the whole task, all of them computed from the kept results."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Sequence

from benchmarks import whole_tasks as tasks
from benchmarks.measurement import Measured, Results

OVER = "over"
"""Figure of what was ended: seconds on the clock."""
DECODE = "decode"
"""Figure of each measurement on articles: CPU seconds of the typed decode of the first prediction file."""
PART = re.compile(r"(<!-- generated: whole -->\n).*?(<!-- end -->)", re.DOTALL)


def group_of(kind: str, size: int) -> str:
    """What runs on a corpus are kept under."""
    return f"{kind}-{size}"


def best(results: Results, label: str, kind: str, size: int) -> Measured | None:
    """The run that took the least CPU time; one that was ended at the cap, where there is no other."""
    runs = results.of(group_of(kind, size), label).values()
    return min(runs, key=lambda run: (OVER in run.figures, run.score), default=None)


@dataclasses.dataclass(frozen=True)
class Numbers:
    """Looks numbers up; None where something was not measured, infinite where it was ended at the cap."""

    results: Results

    def cpu(self, label: str, kind: str, size: int) -> float | None:
        """CPU seconds."""
        run = best(self.results, label, kind, size)
        return None if run is None else math.inf if OVER in run.figures else run.score

    def peak(self, label: str, kind: str, size: int) -> float | None:
        """The most memory, in MB of 10**6 bytes."""
        run = best(self.results, label, kind, size)
        return None if run is None else math.inf if OVER in run.figures else run.peak

    def figure(self, label: str, kind: str, size: int, name: str) -> float | None:
        """Something that was found."""
        run = best(self.results, label, kind, size)
        return None if run is None else math.inf if OVER in run.figures else run.figures.get(name)

    def times(self, label: str, kind: str, size: int) -> float | None:
        """CPU over the typed decode that was measured beside it."""
        run = best(self.results, label, kind, size)
        if run is None:
            return None
        if OVER in run.figures:
            return math.inf
        decode = run.figures.get(DECODE)
        return run.score / decode if decode else None

    def rest(self, kind: str, size: int) -> float | None:
        """What intervals cost, leave-one-out and bootstrap: ``score`` less ``score --draws 0``, over the decode."""
        both = self.times(tasks.SCORE, kind, size), self.times(tasks.PLAIN, kind, size)
        if both[0] is None or both[1] is None:
            return None
        return math.inf if math.inf in both else max(both[0] - both[1], 0.0)

    def over_k(self, label: str, k: int, kind: str, size: int) -> float | None:
        """CPU over that of k times ``score`` and a decode for each pair: 1 or less is as was wanted."""
        run, one = best(self.results, label, kind, size), self.cpu(tasks.SCORE, kind, size)
        if run is None or one is None:
            return None
        if OVER in run.figures or math.isinf(one):
            return math.inf
        return run.score / (k * one + k * (k - 1) / 2 * run.figures.get(DECODE, math.nan))

    def over(self, label: str, base: str) -> float | None:
        """CPU of one thing without articles over that of another."""
        both = self.cpu(label, "fixed", 0), self.cpu(base, "fixed", 0)
        return None if both[0] is None or not both[1] else both[0] / both[1]

    def growth(self, label: str, kind: str, small: int, large: int) -> float | None:
        """The exponent of CPU seconds in the number of articles."""
        both = self.cpu(label, kind, small), self.cpu(label, kind, large)
        if not both[0] or not both[1]:
            return None
        return math.inf if math.inf in both else exponent((small, both[0]), (large, both[1]))


def exponent(small: tuple[float, float], large: tuple[float, float]) -> float:
    """The power of the size that the cost grows with, from two pairs of size and cost; all are above 0."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])


@dataclasses.dataclass(frozen=True)
class Target:
    """What must hold."""

    what: str
    value: Callable[[Numbers], float | None]
    unit: str
    bound: float
    least: bool = False
    """Whether it is to be at least the bound, not at most."""

    def met(self, found: float | None) -> bool | None:
        """Whether it holds; None where it was not measured."""
        if found is None or math.isnan(found):
            return None
        return found >= self.bound if self.least else found <= self.bound


def targets() -> list[Target]:
    """All targets, in the order of the table."""
    found: list[Target] = []
    for label, bounds in ((tasks.SCORE, (8, 15)), (tasks.FRESH, (8, 15)), (tasks.PLAIN, (5, 8))):
        for kind, bound in zip(tasks.ARTICLES, bounds, strict=True):
            found.append(_ratio(label, kind, 3_000, bound))
    for kind in tasks.ARTICLES:
        found.append(_ratio(tasks.LEAVE_OUT, kind, 3_000, 1))
    found += [_memory(tasks.SCORE, "copies", 3_000, 350), _memory(tasks.SCORE, "hard", 3_000, 350)]
    found.append(_memory(tasks.SCORE, "copies", 30_000, 450))
    for name, ks in ((tasks.COMPARE, (2, 4)), (tasks.BOARD, (1, 2, 4)), (tasks.AGAIN, (4,))):
        found += [_by_k(name.format(k), k, size) for size in (300, 3_000) for k in ks]
    found += [_ratio(tasks.REPORT, kind, 3_000, 40) for kind in tasks.ARTICLES]
    found.append(
        Target(
            f"{tasks.OPENED}, 3,000 copies",
            lambda n: n.figure(tasks.OPENED, "copies", 3_000, "ready"),
            "s",
            2,
        )
    )
    found.append(_ratio(tasks.DIFF, "copies", 3_000, 30))
    for kind in tasks.ARTICLES:
        found += [_ratio(tasks.VALIDATE, kind, 3_000, 3), _memory(tasks.VALIDATE, kind, 3_000, 150)]
    found.append(_ratio(tasks.GOLD, "copies", 3_000, 0.3))
    for label, bound in ((tasks.AGREEMENT, 15), (tasks.BUILD, 40)):
        found += [_seconds(label, "annotated", 300, bound), _memory(label, "annotated", 300, 500)]
    found.append(_seconds(tasks.PUBLIC_CLUSTERS, "fixed", 0, 2))
    found.append(
        Target(
            "score_spans, 100,000 spans from lists, against nervaluate",
            lambda n: n.over(tasks.PEER_SPANS, tasks.PUBLIC_SPANS),
            "×",
            25,
            least=True,
        )
    )
    for label in (tasks.SCORE, tasks.PLAIN, tasks.VALIDATE):
        found.append(_growth(label))
    found.append(
        Target(
            "spans, JSON Lines to result, over a typed decode",
            lambda n: n.over("spans from files, in Python", tasks.SPAN_DECODE),
            "×",
            2.5,
        )
    )
    found.append(_seconds(tasks.FIVE, "fixed", 0, 0.25))
    return found


def _of(label: str, kind: str, size: int) -> str:
    return label if kind == "fixed" else f"{label}, {size:,} {'documents' if kind == 'annotated' else kind}"


def _ratio(label: str, kind: str, size: int, bound: float) -> Target:
    return Target(_of(label, kind, size), lambda n: n.times(label, kind, size), "× decode", bound)


def _memory(label: str, kind: str, size: int, bound: float) -> Target:
    return Target(f"{_of(label, kind, size)}, memory", lambda n: n.peak(label, kind, size), "MB", bound)


def _seconds(label: str, kind: str, size: int, bound: float) -> Target:
    return Target(_of(label, kind, size), lambda n: n.cpu(label, kind, size), "s CPU", bound)


def _by_k(label: str, k: int, size: int) -> Target:
    pairs = k * (k - 1) // 2
    asked = f"{k} × `score` and {pairs} × decode" if pairs else "`score`"
    what = f"{_of(label, 'copies', size)}, over {asked}"
    return Target(what, lambda n: n.over_k(label, k, "copies", size), "×", 1)


def _growth(label: str) -> Target:
    what = f"{label}, growth from 3,000 to 30,000 copies"
    return Target(what, lambda n: n.growth(label, "copies", 3_000, 30_000), "exponent", 1.05)


def markdown(results: Results) -> str:
    """All tables; what was not measured is left empty."""
    numbers = Numbers(results)
    blocks = [
        ("**What must hold**", _targets(numbers)),
        ("**On articles**", _articles(numbers)),
        ("**On annotated documents**", _annotated(numbers)),
        ("**Without articles**", _fixed(numbers)),
    ]
    return "\n\n".join(f"{title}\n\n{body}" for title, body in blocks) + "\n"


def filled(text: str, made: str) -> str:
    """A document with the generated part put in."""
    return PART.sub(lambda part: part.group(1) + made + part.group(2), text)


def _table(headings: Sequence[str], left: int, rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * left + ["---:"] * (len(headings) - left)
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, rule, *rows))


def _targets(numbers: Numbers) -> str:
    rows = []
    for target in targets():
        found = target.value(numbers)
        met = target.met(found)
        bound = f"{'≥' if target.least else '≤'} {target.bound:g}"
        rows.append((target.what, _number(found, target.unit), bound, {True: "yes", False: "NO", None: ""}[met]))
    return _table(("what", "measured", "target", "met"), 1, rows)


def _number(found: float | None, unit: str) -> str:
    if found is None or math.isnan(found):
        return ""
    if math.isinf(found):
        return "over the cap"
    return f"{found:,.0f} {unit}" if found >= 100 else f"{found:.3g} {unit}"


def _articles(numbers: Numbers) -> str:
    powers = [(300, 3_000), (3_000, 30_000)]
    rows = []
    for task in tasks.TASKS:
        for kind in (kind for kind in task.kinds if kind in tasks.ARTICLES):
            cells = [_cell(numbers, task, kind, size) for size in tasks.SIZES]
            found = [None if task.browser else numbers.growth(task.label, kind, *pair) for pair in powers]
            rows.append([task.label, kind, *cells, *(_number(each, "").strip() for each in found)])
            if task.label == tasks.SCORE:
                over = [numbers.rest(kind, size) for size in tasks.SIZES]
                rows.append(["bootstrap and leave-one-out: `score` less `score --draws 0`", kind])
                rows[-1] += [*(_number(each, "×") for each in over), "", ""]
    sizes = [f"{size:,}" for size in tasks.SIZES]
    return _table(("what", "corpus", *sizes, *(f"exponent to {large:,}" for _, large in powers)), 2, rows)


def _annotated(numbers: Numbers) -> str:
    labels = [task for task in tasks.TASKS if "annotated" in task.kinds]
    sizes = tasks.SIZES[:2]
    rows = []
    for task in labels:
        power = numbers.growth(task.label, "annotated", *sizes)
        cells = [_cell(numbers, task, "annotated", size) for size in sizes]
        rows.append([task.label, *cells, _number(power, "").strip()])
    return _table(("what", *(f"{size:,}" for size in sizes), "exponent"), 1, rows)


def _fixed(numbers: Numbers) -> str:
    labels = [task for task in tasks.TASKS if "fixed" in task.kinds]
    return _table(("what", "measured"), 1, [[task.label, _cell(numbers, task, "fixed", 0)] for task in labels])


def _cell(numbers: Numbers, task: tasks.Task, kind: str, size: int) -> str:
    run = best(numbers.results, task.label, kind, size)
    if run is None:
        return ""
    if OVER in run.figures:
        return f"> {run.figures[OVER]:g} s"
    if task.browser:
        return f"{run.figures['ready']:.2f} s on the clock"
    times = numbers.times(task.label, kind, size)
    parts = [_seconds_of(run.score), *([] if times is None else [f"{times:.3g} ×"]), f"{run.peak:,.0f} MB"]
    return ", ".join(parts)


def _seconds_of(cpu: float) -> str:
    return f"{cpu:.2f} s" if cpu >= 0.1 else f"{cpu:.4f} s"
