"""Replies to the lines of a prediction file, and an account of every item of every reply."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.check import check_quotes
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.records import Item, Quote, SpanItem
from onrecord.eval.grounding.records import Grounded, Tally, ground
from onrecord.eval.grounding.searching import SearchedText
from onrecord.eval.prompting.accounts import LOST, UNPLACED, Account, not_in_text
from onrecord.eval.prompting.items import Maker, UnusableError
from onrecord.eval.prompting.known import KnownArticle
from onrecord.eval.prompting.names import Names
from onrecord.eval.prompting.parsing import Parsed, Unread, parse
from onrecord.eval.prompting.replies import Reply, chosen
from onrecord.eval.prompting.shape import DESCRIBED
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.prediction_line import EventDescription


@dataclasses.dataclass(frozen=True)
class Predictions:
    """A prediction file made of replies."""

    lines: tuple[dict[str, Any], ...]
    """One for each article that was replied to, in the order of the dataset."""
    layers: Mapping[str, Account]
    states: Mapping[str, Mapping[str, str]]
    """By how much could be read, ``whole``, ``around``, ``broken``, ``none``, the articles, and the service's words
    where nothing came back."""
    missing: tuple[str, ...]
    """Articles that nobody replied to."""


def read_predictions(
    articles: Mapping[str, KnownArticle], replies: Sequence[Reply], names: Names, choice: int = 1
) -> Predictions:
    """The prediction file of some replies.

    Args:
        articles: Those that were asked about.
        replies: In any order.
        names: Where ids come from.
        choice: Which of several choices is taken, counted from 1.
    """
    by_id = {reply.id: reply for reply in replies}
    fields = (*LAYERS, *([DESCRIBED] if scheme().ids else []))
    parsed = {
        id: parse(chosen(by_id[id], choice) or "", fields) if chosen(by_id[id], choice) else Parsed({}, "none")
        for id in articles
        if id in by_id
    }
    layers = tuple(layer for layer in LAYERS if any(layer in each.fields for each in parsed.values())) or tuple(LAYERS)
    described = [DESCRIBED] if any(DESCRIBED in each.fields for each in parsed.values()) else []
    accounts = {name: Account() for name in (*layers, *described)}
    made = _File(names, accounts)
    states: dict[str, dict[str, str]] = {}
    lines = []
    for id, each in parsed.items():
        states.setdefault(each.state, {})[id] = by_id[id].trouble
        lines.append(made.line(articles[id], each))
    return Predictions(tuple(lines), accounts, states, tuple(id for id in articles if id not in by_id))


class _File:
    """Makes the lines of one file: what an id stands for is said once."""

    def __init__(self, names: Names, accounts: Mapping[str, Account]) -> None:
        self._names = names
        self._accounts = accounts
        self._described: set[tuple[str, str]] = set()

    def line(self, article: KnownArticle, parsed: Parsed) -> dict[str, Any]:
        """The line of an article."""
        text = SearchedText(article.text)
        most = DEFAULT_LIMITS.items_of(len(article.text))
        layers = [layer for layer in self._accounts if layer in LAYERS]
        rows = {layer: parsed.fields.get(layer, []) for layer in layers}
        grounded = {layer: _grounded(text, layer, rows[layer], self._accounts[layer].spans) for layer in layers}
        maker = Maker(self._names, article.topic, {layer: _own_ids(layer, rows[layer]) for layer in layers})
        unplaced: list[dict[str, str]] = []
        lost: list[dict[str, str]] = []
        kept: dict[str, list[Item]] = {}
        for layer in layers:
            account = self._accounts[layer]
            kept[layer], whys = [], list[str]()
            for each, mended in _items(layer, grounded[layer], maker):
                why = each if isinstance(each, str) else "many" if len(kept[layer]) == most else ""
                whys.append(why)
                if not why and not isinstance(each, str):
                    kept[layer].append(each)
                    account.mended.update(mended)
            unplaced += account.settle(layer, rows[layer], whys)
            lost += not_in_text(layer, rows[layer], grounded[layer])
        for layer, items in _joined(kept).items():
            self._accounts[layer].mended += Counter(
                reference=sum(a != b for a, b in zip(kept[layer], items, strict=True))
            )
            kept[layer] = items
        line = {layer: [_plain(item) for item in items] for layer, items in kept.items()}
        said = self._descriptions(kept, maker, parsed.fields.get(DESCRIBED, []), unplaced)
        more = {**({LOST: lost[:most]} if lost else {}), **({UNPLACED: unplaced} if unplaced else {})}
        return {"doc_id": article.id, "text_sha256": article.text_sha256, **line, **said, **more}

    def _descriptions(
        self, kept: Mapping[str, Sequence[Item]], maker: Maker, rows: Sequence[Any], unplaced: list[dict[str, str]]
    ) -> dict[str, Any]:
        """What the ids of a line stand for, where no line before it says so."""
        used = {(each.kind, each.id) for items in kept.values() for item in items for each in walk.references(item)}
        events: dict[str, EventDescription] = {}
        if DESCRIBED in self._accounts:
            account = self._accounts[DESCRIBED]
            whys = []
            for each in rows:
                whys.append(self._event(each, maker, used, events))
                mended = maker.taken()
                account.mended.update(Counter() if whys[-1] else mended)
            unplaced += account.settle(DESCRIBED, rows, whys)
        used |= {("entity", each.place) for each in events.values() if each.place}
        said: dict[str, list[dict[str, Any]]] = {"entities": [], "claims": [], DESCRIBED: []}
        for kind, id in sorted(used):
            name = self._names.name_of(kind, id)
            if (kind, id) in self._described or (name is None and id not in events):
                continue
            self._described.add((kind, id))
            if kind == "event":
                said[DESCRIBED].append(_plain(events.get(id) or EventDescription(id=id, title=name)))
            elif kind in ("entity", "claim"):
                field, called = ("entities", "name") if kind == "entity" else ("claims", "text")
                said[field].append({"id": id, called: name})
        return {field: each for field, each in said.items() if each}

    def _event(self, raw: Any, maker: Maker, used: set[tuple[str, str]], events: dict[str, EventDescription]) -> str:
        """Take what is said of an event; why it is of no use, or nothing."""
        if not isinstance(raw, Mapping):
            return "unread" if isinstance(raw, Unread) else "shape"
        try:
            event = maker.described(raw)
        except UnusableError as error:
            return str(error)
        if ("event", event.id) not in used:
            return "unused"
        if event.id in events or ("event", event.id) in self._described:
            return "again"
        events[event.id] = event
        return ""


def _grounded(text: SearchedText, layer: str, rows: Sequence[Any], tally: Tally) -> list[Grounded | str]:
    """The items of a layer, placed; why not, for what is no item."""
    found = iter(ground(text, LAYERS[layer], [each for each in rows if isinstance(each, Mapping)]))
    made: list[Grounded | str] = []
    for each in rows:
        if isinstance(each, Mapping):
            one = next(found)
            tally.take(one)
            made.append(one)
        else:
            made.append("unread" if isinstance(each, Unread) else "shape")
    return made


def _own_ids(layer: str, rows: Sequence[Any]) -> dict[str, str]:
    """By the id that the reply gives an item of a layer, the one that it has in the line; the first of equal ones."""
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        said = row.get("id") if isinstance(row, Mapping) else None
        if isinstance(said, str | int) and not isinstance(said, bool):
            found.setdefault(str(said), f"{layer}-{number}")
    return found


def _items(
    layer: str, grounded: Sequence[Grounded | str], maker: Maker
) -> Iterator[tuple[Item | str, Mapping[str, int]]]:
    """The items of a layer, or why one is none; and what was mended of each."""
    cluster = walk.cluster_field(LAYERS[layer])
    told: dict[tuple[int, int], str] = {}
    given = set(maker.ids[layer].values())
    for number, each in enumerate(grounded, start=1):
        made = _item(layer, each, maker)
        mended = maker.taken()
        id = getattr(made, cluster) if cluster and not isinstance(made, str) else None
        if id is not None and isinstance(made, SpanItem) and told.setdefault((made.start, made.end), id) != id:
            made = "taken"
        if not isinstance(made, str) and f"{layer}-{number}" in given:
            made = msgspec.structs.replace(made, id=f"{layer}-{number}")
        yield made, mended


def _item(layer: str, each: Grounded | str, maker: Maker) -> Item | str:
    """The item that was placed, or why it is none."""
    if isinstance(each, str):
        return each
    if not each.is_there:
        return each.why(LAYERS[layer])
    try:
        return maker.item(LAYERS[layer], each.value)
    except UnusableError as error:
        return str(error)


def _joined(kept: Mapping[str, Sequence[Item]]) -> dict[str, list[Item]]:
    """The items without references to what is not there, and without parents that they are not inside of."""
    there = {layer: {item.id for item in items} for layer, items in kept.items()}

    def without(item: Item, gone: Callable[[walk.Field, Any], bool]) -> Item:
        fields = [field for field in walk.fields(type(item)) if field.refers and field.refers.to in there]
        lost = [field.name for field in fields if gone(field, getattr(item, field.name))]
        return msgspec.structs.replace(item, **dict.fromkeys(lost)) if lost else item

    def dangles(field: walk.Field, id: Any) -> bool:
        return field.refers is not None and id is not None and id not in there[field.refers.to]

    made = {layer: [without(item, dangles) for item in items] for layer, items in kept.items()}
    quotes = [item for item in made.get("quotes", ()) if isinstance(item, Quote)]
    while wrong := {
        int(pointer.split("/")[2]) for code, pointer, *_ in check_quotes(quotes) if code in ("circle", "nesting")
    }:
        quotes = [msgspec.structs.replace(each, parent=None) if n in wrong else each for n, each in enumerate(quotes)]
    if quotes:
        made["quotes"] = list(quotes)
    return made


def _plain(record: msgspec.Struct) -> dict[str, Any]:
    """A record without what need not be said."""
    value: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    defaults = _defaults(type(record))
    return {name: each for name, each in value.items() if each not in (None, []) and each != defaults[name]}


@functools.cache
def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}
