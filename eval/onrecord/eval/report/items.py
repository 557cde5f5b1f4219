"""What a document view shows: every labelled item, gold and prediction brought together, with its outcome.

Outcomes are those of :attr:`onrecord.eval.layers.layer.Layer.verdicts`, one by one; nothing is judged here a second
time. What the scorer leaves out, optional gold and what answers it, is ``optional``; gold of a layer that the file does
not have is ``not submitted``.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from onrecord.dataset import EventMention, Labels, Mention, Quote, Span, Stance
from onrecord.eval.layers.entities import ENTITIES
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.layer import DocumentPair, Layer, Verdict
from onrecord.eval.layers.links import LINKS
from onrecord.eval.layers.mentions import SpanAlignment, Spanned
from onrecord.eval.layers.quote_pairing import pair_quotes
from onrecord.eval.layers.quotes import QUOTES
from onrecord.eval.layers.stance_pairing import read_stances
from onrecord.eval.layers.stances import STANCES

LAYERS = ("entities", "quotes", "stances", "events")
"""The layers that have items of their own; links are told of on the items of ``entities``."""

OUTCOMES = (
    "right",
    "type",
    "boundary",
    "both",
    "speaker",
    "label",
    "kind",
    "wrong link",
    "link as nil",
    "nil as link",
    "wrong row",
    "missed",
    "spurious",
    "optional",
    "not submitted",
)
"""What may have become of an item, in the order they are shown in."""

OPTIONAL, NOT_SUBMITTED = OUTCOMES[-2:]

UNJUDGED = frozenset({OPTIONAL, NOT_SUBMITTED})
"""Outcomes that no score counts."""

Place = tuple[int, int, str]
"""Start and end in code points, and the part: ``content``, ``source``, ``cue``, ``evidence``, or nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """An item as gold or as the system has it."""

    places: tuple[Place, ...]
    label: str
    """The type of a mention, the label of a stance; empty for quotes and events."""
    fields: tuple[tuple[str, str], ...]
    """Everything else that is known of it, ids as the side's file has them; a name may come more than once."""

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a field."""
        return tuple(value for each, value in self.fields if each == name)


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """A gold item with what answers it, a gold item alone, or a prediction alone."""

    key: str
    """Unique within the document; made of the layer and the place, so that it is the same in every report."""
    layer: str
    outcome: str
    link: str
    """The outcome in the layer ``links``; empty where that does not count the item."""
    gold: Side | None
    predicted: Side | None


@dataclasses.dataclass(frozen=True)
class DocumentItems:
    """All items of a document."""

    document: str
    items: tuple[Item, ...]
    """By layer; gold first, in the order of the scorer."""
    verdicts: Mapping[str, tuple[tuple[str, Verdict], ...]]
    """By layer, ``links`` among them: every verdict of the scorer with the key of the item that it is about."""


def document_items(pair: DocumentPair, submitted: Collection[str]) -> DocumentItems:
    """The items of one document.

    Args:
        pair: The document.
        submitted: Layers that the file has predictions for.
    """
    verdicts = {layer.name: _verdicts(layer, pair, submitted) for layer in (ENTITIES, LINKS, QUOTES, STANCES, EVENTS)}
    drafts = {
        "entities": _mentions(pair.mentions, verdicts["entities"]),
        "quotes": _quotes(pair, verdicts["quotes"]),
        "stances": _stances(pair, verdicts["stances"]),
        "events": _mentions(pair.events, verdicts["events"]),
    }
    items = {layer: _keyed(layer, found) for layer, found in drafts.items()}
    judged = {layer: [item.key for item in found if item.outcome not in UNJUDGED] for layer, found in items.items()}
    links = _link_keys(items["entities"], verdicts["links"] or [])
    outcomes = {key: verdict.outcome for key, verdict in links}
    with_links = [dataclasses.replace(item, link=outcomes.get(item.key, "")) for item in items["entities"]]
    return DocumentItems(
        document=pair.document.id,
        items=(*with_links, *items["quotes"], *items["stances"], *items["events"]),
        verdicts={
            **{layer: tuple(zip(judged[layer], verdicts[layer] or (), strict=True)) for layer in LAYERS},
            "links": tuple(links),
        },
    )


Draft = tuple[str, Side | None, Side | None]
"""Outcome, gold, prediction."""


def _verdicts(layer: Layer, pair: DocumentPair, submitted: Collection[str]) -> list[Verdict] | None:
    assert layer.verdicts is not None
    return layer.verdicts(pair) if layer.name in submitted else None


class _Outcomes:
    """The outcomes of a layer's verdicts, taken one after another in the order in which the scorer makes them."""

    def __init__(self, verdicts: list[Verdict] | None) -> None:
        self._gold, self._alone = (
            iter([verdict.outcome for verdict in verdicts or () if verdict.gold is side]) for side in (True, False)
        )
        self._submitted = verdicts is not None

    def gold(self, optional: bool) -> str:
        if optional:
            return OPTIONAL
        return next(self._gold) if self._submitted else NOT_SUBMITTED

    def alone(self) -> str:
        return next(self._alone) if self._submitted else NOT_SUBMITTED


def _mentions(alignment: SpanAlignment, verdicts: list[Verdict] | None) -> list[Draft]:
    outcomes = _Outcomes(verdicts)
    partner = {pair.gold: pair.predicted for pair in alignment.pairs}
    taken = set(partner.values())
    sides = [_mention_side(item) for item in alignment.predicted]
    drafts: list[Draft] = [
        (outcomes.gold(item.optional), _mention_side(item), sides[partner[g]] if g in partner else None)
        for g, item in enumerate(alignment.gold)
    ]
    return drafts + [(outcomes.alone(), None, side) for p, side in enumerate(sides) if p not in taken]


def _quotes(pair: DocumentPair, verdicts: list[Verdict] | None) -> list[Draft]:
    outcomes = _Outcomes(verdicts)
    found = pair_quotes(pair.gold.quotes, pair.predicted.quotes, pair.document.text, pair.ids)
    partner = {each.gold: each.predicted for each in found}
    taken = set(partner.values())
    sides = [_quote_side(quote, pair.predicted) for quote in pair.predicted.quotes]
    drafts: list[Draft] = [
        (outcomes.gold(quote.optional), _quote_side(quote, pair.gold), sides[partner[g]] if g in partner else None)
        for g, quote in enumerate(pair.gold.quotes)
    ]
    return drafts + [(outcomes.alone(), None, side) for p, side in enumerate(sides) if p not in taken]


def _stances(pair: DocumentPair, verdicts: list[Verdict] | None) -> list[Draft]:
    outcomes, reading = _Outcomes(verdicts), read_stances(pair)
    drafts: list[Draft] = []
    sides = [_stance_side(stance) for stance in reading.predicted]
    taken: set[int] = set(reading.excused)
    for key, stance in reading.required.items():
        answers = reading.right(key) or reading.answers.get(key, ())
        taken.update(answers[:1])
        drafts.append((outcomes.gold(False), _stance_side(stance), sides[answers[0]] if answers else None))
    for key, stance in reading.optional.items():
        excused = [index for index in reading.answers.get(key, ()) if index in reading.excused]
        drafts.append((OPTIONAL, _stance_side(stance), sides[excused[0]] if excused else None))
    return drafts + [(outcomes.alone(), None, side) for p, side in enumerate(sides) if p not in taken]


def _link_keys(items: Sequence[Item], verdicts: Iterable[Verdict]) -> list[tuple[str, Verdict]]:
    """The item that each verdict of links is about: names, by their place in the order of the scorer."""
    gold = iter(i for i in items if i.gold and i.outcome not in UNJUDGED and i.gold.all("kind") == ("name",))
    alone: dict[tuple[Hashable, ...], list[str]] = {}
    for item in sorted(items, key=lambda item: item.gold is not None):  # those without gold are taken first
        if item.predicted is not None and item.predicted.all("kind") == ("name",):
            start, end, _ = item.predicted.places[0]
            alone.setdefault((start, end, item.predicted.label), []).append(item.key)
    found: list[tuple[str, Verdict]] = []
    for verdict in verdicts:
        if verdict.gold:
            found.append((next(gold).key, verdict))
            continue
        place = verdict.key[1:4]
        found.append((alone[place].pop(0), verdict))
    return found


_LETTERS = {"entities": "m", "quotes": "q", "stances": "s", "events": "e"}


def _keyed(layer: str, drafts: Sequence[Draft]) -> list[Item]:
    used: Counter[str] = Counter()
    items = []
    for outcome, gold, predicted in drafts:
        side = gold or predicted
        assert side is not None
        place = f"{side.places[0][0]}-{side.places[0][1]}" if side.places else "none"
        key = f"{_LETTERS[layer]}{'' if gold else 'p'}{place}"
        used[key] += 1
        unique = key if used[key] == 1 else f"{key}~{used[key]}"
        items.append(Item(unique, layer, outcome, "", gold, predicted))
    return items


def _mention_side(item: Spanned) -> Side:
    place = ((item.start, item.end, ""),)
    if isinstance(item, EventMention):
        return Side(place, "", _given([("event", item.event)]))
    return Side(place, item.type, _mention_fields(item))


def _mention_fields(item: Mention) -> tuple[tuple[str, str], ...]:
    return _given([("kind", item.kind), ("entity", item.entity), ("literal", item.literal), ("noise", item.noise)])


def _quote_side(quote: Quote, labels: Labels) -> Side:
    parts = [(quote.source, "source"), (quote.cue, "cue")]
    parent = next((each for each in labels.quotes if quote.parent is not None and each.id == quote.parent), None)
    return Side(
        places=(
            *_places(quote.content, "content"),
            *(place for span, role in parts if span is not None for place in _places([span], role)),
        ),
        label="",
        fields=_given(
            [
                *(("speaker", id) for id in quote.speaker),
                *(("relay", id) for id in quote.relays),
                ("mode", quote.mode),
                ("inside", None if parent is None else " … ".join(span.text for span in parent.content)),
                ("utterance", quote.utterance),
            ]
        ),
    )


def _stance_side(stance: Stance) -> Side:
    return Side(
        places=_places(stance.evidence, "evidence"),
        label=stance.label,
        fields=_given(
            [("holder", stance.holder), (f"target {stance.target.kind}", stance.target.id), ("basis", stance.basis)]
        ),
    )


def _places(spans: Iterable[Span], role: str) -> tuple[Place, ...]:
    return tuple((span.start, span.end, role) for span in spans)


def _given(fields: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in fields if value is not None)
