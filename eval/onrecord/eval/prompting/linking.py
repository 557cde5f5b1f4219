"""Which names of several articles are of one: a request for each topic, and what is replied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.records import REGISTERED
from onrecord.eval.prompting.known import KnownArticle
from onrecord.eval.prompting.names import KINDS, Links, name_in, same
from onrecord.eval.prompting.parsing import parse
from onrecord.eval.prompting.replies import Reply, chosen
from onrecord.eval.prompting.requests import request
from onrecord.eval.prompting.shape import NAME

FIELDS = {name: kind for kind, (name, _) in REGISTERED.items()}
"""The fields of a reply, and what the names in them are of."""

_TOLD = (
    "Several articles about one topic were labelled one by one. Below are the names that were given to what they "
    "are about, by article. Say which of them mean the same: the same person, body or place; the same happening; "
    "the same proposition; the same words said once. Answer with one JSON object: for each thing that has several "
    "names, its fullest name in `name` and every other one in `same`, letter for letter as they are given. What has "
    "one name everywhere is left out. Two different things, such as a country and its government, are never put "
    "together; an event that is planned and then takes place is one."
)


def link_requests(
    articles: Mapping[str, KnownArticle], replies: Sequence[Reply], model: str, choice: int = 1
) -> list[dict[str, Any]]:
    """A request for each topic with several names, whose ``custom_id`` is the topic.

    Args:
        articles: Those that were asked about.
        replies: What was replied to that.
        model: What the service calls the model.
        choice: Which of several choices is taken, counted from 1.
    """
    topics: dict[str, dict[str, dict[str, list[str]]]] = {}
    by_id = {reply.id: reply for reply in replies}
    for id, article in articles.items():
        content = chosen(by_id[id], choice) if id in by_id else None
        if content is not None and scheme().ids:
            topics.setdefault(article.topic, {})[id] = _names(content)
    made = []
    for topic, named in topics.items():
        if any(len({name for each in named.values() for name in each[kind]}) > 1 for kind in FIELDS):
            asked = json.dumps(named, ensure_ascii=False, indent=1)
            made.append(request(topic, model, _TOLD, asked, "links", _schema()))
    return made


def read_links(replies: Sequence[Reply], choice: int = 1) -> Links:
    """What was replied: the name that each name of a topic goes by.

    Of a name that is put with two others, the first counts.
    """
    links: dict[tuple[str, str], dict[str, str]] = {}
    for reply in replies:
        content = chosen(reply, choice)
        parsed = parse(content, tuple(FIELDS)).fields if content is not None else {}
        for field, rows in parsed.items():
            for row in rows:
                name = name_in(row)
                told = row.get("same") if isinstance(row, Mapping) else None
                here = links.setdefault((reply.id, FIELDS[field]), {})
                for other in told if isinstance(told, list) else ():
                    also = name_in(other)
                    if name is not None and also is not None and same(_last(here, name)) != same(also):
                        here.setdefault(same(also), name)
    return {key: {name: _last(here, called) for name, called in here.items()} for key, here in links.items()}


def _last(links: Mapping[str, str], name: str) -> str:
    """The name that a name goes by, and that one, and so on; no name leads back to itself."""
    while same(name) in links:
        name = links[same(name)]
    return name


def _names(content: str) -> dict[str, list[str]]:
    """The names in a reply, by field, each once."""
    found: dict[str, dict[str, None]] = {field: {} for field in FIELDS}
    fields = {kind: field for field, kind in FIELDS.items()}
    for layer, rows in parse(content, tuple(LAYERS)).fields.items():
        for row in rows:
            for kind, name in _referred(LAYERS[layer], row) if isinstance(row, Mapping) else ():
                found[fields[kind]].setdefault(name)
    return {field: sorted(names) for field, names in found.items()}


def _referred(kind: type[msgspec.Struct], row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a record refers to by name: kind and name."""
    for field in walk.fields(kind):
        raw = row.get(field.name)
        if field.struct is not None and not field.is_span and isinstance(raw, Mapping):
            yield from _referred(field.struct, raw)
        elif field.refers is not None:
            to = str(row.get(field.refers.by)) if field.refers.by else field.refers.to
            raw = row.get(NAME, raw) if field.refers.by else raw
            for each in raw if isinstance(raw, list) else [raw]:
                name = name_in(each)
                if to in KINDS and name is not None:
                    yield to, name


def _schema() -> dict[str, Any]:
    same_names = {"type": "array", "items": {"type": "string"}}
    fields = {"name": {"type": "string"}, "same": same_names}
    row = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    rows = {field: {"type": "array", "items": row} for field in FIELDS}
    return {"type": "object", "properties": rows, "required": list(rows), "additionalProperties": False}
