"""What the measures are called on a board that takes plain keys only: few letters, digits and underscores."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.result import Result


@dataclasses.dataclass(frozen=True)
class BoardColumn:
    """A column of a board."""

    key: str
    """``layer_measure``, such as ``entities_strict_all``; unique."""
    measure: str
    """The measure's full name, ``layer:measure``."""
    layer: str
    definition: str
    headline: bool


def plain_key(name: str) -> str:
    """A measure's full name as a key.

    >>> plain_key("entities:strict[all]"), plain_key("quotes:detection@0.5")
    ('entities_strict_all', 'quotes_detection_0_5')
    """
    return re.sub(r"\W+", "_", name).strip("_").lower()


def columns() -> tuple[BoardColumn, ...]:
    """Every measure of the score table: the headlines first, then the others, each in the order of the table."""
    shown = [(layer, measure) for layer in scored_layers() for measure in layer.measures if not measure.detail]
    return tuple(
        BoardColumn(
            key=plain_key(measure.full),
            measure=measure.full,
            layer=layer.name,
            definition=measure.definition + (f" (share of {measure.share})" if measure.share else ""),
            headline=measure is layer.headline,
        )
        for layer, measure in sorted(shown, key=lambda each: each[1] is not each[0].headline)
    )


def numbers(result: Result) -> Mapping[str, float]:
    """The result by key, each number in [0, 1]; a measure that is undefined is left out."""
    values = result.values
    return {column.key: value for column in columns() if (value := values[column.measure]) is not None}
