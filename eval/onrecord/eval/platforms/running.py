"""What an exported program does on its platform: find the submission, score it, say what is wrong with it.

A submission comes from a stranger: no link is followed, nothing is unpacked to disk, and what is said of it is escaped
for a terminal. What is wrong with the scorer itself is said without a value, for values may be gold labels.
"""

from __future__ import annotations

import dataclasses
import html
import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.layers import use
from onrecord.dataset.reading.faults import show
from onrecord.dataset.reading.files import write_atomically
from onrecord.eval.platforms.keys import columns, numbers
from onrecord.eval.platforms.reference import NAME, read_reference
from onrecord.eval.rendering.scores import headings
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.scoring.score_report import Report, reasons, rows
from onrecord.eval.submission.archives import is_of_system
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.unpacking import content

REFUSED, BROKEN = 2, 3
"""Exit codes: of a submission that cannot be used, and of a scorer that does not work."""

ENDINGS = (".jsonl", ".jsonl.gz")


def run_codabench(given: Path, output: Path) -> int:
    """Score what lies in ``given/res`` against ``given/ref`` and write ``scores.json`` into ``output``.

    Returns:
        The exit code. Unless it is 0, there is no ``scores.json``, and standard error says why.
    """

    def run() -> None:
        report = score_file(one_file(given / "res"), given / "ref" / NAME)
        write_atomically(output / "detailed_results.html", detail_page(report).encode("utf-8"))
        write_atomically(output / "scores.json", scores_json(numbers(report.result)))
        print(report.signature)

    return told(run)


def told(run: Callable[[], object]) -> int:
    """Run something and return the exit code; what goes wrong is said on standard error."""
    try:
        run()
    except FaultsError as error:
        print("\n".join(fault_lines(error)), file=sys.stderr)
        return REFUSED
    except Exception as error:  # whatever it is, its message may quote a gold label
        print(broken(error), file=sys.stderr)
        return BROKEN
    return 0


def one_file(folder: Path) -> Path:
    """The only file of a submission's folder, however deep it lies.

    Raises:
        FaultsError: There is none, or more than one, or something that is no prediction file.
    """
    files, faults = [], []
    for path in sorted(_entries(folder)):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file():
            faults.append(_fault(name, "a link or a device", "a regular file"))
        elif not name.endswith(ENDINGS):
            faults.append(_fault(name, "a file of another kind", f"one that ends in {' or '.join(ENDINGS)}"))
        else:
            files.append(path)
    if len(files) != 1 and not faults:
        names = ", ".join(path.relative_to(folder).as_posix() for path in files)
        faults.append(_fault("submission", names or "no file", "one prediction file"))
    if faults:
        raise FaultsError(faults)
    return files[0]


def _entries(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_of_system(name)]
        yield from (Path(where) / name for name in names if not is_of_system(name))
        yield from (Path(where) / name for name in folders if (Path(where) / name).is_symlink())


def _fault(file: str, found: str, expected: str) -> Fault:
    return Fault("submission", show(file), None, "", show(found), expected)


def score_file(path: Path, reference: Path) -> Report:
    """Score a prediction file against a reference, with intervals as ``onrecord score`` makes them.

    Raises:
        FaultsError: With every fault of the file; they name it without its folder.
    """
    known = read_reference(reference)
    use(known.gold.scheme)  # a program has one competition
    try:
        raw = content(path, DEFAULT_LIMITS, follow_links=False)
        return score_bytes(Path(path.name), raw, known.gold, Asked(known.split)).report
    except FaultsError as error:
        faults = [dataclasses.replace(fault, file=show(path.name)) for fault in error.faults]
        raise FaultsError(faults, error.counts) from None


def scores_json(scores: Mapping[str, float]) -> bytes:
    """Numbers by key as JSON.

    Raises:
        ArithmeticError: One is no number: a platform may take it for the best.
    """
    if not all(math.isfinite(value) for value in scores.values()):
        raise ArithmeticError("not finite")
    return (json.dumps(scores, allow_nan=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def fault_lines(error: FaultsError) -> list[str]:
    """Faults in full, fit for a terminal, and how many there are."""
    lines = []
    for fault in error.faults:
        first, *more = str(fault).split("\n")
        lines += [show(first, 2000), *(f"    {show(line.strip(), 2000)}" for line in more)]
    return [*lines, f"{error.total} fault{'s' if error.total > 1 else ''}; nothing was scored"]


def broken(error: Exception) -> str:
    """An error of the scorer by its kind and its places in the source, without its message."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"the scorer does not work: {type(error).__name__} at {' > '.join(places)}; tell the organisers"


def detail_page(report: Report) -> str:
    """The score table as a page of HTML: no script, and nothing from elsewhere."""
    keys = {column.measure: column.key for column in columns()}
    head = "".join(f"<th>{html.escape(each)}</th>" for each in ("key", *headings(report.how)))
    lines = [[keys[row[0]], *row] for row in rows(report)]
    body = "\n".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    notes = "".join(f"<li>{html.escape(reason)}</li>" for reason in reasons(report))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Scores</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        "<style>body{font:1rem sans-serif}td,th{padding:.1rem .6rem;text-align:left}</style></head><body>\n"
        f"<h1>{html.escape(show(report.result.submission))}</h1>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n"
        f"<ul>{notes}</ul>\n<p><code>{html.escape(str(report.signature))}</code></p></body></html>\n"
    )
