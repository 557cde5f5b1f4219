"""What a new gold, or a new version of the scorer, does to records: old and new scores, and who changes places."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.dataset import FaultsError
from onrecord.eval.board.entries import predictions_of
from onrecord.eval.scoring.record import Record, asked_of, record_of
from onrecord.eval.scoring.score_file import score_path
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.measure import full_name


@dataclasses.dataclass(frozen=True)
class Rescored:
    """A record and what it is now."""

    path: Path
    old: Record
    new: Record | None
    reason: str = ""
    """Why there is no new one."""

    @property
    def same(self) -> bool:
        """Whether the old record is of this gold and version."""
        return self.new is not None and self.new.id == self.old.id

    def differences(self) -> dict[str, tuple[float | None, float | None]]:
        """Old and new value of every measure, by ``layer:measure``; a measure that one lacks is None there."""
        old, new = values(self.old), {} if self.new is None else values(self.new)
        return {name: (old.get(name), new.get(name)) for name in [*old, *(name for name in new if name not in old)]}


def values(record: Record) -> dict[str, float | None]:
    """The value of every measure, by ``layer:measure``."""
    return {
        full_name(layer, name): score.value
        for layer, each in record.layers.items()
        for name, score in each.measures.items()
    }


def headline_names(record: Record) -> list[str]:
    """``layer:measure`` of every layer's headline."""
    return [full_name(name, layer.headline) for name, layer in record.layers.items()]


def rescore(path: Path, record: Record, gold: StoredGold) -> Rescored:
    """Score a record's predictions, which lie beside it, again.

    A record whose predictions are not there, or cannot be scored any more, has no new one, and a reason.
    """
    predictions = predictions_of(record, path.parent)
    if predictions is None:
        return Rescored(path, record, None, f"no file in {path.parent} has the content that it is of")
    try:
        return Rescored(
            path, record, record_of(score_path(predictions, gold, asked_of(record), follow_links=True).report)
        )
    except FaultsError as error:
        first = error.faults[0]
        return Rescored(path, record, None, f"{error.total} faults, the first {first.code} on line {first.line}")
    except (ValueError, OSError) as error:
        return Rescored(path, record, None, str(error))


def places(scores: Sequence[float | None]) -> list[int | None]:
    """The rank of each score, 1 for the highest, equal ones alike; None for an undefined score.

    >>> places([0.5, None, 0.7, 0.5])
    [2, None, 1, 2]
    """
    known = sorted((value for value in scores if value is not None), reverse=True)
    return [None if value is None else 1 + known.index(value) for value in scores]


def moves(found: Sequence[Rescored]) -> Mapping[str, list[tuple[int | None, int | None]]]:
    """The place of each record before and after, by headline; of those alone that are complete both times."""
    names = list(dict.fromkeys(name for each in found for name in headline_names(each.old)))
    return {
        name: list(
            zip(
                places([_ranked(each, each.old, name) for each in found]),
                places([_ranked(each, each.new, name) for each in found]),
                strict=True,
            )
        )
        for name in names
    }


def _ranked(each: Rescored, record: Record | None, name: str) -> float | None:
    both = each.new is not None and each.old.status == each.new.status == "complete"
    return values(record).get(name) if both and record is not None else None
