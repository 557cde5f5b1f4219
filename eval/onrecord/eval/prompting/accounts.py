"""What became of the items of replies and of files in words, and what is kept of those that are no predictions."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS
from onrecord.eval.grounding.records import Grounded, Tally
from onrecord.eval.prompting.items import WHY
from onrecord.eval.prompting.parsing import Unread
from onrecord.eval.submission.prediction_line import PLACED

UNPLACED = "x_unplaced"
"""The field of a line that keeps what is no prediction: the layer, why, and the item as it was, as JSON in a text.
Whoever reads prediction files passes over it."""

LOST = "unplaced"
"""The field of a line with the words that are not in the text, see
:class:`~onrecord.eval.submission.prediction_line.NotInText`: what is scored of them."""


@dataclasses.dataclass
class Account:
    """What became of the items of a layer: ``said`` is ``kept`` and all of ``unplaced``."""

    said: int = 0
    kept: int = 0
    unplaced: Counter[str] = dataclasses.field(default_factory=Counter)
    """By why, see :data:`~onrecord.eval.prompting.items.WHY`."""
    mended: Counter[str] = dataclasses.field(default_factory=Counter)
    """What was exchanged or left out of items that were kept."""
    spans: Tally = dataclasses.field(default_factory=Tally)
    """How the words of the items were found."""

    def settle(self, layer: str, rows: Sequence[Any], whys: Sequence[str]) -> list[dict[str, str]]:
        """Count the items of an article; gives those that are no predictions.

        Args:
            layer: The layer.
            rows: The items as the reply has them.
            whys: Why each is none; empty for what is kept.
        """
        self.said += len(rows)
        self.kept += sum(not why for why in whys)
        self.unplaced.update(why for why in whys if why)
        return [{"layer": layer, "why": why, "item": _text(row)} for row, why in zip(rows, whys, strict=True) if why]

    def as_json(self) -> dict[str, Any]:
        """As written into reports."""
        unplaced = {why: self.unplaced[why] for why in WHY}
        return {
            "said": self.said,
            "kept": self.kept,
            **unplaced,
            "mended": dict(sorted(self.mended.items())),
            "words": self.spans.as_json(),
        }


def _text(row: Any) -> str:
    return row.text if isinstance(row, Unread) else json.dumps(row, ensure_ascii=False)


def unplaced_of(raw: bytes) -> dict[str, list[tuple[str, str, str]]]:
    """By document, what the lines of a prediction file keep in :data:`UNPLACED`: the layer, why, and the item.

    Args:
        raw: The content of a file that has no faults. What is there in another form than here is passed over: the
            field is anybody's own.
    """
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in raw.split(b"\n"):
        value = json.loads(line) if f'"{UNPLACED}"'.encode() in line else {}
        kept = value.get(UNPLACED)
        for each in kept if isinstance(kept, list) else ():
            said = [each.get(name) for name in ("layer", "why", "item")] if isinstance(each, dict) else []
            match said:
                case [str(layer), str(why), str(item)]:
                    found.setdefault(value["doc_id"], []).append((layer, why, item))
    return found


def not_in_text(layer: str, rows: Sequence[Any], found: Sequence[Grounded | str]) -> list[dict[str, str]]:
    """The items of a layer whose words are not in the text, as a line says them.

    Args:
        layer: The layer.
        rows: The items as they were given.
        found: What was found of each; a word for what is no item.
    """
    made: list[dict[str, str]] = []
    for row, each in zip(rows, found, strict=True) if layer in PLACED else ():
        if isinstance(each, str) or each.is_there:
            continue
        if words := each.lost_words(LAYERS[layer]):
            kind = _kind(row) if layer == "mentions" else ""
            made.append({"layer": layer, "text": words} | ({"kind": kind} if kind else {}))
    return made


def _kind(mention: Mapping[str, Any]) -> str:
    """The kind that a mention says it is of, if the scheme has it and it is not the first; empty otherwise."""
    said = str(mention.get("kind")).strip().casefold()
    return next((kind for kind in walk.vocabulary(LAYERS["mentions"], "kind")[1:] if kind.casefold() == said), "")
