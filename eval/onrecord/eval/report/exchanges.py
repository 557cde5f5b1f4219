"""What a model was asked about each document, what it replied, and what of the reply is no prediction."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.eval.prompting.accounts import unplaced_of
from onrecord.eval.prompting.items import WHY
from onrecord.eval.prompting.replies import Reply

MOST_TOLD = 200_000
"""Characters of a prompt or a reply that a page has; what is longer is cut, and says so."""


@dataclasses.dataclass(frozen=True)
class Exchange:
    """What is known of one document."""

    prompt: tuple[tuple[str, str], ...] = ()
    """Who speaks, and what; the messages of the request."""
    reply: tuple[str, ...] = ()
    """Each choice."""
    trouble: str = ""
    """Why nothing came back."""
    unplaced: tuple[tuple[str, str, str], ...] = ()
    """Layer, why, and the item of a reply that is no prediction."""


def exchanges(
    predictions: bytes, requests: Sequence[Mapping[str, Any]] = (), replies: Sequence[Reply] = ()
) -> dict[str, Exchange]:
    """What is known of each document, by its id.

    Args:
        predictions: The content of a prediction file without faults; what it keeps in ``x_unplaced`` is read.
        requests: As :func:`onrecord.eval.prompting.requests` makes them.
        replies: See :func:`onrecord.eval.prompting.replies.read_replies`.
    """
    asked = {str(each.get("custom_id")): tuple(_messages(each)) for each in requests}
    said = {each.id: each for each in replies}
    lost = unplaced_of(predictions)
    return {
        id: Exchange(
            prompt=asked.get(id, ()),
            reply=tuple(_cut(each) for each in said[id].contents) if id in said else (),
            trouble=said[id].trouble if id in said else "",
            unplaced=tuple((layer, WHY.get(why, why), _cut(item)) for layer, why, item in lost.get(id, ())),
        )
        for id in {*asked, *said, *lost}
    }


def exchange_value(each: Exchange) -> dict[str, Any]:
    """What the page's script reads."""
    return {"prompt": each.prompt, "reply": each.reply, "trouble": each.trouble, "unplaced": each.unplaced}


def _messages(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    body = request.get("body")
    messages = body.get("messages") if isinstance(body, dict) else None
    return [
        (str(each.get("role")), _cut(_text(each.get("content"))))
        for each in (messages if isinstance(messages, list) else ())
        if isinstance(each, dict)
    ]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def _cut(text: str) -> str:
    left = len(text) - MOST_TOLD
    return text if left <= 0 else f"{text[:MOST_TOLD]}\n[{left} more characters are in the file]"
