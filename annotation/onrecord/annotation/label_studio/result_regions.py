"""The regions and relations of a Label Studio result, and everything in them that cannot be used."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.annotation.label_studio import offers
from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import CONTINUES
from onrecord.annotation.label_studio.regions import META, ResultItem
from onrecord.dataset.reading.faults import Wrong, nearest, show
from onrecord.dataset.records import Span


@dataclasses.dataclass
class Region:
    """A stretch of the text with a mark, and the fields on it."""

    id: str
    at: int
    """Index of its ``labels`` item in the result, for pointers."""
    label: str
    span: Span
    meta: dict[str, Any]
    fields: dict[str, list[str]]
    """Values by control."""
    places: dict[str, int]
    """Index of each control's item in the result."""


def regions_of(result: Sequence[ResultItem], text: str, wrong: list[Wrong]) -> dict[str, Region]:
    """The regions by their ids, with the fields on them; what cannot be used is added to ``wrong``."""
    regions: dict[str, Region] = {}
    later: list[tuple[int, ResultItem]] = []
    wrong += offers.faults(result)
    for index, item in enumerate(offers.decided(result)):
        if not isinstance(item, dict):
            wrong.append(("type", f"/{index}", show(item), "an object", ""))
        elif item.get("from_name") in offers.FIELDS:
            continue
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


def _labelled(index: int, item: ResultItem, text: str, wrong: list[Wrong]) -> Region | None:
    value = item.get("value")
    labels = value.get("labels") if isinstance(value, dict) else None
    known = [mark.value for mark in page().marks]
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
    return Region(item["id"], index, labels[0], span, kept if isinstance(kept, dict) else {}, {}, {})


def _set_field(index: int, item: ResultItem, regions: Mapping[str, Region], wrong: list[Wrong]) -> None:
    name, value = item.get("from_name"), item.get("value")
    if name in ("complete", "note"):
        return
    known = str(name) in page().controls
    if not known or not isinstance(value, dict):
        found = f"from_name {show(name)}"
        hint = "" if known else "the export is of another labelling config"
        wrong.append(("field", f"/{index}", found, "a field of the labelling config", hint))
        return
    region = regions.get(str(item.get("id")))
    if region is None:
        wrong.append(("reference", f"/{index}/id", show(item.get("id")), "the id of a labelled region", ""))
        return
    # by its own type and not the form's: an offer that was accepted is a text where there is a menu
    values = value.get({"choices": "choices", "taxonomy": "taxonomy"}.get(str(item.get("type")), "text"))
    if item.get("type") == "taxonomy" and isinstance(values, list):
        # a menu entry is a path, here of one step
        values = [path[-1] if isinstance(path, list) and path else path for path in values]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        wrong.append(("type", f"/{index}/value", show(values), "a list of strings", ""))
        return
    kept = [each.strip() for each in values if each.strip()]
    ask = page().asks.get(str(name))
    if ask is not None and ask.kind != "ids" and not ask.several and len(kept) > 1:
        wrong.append(("field", f"/{index}/value", ", ".join(kept), f"one value for {name}", ""))
        return
    if kept:
        region.fields[str(name)] = kept
        region.places[str(name)] = index


def relations_of(
    result: Sequence[ResultItem], regions: Mapping[str, Region], wrong: list[Wrong]
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
            expected = f"{'; '.join(_possible())}, labelled to fit or not at all"
            wrong.append(("relation", f"/{index}", ends_are, expected, ""))
        else:
            found.append(relation)
    for name in page().relations:
        seen: set[str] = set()
        for one_id, kind, _ in found:
            if kind == name and one_id in seen:
                wrong.append(("relation", f"/{regions[one_id].at}", f"two of {name}", "one", ""))
            if kind == name:
                seen.add(one_id)
    return list(dict.fromkeys(found))


def _relation(one: Region, other: Region, labels: Any) -> tuple[str, str, str] | None:
    label = labels[0] if isinstance(labels, list) and len(labels) == 1 else None
    if label is None and labels:
        return None
    possible = page().allowed
    if (one.label, other.label) not in possible and (other.label, one.label) in possible:  # drawn the other way round
        one, other = other, one
    allowed = possible.get((one.label, other.label), ())
    if label is None and CONTINUES in allowed and len(allowed) > 1:
        inside = other.span.start <= one.span.start and one.span.end <= other.span.end
        name = next(each for each in allowed if (each != CONTINUES) == inside)
    else:
        name = label or (allowed[0] if allowed else "")
    if name not in allowed:
        return None
    if name == CONTINUES and label is None and one.span.start < other.span.start:
        one, other = other, one  # without a label the first segment in the text is the head
    return one.id, name, other.id


def _possible() -> list[str]:
    """Which mark may be tied to which, in words."""
    ends: dict[str, list[str]] = {}
    for one, other in page().allowed:
        ends.setdefault(one, []).append(other)
    return [f"{one} -> {' or '.join(filter(None, (', '.join(every[:-1]), every[-1])))}" for one, every in ends.items()]
