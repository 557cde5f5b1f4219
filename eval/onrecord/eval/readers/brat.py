"""Text-bound annotations of brat standoff files: ``T1<TAB>Person 0 5;9 12<TAB>John Smith``.

Of an ``.ann`` file the lines that begin with ``T`` are read: an id, a type, and the offsets of one fragment or more in
code points, in any order. Those of relations, events, attributes, normalisations, equivalences and notes (``R``,
``E``, ``A``, ``M``, ``N``, ``*``, ``#``) are passed over, and any other is a fault. Fragments that touch are one.
Where the text lies beside it as ``.txt``, the surface must be what the text has at these places. A document is called
as its file without the suffix, in a sub-folder with the folder before it. Source: the brat manual
(brat.nlplab.org/standoff.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import Findings, Wrong, fault_of
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import (
    at_least_one,
    encoding_problem,
    excerpt,
    given_or_read,
    numbered,
    of_line,
    whole,
)
from onrecord.eval.spans.documents import Fragment, TypedSpan

FARTHEST = 2**31 - 1
"""The last offset that is read."""


KINDS = {
    "R": "relations",
    "E": "events",
    "A": "attributes",
    "M": "attributes",
    "N": "normalisations",
    "*": "equivalences",
    "#": "notes",
}
"""What lines other than those of spans are, by their first character."""


def annotation_files(path: Path) -> list[Path]:
    """The ``.ann`` files of a folder and its sub-folders, in the order of their names; a file is itself."""
    return sorted(path.rglob("*.ann")) if path.is_dir() else [path]


def read_brat(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a folder of ``.ann`` files, in the order of their names, or of one such file.

    Args:
        path: The folder or the file.
        raw: The bytes of the file; None to read them.

    Raises:
        FaultsError: With every fault of all files.
    """
    path = Path(path)
    files = annotation_files(path) if raw is None else [path]
    findings, passed = Findings(str(path)), PassedOver()
    found = (_document(each, _name(each, path), raw, findings, passed) for each in files)
    documents = [document for document in found if document is not None]
    findings.refuse()
    return Reading(tuple(at_least_one(documents, path)), passed)


def _name(file: Path, given: Path) -> str:
    return (file.name if file == given else file.relative_to(given).as_posix()).removesuffix(".ann")


def _document(
    path: Path, name: str, raw: bytes | None, findings: Findings, passed: PassedOver
) -> LabelledDocument | None:
    """The document of a file; None where it has a fault."""
    spans: list[TypedSpan] = []
    ids: dict[bytes, int] = {}
    sound = True
    try:
        annotations = whole(path, raw)
        text = _text_beside(path)
    except FaultsError as error:
        findings.adopt(error.faults)
        return None
    for number, line in numbered(annotations):
        kind = KINDS.get(line[:1].decode("latin-1"))
        if kind is not None:
            passed[kind] += 1
        elif line.strip():
            for found in _read(line, number, text, ids):
                if isinstance(found, TypedSpan):
                    spans.append(found)
                else:
                    findings.adopt([fault_of(str(path), number, found)])
                    sound = False
    return LabelledDocument(name, tuple(spans), text=text) if sound else None


def _read(line: bytes, number: int, text: str | None, ids: dict[bytes, int]) -> Iterator[TypedSpan | Wrong]:
    """The span of a line, and what is wrong with it; notes the line of its id in ``ids``."""
    if problem := encoding_problem(line):
        yield of_line("encoding", *problem)
        return
    if not line.startswith(b"T"):
        expected = "T and a number, for a span, or one of " + " ".join(KINDS)
        yield of_line("standoff", excerpt(line), expected, "lines begin with the id of an annotation")
        return
    yield _span(line.decode("utf-8"), text)
    id = line.split(b"\t", 1)[0]
    first = ids.setdefault(id, number)
    if first != number:
        yield of_line("repeated-id", excerpt(id), "every id once", f"it is the id of line {first} too")


def _text_beside(path: Path) -> str | None:
    beside = path.with_suffix(".txt")
    if beside == path or not beside.is_file():
        return None
    try:
        return given_or_read(beside, None).decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at byte {error.start} of this file"
        raise FaultsError([Fault("encoding", str(beside), None, "", found, "UTF-8")]) from None


def _span(line: str, text: str | None) -> TypedSpan | Wrong:
    cells = line.split("\t")
    type, _, places = (cells[1] if len(cells) > 1 else "").partition(" ")
    fragments = [_fragment(place) for place in places.split(";")] if places else []
    known = [each for each in fragments if each is not None]
    if not type or not fragments or len(known) < len(fragments):
        expected = "an id, a tab, a type and offsets such as 0 5 or 0 5;9 12, a tab, the surface"
        return of_line("standoff", excerpt(line), expected)
    wrong = [f"{start} {end}" for start, end in known if start >= end]
    if wrong:
        return of_line("offset", ", ".join(wrong)[:400], "start < end", "ends are exclusive")
    # an annotator may mark them in any order; the surface then has them in theirs
    ascending = sorted(known)
    if any(after[0] < before[1] for before, after in pairwise(ascending)):
        return of_line("fragments", excerpt(places), "fragments that share nothing")
    merged = _merged(ascending)
    surface = cells[2] if len(cells) > 2 else ""
    if text is not None and (disagreement := _disagreement(text, (known, ascending, merged), surface)):
        return disagreement
    return TypedSpan(merged[0][0], merged[-1][1], type, fragments=tuple(merged) if len(merged) > 1 else ())


def _fragment(place: str) -> Fragment | None:
    start, _, end = place.partition(" ")
    if not all(each.isascii() and each.isdigit() and len(each) <= 10 for each in (start, end)):
        return None
    return (int(start), int(end)) if int(end) <= FARTHEST else None


def _disagreement(text: str, readings: tuple[list[Fragment], ...], surface: str) -> Wrong | None:
    """What is wrong with a surface; None where one of the readings of its fragments has it."""
    end = readings[-1][-1][1]
    if end > len(text):
        return of_line("offset", f"end {end}", f"at most {len(text)}, the length of the text")
    # brat writes the fragments with a space between them, and a space for each line break
    there = [
        " ".join(text[start:end] for start, end in fragments).replace("\n", " ").replace("\r", " ")
        for fragments in readings
    ]
    if surface.replace("\r", " ") in there:
        return None
    hint = "offsets count code points, and in a file with CRLF the CR too"
    return of_line("surface", excerpt(surface), f"{excerpt(there[-1])}, which the text has there", hint)


def _merged(fragments: list[Fragment]) -> list[Fragment]:
    merged = fragments[:1]
    for start, end in fragments[1:]:
        if start == merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
