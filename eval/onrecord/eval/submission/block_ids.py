"""The ids of several lines: those that they declare, and those that they use, by what they refer to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Set
from typing import Any

import msgspec
import numpy as np

from onrecord.dataset.records import UNKNOWN
from onrecord.dataset.walk import IdReference
from onrecord.eval.submission.line_block import LineBlock, References
from onrecord.eval.submission.line_checks import KINDS, references

PlacedReference = tuple[int, str, IdReference]
"""A reference with the number of its line and the document of that."""


@dataclasses.dataclass(frozen=True)
class BlockIds:
    """The ids of several lines that stand for something in the whole file."""

    declared: Mapping[str, set[str]]
    used: Mapping[str, set[str]]
    references: int
    """How often one is used."""

    @classmethod
    def of(cls, block: LineBlock) -> BlockIds:
        """Those of the lines."""
        declared, used = ({kind: set[str]() for kind in KINDS} for _ in range(2))
        references = 0
        for each in block.references:
            into = declared if _declares(each) else used
            for to, line, ids in each.by_kind():
                if to in into:
                    into[to].update(set(ids.words) - ({UNKNOWN} if each.refers.unknown else set()))
                    references += 0 if _declares(each) else len(line)
        return cls(declared, used, references)


def _declares(references: References) -> bool:
    return references.refers.use in ("declares", "clusters")


def references_to(block: LineBlock, ids: Mapping[str, Set[str]]) -> Iterator[PlacedReference]:
    """Every reference of the lines that use one of some ids by kind, in their order: these lines are decoded for it."""
    found = np.zeros(len(block), bool)
    for each in block.references:
        for to, line, coded in () if _declares(each) else each.by_kind():
            wanted = np.array([word in ids.get(to, ()) for word in coded.words], bool)
            found[line[wanted[coded.codes]]] = True
    for place in np.flatnonzero(found).tolist():
        record: Any = msgspec.json.decode(block.raw[place], type=block.kind)
        for reference in references(record):
            yield block.numbers[place], block.documents[place], reference
