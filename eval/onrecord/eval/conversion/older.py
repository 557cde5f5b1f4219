"""Prediction lines of the labels 0.2 and before as lines of scheme 2, with what the old form did not say.

What changed: labels of claims are words of their own, modality is each mention's and no more the event's, and an
utterance is no event. What follows from the old line is done; what does not is counted, so that nobody takes it for a
prediction. Three articles have another text since: spans are moved to where their words stand.
"""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import Findings, show
from onrecord.eval.readers.lines import numbered
from onrecord.eval.submission.expected import KnownDocument

_CLAIM = {"favor": "asserts", "against": "denies"}
"""Old labels of claims."""

FAR = 500
"""Characters that a span may be moved."""

Line = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Older:
    """What became of a file."""

    lines: tuple[Line, ...]
    unknown: Mapping[str, int]
    """What the old form does not say, or was done on a guess, and how often."""


def convert_older(file: str, raw: bytes, documents: Mapping[str, KnownDocument]) -> Older:
    """The lines of a file in the present form; what is wrong with them otherwise is left for ``onrecord validate``.

    Args:
        file: What faults call it.
        raw: Its content.
        documents: Those of the dataset, by id.

    Raises:
        FaultsError: A line is no JSON object, or has words that are not near their place in the text: every one.
    """
    findings, unknown = Findings(file), Counter[str]()
    lines: dict[int, Line] = {}
    for number, each in numbered(io.BytesIO(raw)):
        if not each.strip():
            continue
        try:
            lines[number] = msgspec.json.decode(each, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            findings.add(("json", "", show(str(error)), "a JSON object", ""), number)
    modality = {
        row["id"]: said
        for line in lines.values()
        for row in _objects(line, "event_descriptions")
        if (said := row.pop("modality", None)) is not None and isinstance(row.get("id"), str)
    }
    for number, line in lines.items():
        _labels(line, unknown)
        _modality(line, modality, unknown)
        unknown["utterances that were ids of events, kept as ids of utterances"] += sum(
            quote.get("utterance") is not None for quote in _objects(line, "quotes")
        )
        document = documents.get(str(line.get("doc_id")))
        if document is not None and line.get("text_sha256") not in (None, document.text_sha256):
            _move(line, document, findings, number, unknown)
    findings.refuse()
    return Older(tuple(lines.values()), +unknown)


def _objects(line: Line, field: str) -> Iterator[dict[str, Any]]:
    value = line.get(field)
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))


def _labels(line: Line, unknown: Counter[str]) -> None:
    """Exchange the labels of claims; nobody knows whether who was neutral doubts a claim: such stances are left out."""
    if not isinstance(line.get("stances"), list):
        return
    kept = []
    for stance in line["stances"]:
        target = stance.get("target") if isinstance(stance, dict) else None
        if isinstance(target, dict) and target.get("kind") == "claim":
            label = stance.get("label")
            if label == "neutral":
                unknown["stances that are neutral on a claim, left out"] += 1
                continue
            if isinstance(label, str):
                stance["label"] = _CLAIM.get(label, label)
        kept.append(stance)
    line["stances"] = kept


def _modality(line: Line, said: Mapping[str, str], unknown: Counter[str]) -> None:
    """Give each mention what the file said of its event."""
    for mention in _objects(line, "events"):
        modality = said.get(str(mention.get("event")))
        if modality is None:
            unknown["mentions of events whose modality nothing says, taken for actual"] += 1
        else:
            mention["modality"] = modality


def _move(line: Line, document: KnownDocument, findings: Findings, number: int, unknown: Counter[str]) -> None:
    """Move every span to where its words stand in the text as it is now, nearest to where the one before it went."""
    text, shift = document.text, 0
    for place, span in sorted(_spans(line), key=lambda each: (each[1]["start"], each[1]["end"])):
        start, words = span["start"], span["text"]
        found = _nearest(text, start + shift, words)
        if found < 0:
            expected = f"its words within {FAR} characters of the place where they stood"
            findings.add(("surface", _pointer(place), show(repr(words)), expected, ""), number, None, document.id)
            continue
        shift = found - start
        span["start"], span["end"] = found, found + len(words)
        unknown["spans of another version of the text, moved to where their words stand"] += 1
    line["text_sha256"] = document.text_sha256


def _nearest(text: str, at: int, words: str) -> int:
    """Where some words stand nearest to a place; -1 where they do not within :data:`FAR`."""
    after = text.find(words, max(at, 0), max(at, 0) + FAR + len(words))
    before = text.rfind(words, max(at - FAR, 0), max(at, 0) + len(words))
    there = [each for each in (after, before) if each >= 0]
    return min(there, key=lambda each: (abs(each - at), each), default=-1)


Place = tuple[Any, ...]
"""A step and the place that it is made from, or nothing: a pointer that is put together when it is wanted."""


def _spans(line: Line) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every object in a line that is a span, whatever it is called there, with its place."""
    waiting: list[tuple[Place, Any]] = [((), line)]
    while waiting:  # as deep as whoever wrote it liked
        at, each = waiting.pop()
        if isinstance(each, dict):
            if all(isinstance(each.get(name), kind) for name, kind in (("start", int), ("end", int), ("text", str))):
                yield at, each
            inner: Iterable[tuple[Any, Any]] = each.items()
        else:
            inner = enumerate(each)
        waiting += [((step, at), value) for step, value in inner if isinstance(value, dict | list)]


def _pointer(place: Place) -> str:
    steps = []
    while place:
        step, place = place
        steps.append(f"/{step}")
    return "".join(reversed(steps))
