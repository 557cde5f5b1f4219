"""JSON Schema of types: what msgspec says of their shape, and what their docstrings say of their fields."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import textwrap
from typing import Any

import msgspec


def described(name: str, value: dict[str, Any], extensible: bool) -> dict[str, Any]:
    """A type's schema with what its docstrings say of the fields, and with room for fields of one's own."""
    kind = next(each for each in _structs() if each.__name__ == name)
    said = field_docs(kind)
    properties = {
        field: {**each, "description": said[field]} if field in said else each
        for field, each in value.get("properties", {}).items()
    }
    made = {**value, "properties": properties}
    if extensible:
        made["patternProperties"] = {"^x_": {"description": "Anyone's own; ignored."}}
    return made


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
