"""What a command is given: a prediction file, or a record, which stands for those beside it; how intervals are made."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from onrecord.cli.console import note, read_input

if TYPE_CHECKING:
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.statistics.sampling import Sampling


@dataclasses.dataclass(frozen=True)
class PredictionInput:
    """Predictions, and how they are to be scored."""

    path: Path
    """Of the predictions; ``-`` for standard input."""
    asked: Asked
    record: Record | None = None
    """The record that stands for them, where one was given."""

    @functools.cached_property
    def raw(self) -> bytes:
        """What they say, read when it is asked for: what comes through a pipe can be read once.

        Raises:
            FaultsError: It is no file that can be used.
            OSError: It cannot be opened.
        """
        return read_input(self.path)

    def tell(self, gold_hash: str) -> None:
        """Say so where the record is of another gold, or of another version of the scorer."""
        from onrecord.eval.rendering.signature import SCORER_VERSION

        if self.record is None:
            return
        if self.record.key.gold != gold_hash:
            note("the record is of another gold; what follows is scored on this one")
        if self.record.key.scorer != SCORER_VERSION:
            note(f"the record was made by version {self.record.key.scorer}; what follows is scored by this one")


def given(path: Path, otherwise: Asked) -> PredictionInput:
    """A prediction file, or the predictions of a record, which lie in its folder.

    Args:
        path: Either; a record is a ``.json`` file.
        otherwise: How predictions are to be scored; of a record, its policy says.

    Raises:
        FaultsError: It is a record that cannot be used, or whose predictions are not there.
    """
    if path.suffix != ".json":
        return PredictionInput(path, otherwise)
    return _of_record(path)


def _of_record(path: Path) -> PredictionInput:
    from onrecord.dataset import Fault, FaultsError
    from onrecord.eval.board.entries import MOST_RECORD, predictions_of
    from onrecord.eval.scoring.record import asked_of, read_record
    from onrecord.eval.submission.unpacking import small_file

    record = read_record(str(path), small_file(path, MOST_RECORD))
    found = predictions_of(record, path.parent)
    if found is None:
        hint = f"put the file with the SHA-256 {record.key.submission} beside the record, or give it itself"
        raise FaultsError([Fault("submission", str(path), None, "", "no predictions", "those of the record", hint)])
    try:
        return PredictionInput(found, asked_of(record), record)
    except ValueError as error:
        raise FaultsError(
            [Fault("policy", str(path), None, "/key/policy", str(error), "a policy of its own")]
        ) from None


def sampling(unit: Literal["document", "topic"], level: float, draws: int, seed: int) -> Sampling | None:
    """How intervals are made; None where none are asked for."""
    from onrecord.eval.statistics.sampling import Sampling

    if not 0.5 <= level <= 0.999:  # what is not a number is no less than any
        import typer

        raise typer.BadParameter("between 0.5 and 0.999", param_hint="--level")
    return Sampling(unit, level, draws, seed) if draws else None
