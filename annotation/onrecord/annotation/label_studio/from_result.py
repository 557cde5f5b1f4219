"""The labels that Label Studio's result items hold, and everything in them that cannot be used.

How they hold them, says :mod:`onrecord.annotation.label_studio.regions`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec

from onrecord.annotation.label_studio.labelling import (
    CONTENT,
    CUE,
    EVENT,
    EVIDENCE,
    MENTION_LABELS,
    SOURCE,
    SPAN_LABELS,
)
from onrecord.annotation.label_studio.regions import CHOICES, FIELDS, MENUS, META, SINGLE, Result
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import labels
from onrecord.dataset.reading.faults import Wrong, nearest, show
from onrecord.dataset.records import (
    EventMention,
    Labels,
    Mention,
    MentionKind,
    Noise,
    Quote,
    QuoteMode,
    Span,
    Stance,
    StanceBasis,
    StanceLabel,
    Target,
    TargetKind,
)


@dataclasses.dataclass
class _Region:
    id: str
    at: int
    """Index of its ``labels`` item in the result, for pointers."""
    label: str
    span: Span
    meta: dict[str, Any]
    fields: dict[str, list[str]]
    places: dict[str, int]
    """Index of each field's item in the result."""


def from_result(result: Sequence[Result], text: str) -> tuple[Labels, list[Wrong]]:
    """The labels that an annotation's ``result`` holds, and everything in it that cannot be used.

    Args:
        result: As exported; Label Studio guarantees nothing about it.
        text: The document's text, which offsets refer to.

    Returns:
        The labels in reading order with every item that could be read, and what is wrong with the rest, each with a
        JSON pointer into ``result``. Labels are only to be used where nothing is wrong.
    """
    wrong: list[Wrong] = []
    regions = _regions(result, text, wrong)
    relations = _relations(result, regions, wrong)
    heads = {one: other for one, name, other in relations if name == "continues"}
    parts: dict[str, list[Span]] = defaultdict(list)
    for region in regions.values():
        parts[_head(region.id, heads)].append(region.span)
    tied: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one, name, other in relations:
        if name != "continues":
            tied[_head(one, heads), name].append(_head(other, heads) if name in ("parent", "quote") else other)
    made: dict[str, list[Any]] = {"mentions": [], "quotes": [], "stances": [], "events": []}
    for region in regions.values():
        if region.id in heads:
            for name in region.fields:
                pointer = f"/{region.places[name]}"
                wrong.append(("field", pointer, f"{name} on a later segment", "fields on the first one", ""))
            continue
        layer, values = _values(region, sorted(parts[region.id], key=lambda s: s.start), tied, regions, wrong)
        if layer is None:
            continue
        kind = {"mentions": Mention, "quotes": Quote, "stances": Stance, "events": EventMention}[layer]
        try:
            made[layer].append(msgspec.convert({**values, **_common(region)}, kind))
        except msgspec.ValidationError as error:
            wrong.append(("type", f"/{region.at}", str(error), f"the fields of {kind.__name__}", ""))
    return ordered(labels(**made)), wrong


def _head(id: str, heads: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while id in heads and id not in seen:
        seen.add(id)
        id = heads[id]
    return id


def _regions(result: Sequence[Result], text: str, wrong: list[Wrong]) -> dict[str, _Region]:
    regions: dict[str, _Region] = {}
    later: list[tuple[int, Result]] = []
    for index, item in enumerate(result):
        if not isinstance(item, dict):
            wrong.append(("type", f"/{index}", show(item), "an object", ""))
        elif item.get("type") == "labels":
            region = _labelled(index, item, text, wrong)
            if region is not None and region.id in regions:
                wrong.append(("repeated-id", f"/{index}/id", region.id, "one label for a region", ""))
            elif region is not None:
                regions[region.id] = region
        elif item.get("type") != "relation":
            later.append((index, item))
    for index, item in later:
        _set_field(index, item, regions, wrong)
    return regions


def _labelled(index: int, item: Result, text: str, wrong: list[Wrong]) -> _Region | None:
    value = item.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    known = (*MENTION_LABELS, *SPAN_LABELS)
    if not isinstance(value, dict) or not isinstance(item.get("id"), str):
        wrong.append(("type", f"/{index}", show(item), "a region with an id and a value", ""))
        return None
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in known:
        hint = nearest(str(labels[0]), known) if isinstance(labels, list) and labels else ""
        wrong.append(("label", f"/{index}/value/labels", show(labels), "one of " + ", ".join(known), hint))
        return None
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        found, expected = f"[{show(start)}, {show(end)})", f"0 <= start < end <= {len(text)}"
        wrong.append(("offset", f"/{index}/value", found, expected, "was the task's text changed?"))
        return None
    meta = item.get("meta")
    kept = meta.get(META, {}) if isinstance(meta, dict) else {}
    span = Span(start=start, end=end, text=text[start:end])
    return _Region(item["id"], index, labels[0], span, kept if isinstance(kept, dict) else {}, {}, {})


def _set_field(index: int, item: Result, regions: Mapping[str, _Region], wrong: list[Wrong]) -> None:
    name, value = item.get("from_name"), item.get("value")
    if name in ("complete", "note"):
        return
    if name not in FIELDS or not isinstance(value, dict):
        found = f"from_name {show(name)}"
        hint = "the export is of another labelling config" if name not in FIELDS else ""
        wrong.append(("field", f"/{index}", found, "a field of the labelling config", hint))
        return
    region = regions.get(str(item.get("id")))
    if region is None:
        wrong.append(("reference", f"/{index}/id", show(item.get("id")), "the id of a labelled region", ""))
        return
    values = value.get("choices" if name in CHOICES else "taxonomy" if name in MENUS else "text")
    if name in MENUS and isinstance(values, list):
        # a menu entry is a path, here of one step
        values = [path[-1] if isinstance(path, list) and path else path for path in values]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        wrong.append(("type", f"/{index}/value", show(values), "a list of strings", ""))
        return
    kept = [each.strip() for each in values if each.strip()]
    if name in SINGLE and len(kept) > 1:
        wrong.append(("field", f"/{index}/value", ", ".join(kept), f"one value for {name}", ""))
        return
    if kept:
        region.fields[name] = kept
        region.places[name] = index


def _relations(
    result: Sequence[Result], regions: Mapping[str, _Region], wrong: list[Wrong]
) -> list[tuple[str, str, str]]:
    """(from, kind, to) of every relation, in the direction the label scheme gives it."""
    found: list[tuple[str, str, str]] = []
    for index, item in enumerate(result):
        if not isinstance(item, dict) or item.get("type") != "relation":
            continue
        ends = [regions.get(str(item.get(key))) for key in ("from_id", "to_id")]
        if None in ends:
            key = "from_id" if ends[0] is None else "to_id"
            wrong.append(("reference", f"/{index}/{key}", show(item.get(key)), "the id of a labelled region", ""))
            continue
        one, other = ends
        assert one is not None
        assert other is not None
        if item.get("direction") == "left":
            one, other = other, one
        relation = _relation(one, other, item.get("labels"))
        if relation is None:
            ends_are = f"{one.label} -> {other.label}, labelled {show(item.get('labels'))}"
            expected = (
                "CONTENT -> SOURCE, CUE or CONTENT; EVIDENCE -> EVIDENCE or CONTENT, labelled to fit or not at all"
            )
            wrong.append(("relation", f"/{index}", ends_are, expected, ""))
        else:
            found.append(relation)
    for name in ("continues", "parent", "quote", "source", "cue"):
        seen: set[str] = set()
        for one_id, kind, _ in found:
            if kind == name and one_id in seen:
                wrong.append(("relation", f"/{regions[one_id].at}", f"two of {name}", "one", ""))
            if kind == name:
                seen.add(one_id)
    return list(dict.fromkeys(found))


def _relation(one: _Region, other: _Region, labels: Any) -> tuple[str, str, str] | None:
    label = labels[0] if isinstance(labels, list) and len(labels) == 1 else None
    if label is None and labels:
        return None
    ends = (one.label, other.label)
    if ends in ((SOURCE, CONTENT), (CUE, CONTENT), (CONTENT, EVIDENCE)):  # drawn the other way round
        one, other = other, one
        ends = (one.label, other.label)
    if ends == (CONTENT, CONTENT) and label is None:
        inside = other.span.start <= one.span.start and one.span.end <= other.span.end
        label = "parent" if inside else "continues"
    allowed = {
        (CONTENT, CONTENT): ("parent", "continues"),
        (CONTENT, SOURCE): ("source",),
        (CONTENT, CUE): ("cue",),
        (EVIDENCE, EVIDENCE): ("continues",),
        (EVIDENCE, CONTENT): ("quote",),
    }.get(ends, ())
    name = label or (allowed[0] if allowed else None)
    if name not in allowed or name is None:
        return None
    if name == "continues" and label is None and one.span.start < other.span.start:
        one, other = other, one  # without a label the first segment in the text is the head
    return one.id, name, other.id


def _values(
    region: _Region,
    spans: list[Span],
    tied: Mapping[tuple[str, str], list[str]],
    regions: Mapping[str, _Region],
    wrong: list[Wrong],
) -> tuple[str | None, dict[str, Any]]:
    """The layer a region belongs to and the fields of its item, or None for a part of another item."""

    def one(name: str, vocabulary: Any = None, default: str | None = None) -> str | None:
        chosen = region.fields.get(name, [])
        typed = region.fields.get(f"{name}_new", [])
        if chosen and typed and chosen != typed:
            found = f"{chosen[0]} and {typed[0]}"
            wrong.append(("field", f"/{region.places[name]}", found, f"one {name}", "chosen and typed differ"))
        value = next(iter(chosen or typed), default)
        words = get_args(vocabulary)
        if words and value is not None and value not in words:
            place = region.places.get(name, region.at)
            wrong.append(("label", f"/{place}", value, "one of " + ", ".join(words), nearest(value, words)))
            return default
        return value

    def needed(name: str, vocabulary: Any = None) -> str | None:
        value = one(name, vocabulary)
        if value is None:
            wrong.append(("missing-field", f"/{region.at}", f"no {name} on {region.span.text!r}", f"a {name}", ""))
        return value

    def span_of(name: str) -> Span | None:
        ids = tied.get((region.id, name), [])
        return regions[ids[0]].span if ids else None

    first = spans[0]
    if region.label in MENTION_LABELS:
        return "mentions", {
            **msgspec.structs.asdict(first),
            "type": region.label,
            "kind": one("kind", MentionKind, "name"),
            "entity": needed("entity"),
            "literal": one("literal"),
            "noise": one("noise", Noise),
        }
    if region.label == EVENT:
        return "events", {**msgspec.structs.asdict(first), "event": needed("event") or "?"}
    if region.label == CONTENT:
        return "quotes", {
            "content": tuple(spans),
            "source": span_of("source"),
            "cue": span_of("cue"),
            "speaker": tuple(region.fields.get("speaker", [])),
            "relays": tuple(region.fields.get("relays", [])),
            "parent": next(iter(tied.get((region.id, "parent"), [])), None),
            "mode": one("mode", QuoteMode, "statement"),
            "utterance": one("utterance"),
        }
    if region.label == EVIDENCE:
        kind, _, id = (needed("target") or "claim:?").partition(":")
        if kind not in get_args(TargetKind) or not id:
            place = region.places.get("target", region.places.get("target_new", region.at))
            wrong.append(("target", f"/{place}", f"{kind}:{id}", "entity:ID, event:ID or claim:ID", ""))
            kind, id = "claim", "?"
        return "stances", {
            "holder": needed("holder") or "?",
            "target": Target(kind=msgspec.convert(kind, TargetKind), id=id),
            "label": needed("label", StanceLabel) or "neutral",
            "basis": one("basis", StanceBasis, "stated"),
            "evidence": tuple(spans),
            "quote": next(iter(tied.get((region.id, "quote"), [])), None),
        }
    return None, {}


def _common(region: _Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "annotators": tuple(region.meta.get("annotators", ())),
        "agreed": region.meta.get("agreed"),
        "optional": region.fields.get("optional") == ["optional"],
        "rule": next(iter(region.fields.get("rule", [])), None),
    }


def unused_parts(result: Sequence[Result]) -> Iterator[Wrong]:
    """SOURCE and CUE regions that no quote is tied to."""
    ends = {
        str(item.get(key))
        for item in result
        if isinstance(item, dict) and item.get("type") == "relation"
        for key in ("from_id", "to_id")
    }
    for index, item in enumerate(result):
        if isinstance(item, dict) and item.get("type") == "labels" and isinstance(item.get("value"), dict):
            labels = item["value"].get("labels")
            if labels in ([SOURCE], [CUE]) and item.get("id") not in ends:
                found = f"{labels[0]} {show(item['value'].get('text', ''))!r} tied to no quote"
                yield "relation", f"/{index}", found, "a relation to its CONTENT region", ""
