"""Text-bound annotations of brat standoff files: ``T1<TAB>Person 0 5;9 12<TAB>John Smith``.

Of an ``.ann`` file the lines that begin with ``T`` are read: an id, a type, and the offsets of one fragment or more in
code points; all others (relations, events, attributes, notes) are passed over. Fragments that touch are one. Where the
text lies beside it as ``.txt``, the surface must be what the text has at these places. A document is called as its
file without the suffix. Source: the brat manual, standoff format (brat.nlplab.org/standoff.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.readers.lines import (
    FaultLog,
    at_least_one,
    encoding_problem,
    excerpt,
    given_or_read,
    numbered,
    whole,
)
from onrecord.eval.spans.documents import Fragment, SpanDocument, TypedSpan

FARTHEST = 2**31 - 1
"""The last offset that is read."""


def read_brat(path: Path | str, raw: bytes | None = None) -> list[SpanDocument]:
    """The documents of a folder of ``.ann`` files, in the order of their names, or of one such file.

    Args:
        path: The folder or the file.
        raw: The bytes of the file; None to read them.

    Raises:
        FaultsError: With every fault of all files.
    """
    path = Path(path)
    log = FaultLog(str(path))
    documents = list(_folder(path, log)) if raw is None and path.is_dir() else list(_file(path, raw, log))
    log.refuse()
    return at_least_one(documents, path)


def _folder(path: Path, log: FaultLog) -> Iterator[SpanDocument]:
    for each in sorted(path.glob("*.ann")):
        yield from _file(each, None, log)


def _file(path: Path, raw: bytes | None, log: FaultLog) -> Iterator[SpanDocument]:
    here = FaultLog(str(path))
    spans: list[TypedSpan] = []
    ids: dict[bytes, int] = {}
    try:
        annotations = whole(path, raw)
        text = _text_beside(path)
    except FaultsError as error:
        log.add(error.faults)
        return
    for number, line in numbered(annotations):
        if not line.startswith(b"T"):
            continue
        if problem := encoding_problem(line):
            here.note("encoding", number, *problem)
            continue
        span = _span(line.decode("utf-8"), number, text, here)
        first = ids.setdefault(line.split(b"\t", 1)[0], number)
        if first != number:
            here.note(
                "repeated-id",
                number,
                excerpt(line.split(b"\t", 1)[0]),
                "every id once",
                f"it is the id of line {first} too",
            )
        elif span is not None:
            spans.append(span)
    log.adopt(here)
    if not here.count:
        yield SpanDocument(path.name.removesuffix(".ann"), tuple(spans))


def _text_beside(path: Path) -> str | None:
    beside = path.with_suffix(".txt")
    if beside == path or not beside.is_file():
        return None
    try:
        return given_or_read(beside, None).decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at byte {error.start} of this file"
        raise FaultsError([Fault("encoding", str(beside), None, "", found, "UTF-8")]) from None


def _span(line: str, number: int, text: str | None, log: FaultLog) -> TypedSpan | None:
    cells = line.split("\t")
    type, _, places = (cells[1] if len(cells) > 1 else "").partition(" ")
    fragments = [_fragment(place) for place in places.split(";")] if places else []
    known = [each for each in fragments if each is not None]
    if not type or not fragments or len(known) < len(fragments):
        expected = "an id, a tab, a type and offsets such as 0 5 or 0 5;9 12, a tab, the surface"
        log.note("standoff", number, excerpt(line), expected)
        return None
    wrong = [f"{start} {end}" for start, end in known if start >= end]
    if wrong:
        log.note("offset", number, ", ".join(wrong)[:400], "start < end", "ends are exclusive")
        return None
    if any(after[0] < before[1] for before, after in pairwise(known)):
        log.note("fragments", number, excerpt(places), "fragments in ascending order that share nothing")
        return None
    merged = _merged(known)
    if text is not None and not _agrees(text, (known, merged), cells[2] if len(cells) > 2 else "", number, log):
        return None
    return TypedSpan(merged[0][0], merged[-1][1], type, fragments=tuple(merged) if len(merged) > 1 else ())


def _fragment(place: str) -> Fragment | None:
    start, _, end = place.partition(" ")
    if not all(each.isascii() and each.isdigit() and len(each) <= 10 for each in (start, end)):
        return None
    return (int(start), int(end)) if int(end) <= FARTHEST else None


def _agrees(text: str, readings: tuple[list[Fragment], ...], surface: str, number: int, log: FaultLog) -> bool:
    end = readings[0][-1][1]
    if end > len(text):
        log.note("offset", number, f"end {end}", f"at most {len(text)}, the length of the text")
        return False
    # brat writes the fragments with a space between them, and a space for each line break
    there = [
        " ".join(text[start:end] for start, end in fragments).replace("\n", " ").replace("\r", " ")
        for fragments in readings
    ]
    if surface.replace("\r", " ") in there:
        return True
    hint = "offsets count code points, and in a file with CRLF the CR too"
    log.note("surface", number, excerpt(surface), f"{excerpt(there[-1])}, which the text has there", hint)
    return False


def _merged(fragments: list[Fragment]) -> list[Fragment]:
    merged = fragments[:1]
    for start, end in fragments[1:]:
        if start == merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
