"""A grammar for one article under which a model cannot misquote: in place of words there are stretches of the text.

It is in the form of Lark that llguidance reads (vLLM's and SGLang's ``guidance``, llama.cpp's ``LLAMA_LLGUIDANCE``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from onrecord.eval.prompting.shape import reply_schema


def grammar(text: str, layers: Sequence[str] = ()) -> str:
    """The grammar of the replies for an article.

    Args:
        text: The article's text. A stretch of it begins and ends with a whole word or a mark.
        layers: The layers that are asked for; all of the scheme in force where none is named.
    """
    schema = reply_schema(layers)
    rules = _Rules(schema["$defs"])
    start = rules.of(schema)
    stretch = json.dumps({"substring_chunks": _CHUNK.findall(_escaped(text))}, ensure_ascii=False)
    named = [f"{name}: {body}" for name, body in rules.made.items()]
    return "\n".join([f"start: {start}", *named, 'words: "\\"" STRETCH "\\""', f"STRETCH: %regex {stretch}", ""])


_CHUNK = re.compile(r"\\u[0-9a-f]{4}|\\.|\w+|\s|.", re.DOTALL)
"""What a stretch of an escaped text may begin and end with: a word, a mark, an escape."""


def _escaped(text: str) -> str:
    """A text as it stands within a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


class _Rules:
    """Rules for a schema, in which ``text`` is words of the article and any other string is free."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.made: dict[str, str] = {}
        self._definitions = definitions

    def of(self, schema: dict[str, Any], name: str = "reply") -> str:
        """What stands for a value of a schema in the body of a rule."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self._definitions[name]
            name = f"a_{name}"
        if "anyOf" in schema:
            return "(" + " | ".join(self.of(each, name) for each in schema["anyOf"]) + ")"
        if schema["type"] == "object":
            return self._object(schema, name)
        if schema["type"] == "array":
            one = self.of(schema["items"], f"{name}_item")
            return self._rule(f"{name}_all", f'"[" ({one} ("," {one})*)? "]"')
        if "enum" in schema:
            return "(" + " | ".join(json.dumps(json.dumps(word)) for word in schema["enum"]) + ")"
        return (
            '"null"' if schema["type"] == "null" else self._rule("string", '%json {"type": "string", "maxLength": 300}')
        )

    def _object(self, schema: dict[str, Any], name: str) -> str:
        fields = schema["properties"]
        parts = []
        for place, (field, inner) in enumerate(fields.items()):
            key = json.dumps(f"{',' if place else ''}{json.dumps(field)}:")
            parts.append(f"{key} {'words' if field == 'text' else self.of(inner, f'{name}_{field}')}")
        return self._rule(name, f'"{{" {" ".join(parts)} "}}"')

    def _rule(self, name: str, body: str) -> str:
        self.made.setdefault(name, body)
        return name
