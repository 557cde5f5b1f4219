"""JSON Schema (2020-12) of the files people write and read, generated from the types that validate them.

Fields are described by the docstrings of the types. A file that its schema refuses is refused by ``onrecord validate``
too; that goes on to check what no schema can say: offsets, surfaces, references.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import textwrap
from typing import Any

import msgspec

from onrecord.eval.board.entries import About
from onrecord.eval.scoring.record import Record
from onrecord.eval.scoring.score_report import json_bytes
from onrecord.eval.submission.prediction_line import PredictionLine

SCHEMAS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "predictions": (PredictionLine, "One line of a prediction file: a system's output for one document."),
    "record": (Record, "A result record, as onrecord score writes it."),
    "about": (About, "The about.json of an entry of a results folder."),
}
"""The type and the title of each schema, by its name."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file.

    Raises:
        KeyError: There is none of this name.
    """
    kind, title = SCHEMAS[name]
    (reference,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    extensible = kind is PredictionLine
    definitions = {each: _described(each, value, extensible) for each, value in sorted(components.items())}
    return {"$schema": _DIALECT, "title": title, **reference, "$defs": definitions}


def schema_bytes(name: str) -> bytes:
    """The schema as a file."""
    return json_bytes(schema(name))


def _described(name: str, value: dict[str, Any], extensible: bool) -> dict[str, Any]:
    """A type's schema with what its docstrings say of the fields, and with room for fields of one's own."""
    kind = next(each for each in _structs() if each.__name__ == name)
    said = field_docs(kind)
    properties = {
        field: {**each, "description": said[field]} if field in said else each
        for field, each in value.get("properties", {}).items()
    }
    described = {**value, "properties": properties}
    if extensible:
        described["patternProperties"] = {"^x_": {"description": "Anyone's own; ignored."}}
    return described


def _structs() -> list[type[msgspec.Struct]]:
    found: list[type[msgspec.Struct]] = []
    waiting: list[type[msgspec.Struct]] = list(msgspec.Struct.__subclasses__())
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += each.__subclasses__()
    return [each for each in found if each.__module__.startswith("onrecord.")]


def field_docs(kind: type) -> dict[str, str]:
    """The docstring under each field of a class, its own and those it inherits."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if not base.__module__.startswith("onrecord.") or base.__module__ not in sys.modules:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(body, ast.ClassDef)
        for field, doc in itertools.pairwise(body.body):
            match field, doc:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    said[name] = " ".join(text.replace("``", "`").split())
    return said
