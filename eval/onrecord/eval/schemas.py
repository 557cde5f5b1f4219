"""JSON Schema (2020-12) of the files people write and read, generated from the types that validate them.

Fields are described by the docstrings of the types. A file that its schema refuses is refused by ``onrecord validate``
too; that goes on to check what no schema can say: offsets, surfaces, references.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onrecord.dataset import Claim, Entity, Event
from onrecord.dataset.layers import in_scheme
from onrecord.dataset.perturbing.made import ProbeFile
from onrecord.dataset.reading.json_schema import described, types_within
from onrecord.dataset.records import Utterance
from onrecord.eval.board.entries import About
from onrecord.eval.rendering.scores import json_bytes
from onrecord.eval.report.verdicts import VerdictFile
from onrecord.eval.scoring.gap_record import GapRecord
from onrecord.eval.scoring.record import Record
from onrecord.eval.submission.prediction_line import PredictionLine

SCHEMAS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "predictions": (PredictionLine, "One line of a prediction file: a system's output for one document."),
    "entities": (Entity, "A row of the entity registry."),
    "events": (Event, "A row of the event registry."),
    "claims": (Claim, "A row of the claim registry."),
    "utterances": (Utterance, "A row of the utterance registry."),
    "record": (Record, "A result record, as onrecord score writes it."),
    "gap": (GapRecord, "The record of a gap, as onrecord gap writes it."),
    "probe": (ProbeFile, "The probe.json of a perturbed dataset: what was done, with the map back."),
    "verdicts": (VerdictFile, "The verdicts.json that the pen of a report saves."),
    "about": (About, "The about.json of an entry of a results folder."),
}
"""The type and the title of each schema, by its name."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file.

    Raises:
        KeyError: There is none of this name.
    """
    plain, title = SCHEMAS[name]
    kind = in_scheme(plain)
    (reference,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    extensible = plain is PredictionLine
    types = types_within(kind)
    definitions = {each: described(types[each], value, extensible) for each, value in sorted(components.items())}
    return {"$schema": _DIALECT, "title": title, **reference, "$defs": definitions}


def schema_bytes(name: str) -> bytes:
    """The schema as a file."""
    return json_bytes(schema(name))
