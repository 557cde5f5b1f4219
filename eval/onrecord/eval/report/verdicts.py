"""Verdicts of whoever reads a report: for an item, who is right, why, and what is to be said of it.

The page saves them as one file, ``verdicts.json``; ``onrecord errata apply`` makes tasks for an adjudicator of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec

from onrecord.dataset.reading.faults import refuse
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Id, Offset, Strict
from onrecord.eval.scoring.record import Digest

FORMAT: Literal["onrecord-verdicts/1"] = "onrecord-verdicts/1"

VerdictName = Literal["system right", "gold wrong", "both defensible", "system wrong"]
Cause = Literal[
    "boundary", "type", "reference", "speaker", "label", "missing", "superfluous", "guideline", "text", "other"
]

MEANINGS: dict[VerdictName, str] = {
    "system right": "the gold should be as the system has it",
    "gold wrong": "the gold should be otherwise, and not as the system has it",
    "both defensible": "readers may differ on it",
    "system wrong": "the gold stands",
}
"""What each verdict says."""

CAUSES: dict[Cause, str] = {
    "boundary": "begins or ends elsewhere",
    "type": "another type or modality",
    "reference": "another entity, event or target",
    "speaker": "another speaker, relay or addressee",
    "label": "another stance",
    "missing": "should be marked and is not",
    "superfluous": "is marked and should not be",
    "guideline": "the guidelines do not decide it",
    "text": "the article is garbled here",
    "other": "see the note",
}
"""What each cause says."""

CORRECTS: frozenset[VerdictName] = frozenset({"system right", "gold wrong"})
"""The verdicts by which the gold is to change."""

MOST_NOTE = 2000
"""Characters of a note."""

MOST_BYTES = 32 << 20
"""Of a file of verdicts."""

Words = Annotated[str, msgspec.Meta(max_length=200)]


class VerdictSpan(Strict, frozen=True, kw_only=True):
    """A stretch of the text that an item consists of."""

    start: Offset
    """First code point."""
    end: Offset
    """One past the last code point."""
    part: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """Of the item: ``content``, ``cue`` and so on; nothing for an item that is one span."""


class VerdictSide(Strict, frozen=True, kw_only=True):
    """An item as one side has it."""

    id: Id | None = None
    """Its id in its document; predictions need not have one."""
    label: Words = ""
    """Type, stance or modality; empty where its layer has none."""
    spans: Annotated[tuple[VerdictSpan, ...], msgspec.Meta(max_length=1000)] = ()
    """None for a prediction that is not in the text."""


class ItemVerdict(Strict, frozen=True, kw_only=True):
    """What a reader says of one item."""

    doc_id: Id
    layer: Words
    """As the report calls it, such as ``entities``."""
    item: Words
    """The item's key in the report's addresses."""
    outcome: Words
    """What became of it in the score."""
    gold: VerdictSide | None = None
    """None where the gold has nothing there."""
    predicted: VerdictSide | None = None
    """None where the system has nothing there."""
    verdict: VerdictName
    cause: Cause | None = None
    note: Annotated[str, msgspec.Meta(max_length=MOST_NOTE)] = ""
    at: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$(?!\n)", description="UTC")]
    """When it was said."""


class VerdictFile(Strict, frozen=True, kw_only=True):
    """The verdicts on one report."""

    format: Literal["onrecord-verdicts/1"]
    report: Digest
    """Id of the result record that the report shows."""
    gold: Digest
    """Hash of the gold."""
    predictions: Digest
    """SHA-256 of the prediction file."""
    system: Words
    split: Words
    verdicts: Annotated[tuple[ItemVerdict, ...], msgspec.Meta(max_length=100_000)]


def read_verdicts(file: str, raw: bytes) -> VerdictFile:
    """Verdicts from their file.

    Raises:
        FaultsError: It is none, with everything that is wrong with it.
    """
    found, faults = read_value(file, raw, VerdictFile)
    refuse(faults)
    assert found is not None  # there would be a fault
    return found


def pen(report: str, gold: str, predictions: str, system: str, split: str) -> dict[str, Any]:
    """What the page's script needs to take verdicts and to save them."""
    return {
        "format": FORMAT,
        "report": report,
        "gold": gold,
        "predictions": predictions,
        "system": system[:200],
        "split": split[:200],
        "verdicts": [[name, MEANINGS[name]] for name in get_args(VerdictName)],
        "causes": [[name, CAUSES[name]] for name in get_args(Cause)],
        "longest": MOST_NOTE,
    }
