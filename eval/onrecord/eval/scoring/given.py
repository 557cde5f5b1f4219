"""What Python code has at hand, as what is scored: a file, rows in memory, a table; a folder, or gold in memory.

Rows go the way of a file: each becomes the line that a file would have, and is checked as one. So faults name the row
as the line of that number, from 1.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from onrecord.dataset import Gold
from onrecord.dataset.publishing.folder import gold_of_configs
from onrecord.dataset.publishing.published import is_dataset, published_folder
from onrecord.dataset.reading.faults import Fault, refuse, show
from onrecord.eval.scoring.stored_gold import StoredGold, gold_in_memory, stored_gold
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.prediction_line import PredictionLine
from onrecord.eval.submission.unpacking import opened


class Table(Protocol):
    """A table of pandas, polars or pyarrow."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns it has."""


Rows = Iterable[Mapping[str, Any] | PredictionLine] | Table
"""Prediction lines as dictionaries or records; a ``datasets.Dataset``; a table.

In a table a field that a row lacks is null, so null is no value there: the row is taken not to have the field.
"""

Predictions = str | os.PathLike[str] | Rows
"""A prediction file, or its rows."""

AnyGold = str | os.PathLike[str] | Gold | StoredGold | Mapping[str, Any]
"""A dataset folder; gold in memory; or the configs of a dataset by name, each by split, as ``load_dataset`` gives them:
``articles`` and the registries."""


@contextmanager
def given_predictions(given: Predictions) -> Iterator[tuple[Path, Iterable[bytes]]]:
    """The content of a prediction file in pieces, and the name that faults give it; of rows, what they are.

    Raises:
        FaultsError: It is no file that can be used; or it is no rows, or something in a row is nothing that JSON has.
        OSError: It cannot be opened.
    """
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        with opened(path, DEFAULT_LIMITS) as pieces:
            yield path, pieces
    else:
        yield Path(type(given).__name__), lines_of_rows(given)


def lines_of_rows(given: Rows) -> list[bytes]:
    """Rows as the lines of a prediction file.

    Raises:
        FaultsError: They are no rows, or something in them is nothing that JSON has; with every such fault.
    """
    name = type(given).__name__
    if isinstance(given, Mapping) or (not isinstance(given, Iterable) and not hasattr(given, "to_pylist")):
        hint = "a list of one line: [line]; of several splits: one of them" if isinstance(given, Mapping) else ""
        refuse([Fault("type", name, None, "", show(given), "rows: dictionaries, one an article", hint)])
    rows, nulls = _rows(given)
    faults: list[Fault] = []
    lines = []
    for number, row in enumerate(rows, 1):
        value = msgspec.to_builtins(row) if isinstance(row, msgspec.Struct) else row
        if not isinstance(value, Mapping):
            faults.append(Fault("type", name, number, "", show(value), "a dictionary: the line of an article"))
            continue
        plain = _Plain(name, number, nulls, faults).of(value, "")
        lines.append(msgspec.json.encode(plain) + b"\n")
    refuse(faults)
    return lines


def _rows(given: Any) -> tuple[Iterable[Any], bool]:
    """The rows of whatever has some, and whether null means that there is nothing."""
    if hasattr(given, "to_pylist"):  # pyarrow
        return given.to_pylist(), True
    if hasattr(given, "to_dicts"):  # polars
        return given.to_dicts(), True
    if hasattr(given, "to_dict") and hasattr(given, "columns"):  # pandas
        return given.to_dict("records"), True
    return given, hasattr(given, "features")  # datasets


class _Plain:
    """Values of a row as JSON has them; what it has not is taken down."""

    def __init__(self, name: str, number: int, nulls: bool, faults: list[Fault]) -> None:
        self._name, self._number, self._nulls, self._faults = name, number, nulls, faults

    def of(self, value: Any, pointer: str) -> Any:
        if value is None or (isinstance(value, str | bool | int) and type(value).__module__ == "builtins"):
            return value
        if isinstance(value, Mapping):
            made = {}
            for key, inner in value.items():
                place = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
                if not isinstance(key, str):
                    self._refuse(place, key, "a name of a field, which is a string")
                plain = self.of(inner, place)
                if plain is not None or not self._nulls:
                    made[str(key)] = plain
            return made
        if isinstance(value, list | tuple):
            return [self.of(inner, f"{pointer}/{n}") for n, inner in enumerate(value)]
        if isinstance(value, msgspec.Struct):
            return self.of(msgspec.to_builtins(value), pointer)
        if hasattr(value, "tolist") and hasattr(value, "dtype"):  # numpy's arrays and numbers
            return self.of(value.tolist(), pointer)
        if isinstance(value, float) and math.isfinite(value):
            return value
        if self._nulls and (isinstance(value, float) or type(value).__name__ in ("NAType", "NaTType")):
            return None  # as which pandas has what is not there
        if isinstance(value, str | int):
            return str(value) if isinstance(value, str) else int(value)
        if isinstance(value, float):
            self._refuse(pointer, value, "a finite number; leave the field out", "number")
        else:
            self._refuse(pointer, value, "what JSON has: a string, a number, true, false, None, a list or a dictionary")
        return None

    def _refuse(self, pointer: str, value: object, expected: str, code: str = "type") -> None:
        found = f"{show(value)} ({type(value).__name__})"
        self._faults.append(Fault(code, self._name, self._number, show(pointer, 500), found, expected))


def given_gold(given: AnyGold | None) -> StoredGold:
    """Gold as it is scored against.

    Args:
        given: None for the folder ``dataset`` here, if it is a dataset, and the published dataset otherwise.

    Raises:
        FaultsError: There is none, or it is not right.
    """
    if given is None:
        here = Path("dataset")
        return stored_gold(here if is_dataset(here) else published_folder())
    if isinstance(given, StoredGold):
        return given
    if isinstance(given, Gold):
        return gold_in_memory(given)
    if isinstance(given, Mapping):
        return gold_in_memory(gold_of_configs(given))
    return stored_gold(Path(given))


def name_of(given: Predictions) -> str | None:
    """What a system is called by its file; None where there is none."""
    return str(given) if isinstance(given, str | os.PathLike) else None
