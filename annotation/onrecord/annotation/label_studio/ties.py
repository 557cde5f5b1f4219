"""Parts of an item, such as sources, that nobody tied to it: whose they are all the same, or that it cannot be told.

Whoever draws a quote and then its source and its cue has said which belong together. So an untied part belongs to the
item that was drawn last before it; but only where that is plain: they are in one paragraph, the item has no such part
yet, and no other item that lacks one is nearer in the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import CONTINUES, Form
from onrecord.annotation.label_studio.regions import ResultItem
from onrecord.annotation.label_studio.result_regions import Region
from onrecord.dataset.reading.faults import Wrong
from onrecord.dataset.records import Span

Relation = tuple[str, str, str]
"""From, kind, to."""


def implied(regions: Mapping[str, Region], relations: Sequence[Relation], text: str) -> list[Relation]:
    """The ties of untied parts that the order of drawing implies.

    Args:
        regions: By id, in the order in which they were drawn, which is that of the result.
        relations: Those that were drawn.
        text: The document's text.
    """
    parts = _parts()
    later = {one: head for one, name, head in relations if name == CONTINUES}
    spans: dict[str, list[Span]] = defaultdict(list)
    for region in regions.values():
        spans[later.get(region.id, region.id)].append(region.span)
    has = {(one, name) for one, name, _ in relations}
    ends = {end for one, _, other in relations for end in (one, other)}
    drawn: list[Region] = []
    found: list[Relation] = []
    for region in regions.values():
        if region.label not in parts:
            drawn.append(region)
        elif region.id not in ends:
            form, name = parts[region.label]
            marks = {mark.value for mark in form.marks}
            lacking = [
                (_distance(region.span, spans[each.id]), each.id)
                for each in drawn
                if each.label in marks and each.id not in later and (each.id, name) not in has
                if any("\n" not in _between(region.span, span, text) for span in spans[each.id])
            ]
            if lacking and lacking[-1][0] == min(lacking)[0]:
                found.append((lacking[-1][1], name, region.id))
                has.add((lacking[-1][1], name))
    return found


def untied(
    result: Sequence[ResultItem], regions: Mapping[str, Region], relations: Sequence[Relation]
) -> Iterator[Wrong]:
    """Parts that belong to no item, whether tied or implied."""
    parts = _parts()
    # a relation that cannot be used is told of already
    ends = {end for one, _, other in relations for end in (one, other)}
    ends |= {
        str(item.get(key))
        for item in result
        if isinstance(item, dict) and item.get("type") == "relation"
        for key in ("from_id", "to_id")
    }
    for region in regions.values():
        if region.label in parts and region.id not in ends:
            form, _ = parts[region.label]
            found = f"{region.label} tied to no {form.layer.removesuffix('s')}"
            yield "relation", f"/{region.at}", found, f"a relation to its {form.mark} region", ""


def _parts() -> dict[str, tuple[Form, str]]:
    """The form and the field that a part's mark stands for."""
    return {part.value: (form, name) for form in page().forms for name, part in form.parts.items()}


def _distance(one: Span, others: Sequence[Span]) -> int:
    return min(max(other.start - one.end, one.start - other.end, 0) for other in others)


def _between(one: Span, other: Span, text: str) -> str:
    first, second = sorted((one, other), key=lambda span: span.start)
    return text[first.end : second.start]
