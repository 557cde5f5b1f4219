"""``onrecord schema``: JSON Schema of prediction files and records."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from onrecord.cli.outputs import put
from onrecord.cli.places import any_corpus


class Name(StrEnum):
    """What has a schema."""

    predictions = "predictions"
    entities = "entities"
    events = "events"
    claims = "claims"
    utterances = "utterances"
    record = "record"
    verdicts = "verdicts"
    about = "about"


def schema(
    name: Annotated[
        Name,
        typer.Argument(
            help="Of a prediction line, a registry's rows, a result record, a report's verdicts, or an entry's about."
        ),
    ],
) -> None:
    """Print the JSON Schema of a kind of file, generated from the types that validate it, by the corpus's scheme."""
    any_corpus()
    from onrecord.eval.schemas import schema_bytes

    put(None, schema_bytes(name.value))
