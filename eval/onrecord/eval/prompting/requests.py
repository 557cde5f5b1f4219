"""A request for each article, in the form that batch services of the OpenAI kind and ``vllm run-batch`` take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from onrecord.eval.prompting.instructions import instructions
from onrecord.eval.prompting.known import KnownArticle
from onrecord.eval.prompting.shape import reply_schema

URL = "/v1/chat/completions"


def requests(articles: Iterable[KnownArticle], model: str, layers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A request for each article, whose ``custom_id`` is the article's id.

    Args:
        articles: The articles.
        model: What the service calls the model.
        layers: The layers that are asked for; all of the scheme in force where none is named.
    """
    told, schema = instructions(layers), reply_schema(layers)
    return [request(each.id, model, told, f"The article:\n\n{each.text}", "labels", schema) for each in articles]


def request(id: str, model: str, told: str, asked: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One request.

    Args:
        id: What the reply is known by.
        model: What the service calls the model.
        told: The instructions.
        asked: What they are to be followed on.
        name: Of the schema.
        schema: What the reply must be.
    """
    messages = [{"role": "system", "content": told}, {"role": "user", "content": asked}]
    shape = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
    body = {"model": model, "messages": messages, "temperature": 0, "response_format": shape}
    return {"custom_id": id, "method": "POST", "url": URL, "body": body}


def jsonl(rows: Iterable[Any]) -> bytes:
    """Values as JSON Lines."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
