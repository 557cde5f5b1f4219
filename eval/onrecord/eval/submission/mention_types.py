"""What types the mentions of a prediction file have, and what becomes of each: the side of a label map as a value.

Lines are typed accordingly, so that a file of another scheme is decoded and checked once, as it is written. The types
are exchanged, and the mentions whose type is left out are removed, on the typed line once the file is known to be
right: until then they declare ids and are in clusters as all others.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from onrecord.dataset import Labels, Mention
from onrecord.dataset.reading.faults import Wrong
from onrecord.dataset.reading.typed import Decoded
from onrecord.eval.submission import foreign_line
from onrecord.eval.submission.label_maps import OURS, LabelMap, unknown_type
from onrecord.eval.submission.prediction_line import PredictionLine


@dataclasses.dataclass(frozen=True)
class MentionTypes:
    """The types that a file may use."""

    line: type[PredictionLine]
    """How its lines are typed; further layers are added to it."""
    names: Mapping[str, str | None]
    """What each type is called here; None leaves it out."""

    @classmethod
    def of(cls, labels: LabelMap) -> MentionTypes:
        """Those that a label map knows of predictions."""
        return cls(foreign_line.PredictionLine, labels.predicted)

    @property
    def foreign(self) -> bool:
        """Whether they are those of another scheme."""
        return self.line is not PredictionLine

    @cached_property
    def are_ours(self) -> bool:
        """Whether mentions are ours already."""
        return not self.foreign and all(type == name for type, name in self.names.items())

    def unknown(self, decoded: Decoded[PredictionLine]) -> Iterator[Wrong]:
        """The types on a line that are none of these, but for those that its decoding found wrong already."""
        if decoded.record is not None and self.names.keys() >= {each.type for each in decoded.record.mentions or ()}:
            return
        told = {pointer for _, pointer, *_ in decoded.wrong}
        for index, type in _types(decoded):
            pointer = f"/mentions/{index}/type"
            if type not in self.names and pointer not in told:
                yield unknown_type(pointer, type, self.names)

    def labels(self, line: PredictionLine) -> Labels:
        """The labels of a line that is right, by our types and without the mentions that are left out."""
        if self.are_ours:
            return line.labels
        named = ((mention, self.names[mention.type]) for mention in line.mentions or ())
        mentions = tuple(_called(mention, name) for mention, name in named if name is not None)
        return msgspec.structs.replace(line.labels, mentions=mentions)

    def left_out(self, line: PredictionLine) -> Counter[str]:
        """How many mentions of a line that is right are left out, by their type."""
        if self.are_ours:
            return Counter()
        return Counter(mention.type for mention in line.mentions or () if self.names[mention.type] is None)


def our_types() -> MentionTypes:
    """Those of the label scheme in force, as they are."""
    return MentionTypes(PredictionLine, {type: type for type in OURS})


def _called(mention: Mention, name: str) -> Mention:
    return Mention(**{**msgspec.structs.asdict(mention), "type": name})


def _types(decoded: Decoded[PredictionLine]) -> Iterator[tuple[int, str]]:
    """Place and type of the mentions of a line, however wrong the line is otherwise."""
    if decoded.record is not None:
        yield from ((index, mention.type) for index, mention in enumerate(decoded.record.mentions or ()))
        return
    mentions: Any = decoded.value.get("mentions") if isinstance(decoded.value, dict) else None
    for index, mention in enumerate(mentions if isinstance(mentions, list) else ()):
        if isinstance(mention, dict) and isinstance(mention.get("type"), str):
            yield index, mention["type"]
