"""The whole task: commands on corpora of articles with every layer, beside the typed decode of the same predictions.

``python -m benchmarks.whole`` measures and prints the table; ``--readme`` puts it into the README. Every command is a
process of its own with a limit of time: one that takes longer is told as such and not tried on a larger corpus.
"""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from benchmarks.environment import HERE, ROOT
from benchmarks.measurement import Failed, Measured

CAP = 120.0
"""Seconds on the clock after which a command is ended."""
BUDGET = 900.0
"""Seconds on the clock after which nothing more is begun."""
SIZES = (30, 300, 3_000, 30_000)
KINDS = ("copies", "hard")
LARGE = ["--max-bytes", str(2**34), "--max-lines", "1000000"]
"""Limits that 30,000 articles are within."""
OVER, LATE, FAILED = "over", "late", "failed"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a corpus lies, and a folder for what commands write."""

    corpus: Path
    other: Path
    """The same gold, and systems of another seed."""
    scratch: Path

    @property
    def gold(self) -> list[str]:
        """The option that names the gold."""
        return ["--gold", str(self.corpus / "dataset")]

    @property
    def systems(self) -> list[str]:
        """Four prediction files."""
        return [
            str(at / name) for at in (self.corpus, self.other) for name in ("predictions.jsonl", "predictions-2.jsonl")
        ]


@dataclasses.dataclass(frozen=True)
class Command:
    """A command of ``onrecord`` that is measured."""

    label: str
    words: Callable[[Place], list[str]]
    most: int = 3_000
    """Articles of the largest corpus that it is measured on."""
    limits: bool = False
    """Whether it takes the options of :data:`LARGE`."""
    kinds: tuple[str, ...] = KINDS
    before: Callable[[Place], list[str]] | None = None
    """What must have been run, unmeasured."""
    target: float | None = None
    """Most times the typed decode, on copies, from 300 articles on."""


def _added(place: Place) -> list[str]:
    return ["board", "add", place.systems[0], "--to", str(place.scratch / "results"), "--team", "t", "--system", "s"]


COMMANDS = (
    Command("validate", lambda p: ["validate", p.systems[0], *p.gold], 30_000, True, target=4),
    Command("score --draws 0", lambda p: ["score", p.systems[0], *p.gold, "--draws", "0"], 30_000, True, target=6),
    Command("score", lambda p: ["score", p.systems[0], *p.gold], 30_000, True, target=10),
    Command("compare, 2 systems", lambda p: ["compare", *p.systems[:2], *p.gold]),
    Command("compare, 4 systems", lambda p: ["compare", *p.systems, *p.gold]),
    Command("report", lambda p: ["report", p.systems[0], *p.gold, "-o", str(p.scratch / "report.html")]),
    Command("diff", lambda p: ["diff", str(p.corpus / "dataset"), str(p.other / "dataset")]),
    Command("predict", lambda p: ["predict", *p.gold, "-o", str(p.scratch / "rules.jsonl")], kinds=("copies",)),
    Command(
        "board build, 1 entry",
        lambda p: ["board", "build", str(p.scratch / "results"), *p.gold, "-o", str(p.scratch / "site")],
        most=300,
        before=lambda p: [*_added(p), *p.gold],
    ),
    Command(
        "rescore, 1 record",
        lambda p: ["rescore", str(p.scratch / "results"), *p.gold],
        most=300,
        before=lambda p: [*_added(p), *p.gold],
    ),
)


@dataclasses.dataclass(frozen=True)
class Cell:
    """A command measured on a corpus of one size."""

    cpu: float = math.nan
    """CPU seconds of the whole process."""
    peak: float = math.nan
    """The most memory, in MB of 10**6 bytes."""
    decode: float = math.nan
    """CPU seconds of the typed decode, of the same predictions in the same run."""
    why: str = ""
    """Why there is no measurement: ``over`` the cap, too ``late``, ``failed``; empty if there is one."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A command on one kind of corpus, by number of articles."""

    command: Command
    kind: str
    cells: dict[int, Cell]


def exponent(small: tuple[float, float], large: tuple[float, float]) -> float:
    """The power of the size that the cost grows with, from two pairs of size and cost; all are above 0."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])


def growth(row: Row) -> float | None:
    """The exponent between the two largest sizes that were measured; None where there are fewer."""
    known = [(size, cell.cpu) for size, cell in sorted(row.cells.items()) if not cell.why and cell.cpu > 0]
    return exponent(known[-2], known[-1]) if len(known) > 1 else None


def table(rows: Sequence[Row], sizes: Sequence[int], cap: float = CAP) -> str:
    """The rows as a table of Markdown."""
    headings = ["command", "corpus", *(f"{size:,}" for size in sizes), "exponent", "target", "met"]
    lines = [headings, ["---", "---", *["---:"] * (len(headings) - 2)]]
    for row in rows:
        cells = [_cell(row.cells.get(size), cap) for size in sizes]
        power = growth(row)
        target, met = _target(row)
        lines.append([row.command.label, row.kind, *cells, "" if power is None else f"{power:.2f}", target, met])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(cell: Cell | None, cap: float) -> str:
    if cell is None:
        return ""
    if cell.why:
        return {OVER: f"> {cap:g} s", LATE: "not run", FAILED: "FAILED"}[cell.why]
    return f"{cell.cpu:.2f} s, {cell.cpu / cell.decode:.3g} ×, {cell.peak:,.0f} MB"


def _target(row: Row) -> tuple[str, str]:
    """The target and whether the largest corpus that was tried meets it; over the cap is not met."""
    if row.command.target is None or row.kind != "copies":
        return "", ""
    tried = [cell for size, cell in sorted(row.cells.items()) if size >= 300 and cell.why != LATE]
    if not tried:
        return f"≤ {row.command.target:g} ×", ""
    met = not tried[-1].why and tried[-1].cpu / tried[-1].decode <= row.command.target
    return f"≤ {row.command.target:g} ×", "yes" if met else "NO"


def run(words: Sequence[str], seconds: float) -> Measured | None:
    """A command measured as a whole process; None where it was ended after so many seconds.

    Raises:
        Failed: It ended with an error.
    """
    worker = [sys.executable, "-m", "benchmarks.worker", "command", *words]
    pipe = subprocess.PIPE
    process = subprocess.Popen(worker, cwd=ROOT, stdout=pipe, stderr=pipe, start_new_session=True)
    try:
        printed, complaint = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the command is the worker's child
        process.communicate()
        return None
    if process.returncode:
        raise Failed(" ".join(complaint.decode("utf-8", "replace").strip().splitlines()[-1:]))
    return msgspec.json.decode(printed, type=Measured)


def measure(sizes: Sequence[int], data: Path, cap: float, budget: float) -> Iterator[tuple[Command, str, int, Cell]]:
    """Every command on every corpus, the small ones first."""
    until = time.monotonic() + budget
    over: set[tuple[str, str]] = set()
    for size in sizes:
        for kind in KINDS:
            commands = [each for each in COMMANDS if kind in each.kinds and size <= each.most]
            if size > 3_000 and kind != "copies":
                continue
            if time.monotonic() > until:
                yield from ((each, kind, size, Cell(why=LATE)) for each in commands)
                continue
            corpora = [_made(data, kind, size, seed) for seed in range(2 if size <= 3_000 else 1)]
            with tempfile.TemporaryDirectory() as scratch:
                place = Place(corpora[0], corpora[-1], Path(scratch))
                for command in commands:
                    key = (command.label, kind)
                    if key in over or time.monotonic() > until:
                        yield command, kind, size, Cell(why=OVER if key in over else LATE)
                        continue
                    left = max(1.0, until - time.monotonic())
                    cell = _measured(command, place, size, min(cap, left))
                    if cell.why == OVER and left < cap:
                        cell = Cell(why=LATE)
                    if cell.why == OVER:
                        over.add(key)
                    yield command, kind, size, cell


def _measured(command: Command, place: Place, size: int, seconds: float) -> Cell:
    onrecord = str(Path(sysconfig.get_path("scripts")) / "onrecord")
    try:
        unprepared = command.before is not None and not (place.scratch / "results").exists()
        if unprepared and command.before and run([onrecord, *command.before(place)], seconds) is None:
            return Cell(why=OVER)
        decode = decode_cpu(Path(place.systems[0]))
        words = [*command.words(place), *(LARGE if command.limits and size > 3_000 else [])]
        found = run([onrecord, *words], seconds)
    except Failed as failure:
        print(f"FAILED {command.label}, {size} articles: {failure}", file=sys.stderr)
        return Cell(why=FAILED)
    return Cell(found.score, found.peak, decode) if found else Cell(why=OVER)


def decode_cpu(predictions: Path) -> float:
    """CPU seconds of decoding every line of a file as what it is, with nothing else done."""
    from onrecord.eval.submission.prediction_line import PredictionLine

    decoder = msgspec.json.Decoder(PredictionLine)
    spent = 0.0
    with open(predictions, "rb") as file:
        while lines := file.readlines(2**22):
            begun = time.process_time()
            for line in lines:
                decoder.decode(line)
            spent += time.process_time() - begun
    return spent


def _made(data: Path, kind: str, size: int, seed: int) -> Path:
    """The folder of a corpus, made where it is not there."""
    folder = data / f"{kind}-{size}-{seed}"
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        words = ["--kind", kind, "--articles", str(size), "--seed", str(seed), "-o", str(part)]
        subprocess.run([sys.executable, "-m", "benchmarks.articles", *words], cwd=ROOT, check=True)
        part.rename(folder)
    return folder


def main(
    most: Annotated[int, typer.Option(help="Articles of the largest corpus.")] = SIZES[-1],
    cap: Annotated[float, typer.Option(help="Seconds after which a command is ended.")] = CAP,
    budget: Annotated[float, typer.Option(help="Seconds after which nothing more is begun.")] = BUDGET,
    readme: Annotated[bool, typer.Option("--readme", help="Put the table into the README.")] = False,
) -> None:
    """Measure the whole task and print the table."""
    sizes = [size for size in SIZES if size <= most]
    rows: dict[tuple[str, str], Row] = {}
    with tempfile.TemporaryDirectory() as data:  # articles are text that must not stay
        for command, kind, size, cell in measure(sizes, Path(data), cap, budget):
            print(f"{command.label}, {kind}, {size}: {_cell(cell, cap)}", file=sys.stderr)
            rows.setdefault((command.label, kind), Row(command, kind, {})).cells[size] = cell
    made = table(list(rows.values()), sizes, cap)
    print(made)
    if readme:
        begin, end = "<!-- generated: whole -->\n", "<!-- end -->"
        before, _, rest = (HERE / "README.md").read_text("utf-8").partition(begin)
        (HERE / "README.md").write_text(before + begin + made + end + rest.partition(end)[2], "utf-8")
    if any(cell.why == FAILED for row in rows.values() for cell in row.cells.values()):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
