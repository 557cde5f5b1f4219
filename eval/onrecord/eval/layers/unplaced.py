"""Items of several documents whose words are not in the text, beside the columns of those that are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from onrecord.dataset.layers import scheme
from onrecord.eval.layers.columns import Ints
from onrecord.eval.submission.prediction_line import NotInText


@dataclasses.dataclass(frozen=True, eq=False)
class Unplaced:
    """n items, documents ascending, in each in the order of the file."""

    document: tuple[int, ...]
    """The index of the document of each."""
    items: tuple[NotInText, ...]

    @classmethod
    def of(cls, documents: Iterable[tuple[int, Sequence[NotInText]]]) -> Unplaced:
        """Of documents in any order, by their index."""
        rows = [(document, each) for document, items in sorted(documents, key=lambda row: row[0]) for each in items]
        return cls(tuple(document for document, _ in rows), tuple(each for _, each in rows))

    def layer(self, name: str) -> Unplaced:
        """Those of one layer."""
        rows = [row for row in zip(self.document, self.items, strict=True) if row[1].layer == name]
        return Unplaced(tuple(document for document, _ in rows), tuple(each for _, each in rows))

    def many(self, documents: int, names: bool = False) -> Ints:
        """How many there are in each document, of all kinds or of names alone; shape (documents,)."""
        of = [at for at, each in zip(self.document, self.items, strict=True) if not names or is_name(each)]
        return np.bincount(np.array(of, np.int64), minlength=documents)


NOTHING = Unplaced((), ())


def is_name(item: NotInText) -> bool:
    """Whether it is counted as a name: of the first kind of the scheme, which is also that of items without one."""
    return item.kind in (None, scheme().mention_kinds[0])
