"""What changed item by item from one system to another.

The verdicts of both are compared as columns where they were kept; elsewhere a document is brought together twice, which
says the same and is the definition.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np

from onrecord.eval.layers.columns import Ints
from onrecord.eval.layers.layer import NOT_IN_TEXT, RIGHT, SPURIOUS, Layer, Reading, Verdict
from onrecord.eval.layers.verdict_columns import VerdictColumns
from onrecord.eval.scoring.result import LayerState, Result
from onrecord.eval.submission.label_maps import OURS_AS

ChangeKind = Literal["fixed", "regressed", "still wrong"]

KINDS: tuple[ChangeKind, ...] = ("fixed", "regressed", "still wrong")

ABSENT = "absent"
"""What became of a prediction that was not made."""


@dataclasses.dataclass(frozen=True, slots=True)
class ItemChange:
    """A gold item, or a prediction without one, that one of two systems did not get right."""

    document: str
    layer: str
    change: ChangeKind
    text: str
    """The item in a few words."""
    gold: bool
    """Whether it is a gold item; otherwise a spurious prediction."""
    earlier: str
    """What became of it in the earlier system: ``right``, an error, or ``absent`` for a prediction not made."""
    later: str

    def told(self) -> dict[str, Any]:
        """The change for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def item_changes(earlier: Result, later: Result) -> Iterator[ItemChange]:
    """Every item that one of the systems did not get right, by layer and document; gold first, in reading order."""
    both = list(_both(earlier, later))
    read = _read([each for each in both if each.columns is None])
    for each in both:
        if each.columns is None:
            yield from read[each.layer.name]
        else:
            yield from _changes_on(each, earlier)


def item_counts(earlier: Result, later: Result) -> dict[str, Counter[ChangeKind]]:
    """How many items there are of each change, by layer; a layer without any is left out."""
    both = list(_both(earlier, later))
    read = _read([each for each in both if each.columns is None])
    found: dict[str, Counter[ChangeKind]] = {}
    for each in both:
        if each.columns is None:
            counts = Counter(change.change for change in read[each.layer.name])
        else:
            many = np.bincount(_Changed.of(*each.columns).kind, minlength=len(KINDS)).tolist()
            counts = Counter({kind: n for kind, n in zip(KINDS, many, strict=True) if n})
        if counts:
            found[each.layer.name] = counts
    return found


class _Both(NamedTuple):
    """A layer that both systems have."""

    layer: Layer[Any]
    earlier: LayerState
    later: LayerState
    columns: tuple[VerdictColumns, VerdictColumns] | None
    """The verdicts on both, where they can be compared as columns."""


def _both(earlier: Result, later: Result) -> Iterator[_Both]:
    maps = {each.labels.removeprefix(OURS_AS) for each in (earlier, later)}  # what each calls the types of gold
    alike = len(maps) == 1 and earlier.text is not None
    for one, other in zip(earlier.layers, later.layers, strict=True):
        if one.state is None or other.state is None or one.layer.verdicts is None:
            continue
        before, after = one.state.verdicts, other.state.verdicts
        columns = (before, after) if alike and before is not None and after is not None else None
        yield _Both(one.layer, one.state, other.state, columns)


@dataclasses.dataclass(frozen=True, eq=False)
class _Changed:
    """n items that changed, in order; every array has the shape (n,)."""

    document: Ints
    side: Ints
    """0 for gold, 1 for a prediction of the earlier system, 2 for one of it that is not in the text, 3 and 4 for the
    same of the later system alone."""
    row: Ints
    """Of the verdicts of that side."""
    kind: Ints
    """A place in :data:`KINDS`."""

    @classmethod
    def of(cls, before: VerdictColumns, after: VerdictColumns) -> _Changed:
        """The changes from one system to another on the same gold."""
        was, now = (each.gold.outcome == 0 for each in (before, after))
        gold = np.flatnonzero(~(was & now))
        of_gold = np.where(was[gold] == now[gold], 2, np.where(now[gold], 0, 1))
        parts = [(before.gold.document[gold], gold, of_gold)]
        later = []
        for mine, its in ((before.spurious, after.spurious), (before.unplaced, after.unplaced)):
            kept, known = mine.copies(its)
            new = np.flatnonzero(~known)
            parts.append((mine.document, np.arange(len(kept)), np.where(kept, 2, 0)))
            later.append((its.document[new], new, np.ones(len(new), np.int64)))
        parts += later
        document, row, kind = (np.concatenate(each) for each in zip(*parts, strict=True))
        side = np.repeat(np.arange(len(parts)), [len(each) for each, _, _ in parts])
        order = np.argsort(document, kind="stable")
        return cls(document[order], side[order], row[order], kind[order])


def _changes_on(both: _Both, earlier: Result) -> Iterator[ItemChange]:
    """Those of one layer, on columns."""
    assert both.columns is not None
    assert earlier.text is not None
    before, after = both.columns
    changed = _Changed.of(before, after)
    of_predictions = before.spurious, before.unplaced, after.spurious, after.unplaced
    words = before.gold.words, *(each.words for each in of_predictions)
    outcomes = [[each.outcomes[code] for code in each.gold.outcome.tolist()] for each in both.columns]
    at, text = -1, ""
    columns = (each.tolist() for each in (changed.document, changed.side, changed.row, changed.kind))
    for document, side, row, kind in zip(*columns, strict=True):
        if document != at:
            at, id = document, both.earlier.ids[document]
            text = earlier.text(id)
        change = KINDS[kind]
        wrong = NOT_IN_TEXT if side in (2, 4) else SPURIOUS
        of_wrong = {"fixed": (wrong, ABSENT), "regressed": (ABSENT, wrong), "still wrong": (wrong, wrong)}
        was, now = of_wrong[change] if side else (outcomes[0][row], outcomes[1][row])
        yield ItemChange(id, both.layer.name, change, words[side](row, text), not side, was, now)


def _read(both: list[_Both]) -> dict[str, list[ItemChange]]:
    """Those of some layers, brought together document by document: all layers of one are read off it together."""
    found: dict[str, list[ItemChange]] = {each.layer.name: [] for each in both}
    for document in sorted({id for each in both for state in (each.earlier, each.later) for id in state.readings}):
        for each in both:
            readings = each.earlier.readings.get(document), each.later.readings.get(document)
            found[each.layer.name] += (change.item for change in document_changes(document, each.layer, *readings))
    return found


class JudgedChange(NamedTuple):
    """A change, and what the scorer said of the item; None for a prediction not made."""

    item: ItemChange
    before: Verdict | None
    after: Verdict | None


def document_changes(
    document: str, layer: Layer[Any], earlier: Reading | None, later: Reading | None
) -> Iterator[JudgedChange]:
    """Those of one layer of one document; gold first, in reading order.

    Args:
        document: Its id.
        layer: A layer with verdicts.
        earlier: The document, brought together with what the earlier system says; None where it says nothing.
        later: The same of the later system.
    """
    before, after = (_verdicts(layer, reading) for reading in (earlier, later))
    for key in sorted({**before, **after}, key=lambda key: not key.gold):
        told = before.get(key), after.get(key)
        was, now = (ABSENT if each is None else each.outcome for each in told)
        right = [outcome in (RIGHT, ABSENT) for outcome in (was, now)]
        if all(right):
            continue
        change: ChangeKind = "still wrong" if right[0] == right[1] else "fixed" if right[1] else "regressed"
        text = next(each.text for each in told if each is not None)
        yield JudgedChange(ItemChange(document, layer.name, change, text, key.gold, was, now), *told)


class _Item(NamedTuple):
    gold: bool
    key: Hashable
    copy: int
    """Of equal items the first, the second and so on are told apart."""


def _verdicts(layer: Layer[Any], reading: Reading | None) -> dict[_Item, Verdict]:
    found: dict[_Item, Verdict] = {}
    copies: Counter[Hashable] = Counter()
    for verdict in [] if reading is None else layer.judged(reading):
        gold = verdict.gold is not None
        copies[gold, verdict.key] += 1
        found[_Item(gold, verdict.key, copies[gold, verdict.key])] = verdict
    return found
