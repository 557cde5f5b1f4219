"""JSON Schema of types: what msgspec says of their shape, and what their docstrings say of their fields."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import sys
import textwrap
from collections.abc import Mapping
from typing import Any, get_args

import msgspec


def described(kind: type[msgspec.Struct], value: dict[str, Any], extensible: bool) -> dict[str, Any]:
    """A type's schema with what its docstrings say of the fields, and with room for fields of one's own.

    Args:
        kind: The type.
        value: Its schema, as msgspec makes it.
        extensible: Whether objects may have fields of anyone's own.
    """
    said = field_docs(kind)
    properties = {
        field: {**each, "description": said[field]} if field in said else each
        for field, each in value.get("properties", {}).items()
    }
    made = {**value, "properties": properties}
    if extensible:
        made["patternProperties"] = {"^x_": {"description": "Anyone's own; ignored."}}
    return made


def types_within(kind: Any) -> dict[str, type[msgspec.Struct]]:
    """Every type of records that a type consists of, itself included, by its name."""
    found: dict[str, type[msgspec.Struct]] = {}
    waiting = [kind]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            if each.__name__ not in found:
                found[each.__name__] = each
                waiting += [field.type for field in msgspec.structs.fields(each)]
        else:
            waiting += get_args(each)
    return found


def field_docs(kind: type) -> dict[str, str]:
    """The docstring under each field of a class, its own and those it inherits."""
    return {name: said for base in reversed(kind.__mro__) for name, said in _own_docs(base).items()}


@functools.cache  # to find the source of a class, Python parses its whole module
def _own_docs(base: type) -> Mapping[str, str]:
    if base is object or base.__module__.partition(".")[0] == "msgspec" or base.__module__ not in sys.modules:
        return {}
    try:
        source = inspect.getsource(base)
    except (OSError, TypeError):  # a class that was typed in has no file
        return {}
    (body,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(body, ast.ClassDef)
    said: dict[str, str] = {}
    for field, doc in itertools.pairwise(body.body):
        match field, doc:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                said[name] = " ".join(text.replace("``", "`").split())
    return said
