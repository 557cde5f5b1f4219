"""The lines of a file of replies: what batch services give back, and plainer ones.

The file is cache, evidence and replay in one: from the same file come the same predictions, byte for byte.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from onrecord.dataset.reading.faults import Findings, nearest, show
from onrecord.dataset.reading.typed import BOM

ID_FIELDS = ("custom_id", "doc_id", "id", "key")
"""Fields of a line that say what it replies to, the first that is there."""

PLAIN_FIELDS = ("reply", "content", "text", "output", "completion", "response")
"""Fields of a plain line that the reply may be in; without one the line itself is the reply."""


@dataclasses.dataclass(frozen=True)
class Reply:
    """What came back for one request."""

    id: str
    contents: tuple[str, ...]
    """What the model wrote; several where several choices were asked for, none where nothing came back."""
    trouble: str = ""
    """Why nothing came back, in the service's words."""


def read_replies(path: Path | str, raw: bytes, known: Collection[str]) -> list[Reply]:
    """The replies of a file, in its order; blank lines are passed over.

    Args:
        path: The name that faults give the file.
        raw: Its bytes.
        known: What may be replied to: ids of articles, or topics.

    Raises:
        FaultsError: A line is no JSON object, says not what it replies to, or replies to what was not asked, or again;
            or there is none.
    """
    findings = Findings(str(path))
    replies: dict[str, Reply] = {}
    for number, line in enumerate(raw.removeprefix(BOM).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            hint = "one JSON object a line, as the batch service gave it back"
            findings.add(("json", "", f"{show(str(error))}: {show(line[:60])}", "JSON", hint), number)
            continue
        name = next((each for each in ID_FIELDS if isinstance(value, dict) and isinstance(value.get(each), str)), None)
        if name is None:
            findings.add(("missing-field", "/custom_id", show(value, 60), "what the line replies to", ""), number)
        elif value[name] not in known:
            close = partial(_hint, value[name], known)
            findings.add(("document", f"/{name}", value[name], "what a request of these was about", close), number)
        elif value[name] in replies:
            hint = "keep the reply that is meant; of several choices, --choice takes the nth"
            findings.add(("repeated-document", f"/{name}", f"{value[name]} again", "one line a request", hint), number)
        else:
            contents = tuple(_contents(value))
            replies[value[name]] = Reply(value[name], contents, "" if contents else _trouble(value))
    if not replies and not findings.errors:
        findings.add(("empty", "", "no line", "JSON Lines", "a line for every reply, as the service gave it back"), 1)
    findings.refuse()
    return list(replies.values())


def _hint(id: str, known: Collection[str]) -> str:
    return nearest(id, known) or "--split, --gold and --seeds say which articles were asked about"


def chosen(reply: Reply, choice: int) -> str | None:
    """The nth of what a model wrote, counted from 1; None where there are not so many."""
    return reply.contents[choice - 1] if choice <= len(reply.contents) else None


def _contents(line: dict[str, Any]) -> Iterator[str]:
    """What the model wrote, in any of the forms that services have."""
    body = _inner(_inner(line, "response"), "body") or _inner(line, "response")
    for each in (body, _inner(_inner(line, "result"), "message"), line):
        found = [*_choices(each), *_blocks(each)]
        if found:
            yield from found
            return
    if isinstance(line.get("response"), dict) or isinstance(line.get("result"), dict) or line.get("error"):
        return
    named = next((name for name in PLAIN_FIELDS if name in line), None)
    if named is None:
        yield _text({name: each for name, each in line.items() if name not in ID_FIELDS})
        return
    several = line[named] if isinstance(line[named], list) else [line[named]]
    yield from (_text(each) for each in several if each is not None)


def _choices(body: dict[str, Any]) -> Iterator[str]:
    """Of chat completions: the text of every choice, or what it calls a tool with."""
    choices = body.get("choices")
    for each in choices if isinstance(choices, list) else ():
        if not isinstance(each, dict):
            yield ""
            continue
        message = _inner(each, "message")
        calls = message.get("tool_calls")
        called = [_inner(call, "function").get("arguments") for call in calls] if isinstance(calls, list) else []
        content = message.get("content") or next(iter(called), None) or each.get("text")
        if isinstance(content, list):
            content = "".join(_parts(content))
        yield content if isinstance(content, str) else ""


def _blocks(body: dict[str, Any]) -> Iterator[str]:
    """Of services that give blocks: their texts, put together."""
    for name in ("content", "output"):
        blocks = body.get(name)
        if isinstance(blocks, list) and all(isinstance(each, dict) for each in blocks):
            text = "".join(_parts(blocks))
            if text:
                yield text
                return


def _parts(blocks: list[Any]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, dict) and isinstance(block.get("text"), str):
            yield block["text"]
        elif isinstance(block, dict) and isinstance(block.get("content"), list):
            yield from _parts([each for each in block["content"] if isinstance(each, dict) and "content" not in each])


def _inner(value: Any, name: str) -> dict[str, Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _trouble(line: dict[str, Any]) -> str:
    response = _inner(line, "response")
    told = line.get("error") or _inner(response, "body").get("error") or response.get("status_code") or "no content"
    return show(_text(told), 120)
