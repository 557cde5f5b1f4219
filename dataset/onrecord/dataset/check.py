"""What must hold of gold labels: surfaces, offsets, ids and the references between layers."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial

from onrecord.dataset.reading.faults import Fault, Wrong, fault_of, nearest, show
from onrecord.dataset.records import (
    LAYERS,
    UNKNOWN,
    Labels,
    Quote,
    Registries,
    Span,
    Stance,
)
from onrecord.dataset.seeds.documents import Document


def spans_of(labels: Labels) -> Iterator[tuple[str, Span]]:
    """Every span of a document's labels with the JSON pointer of the object that holds it."""
    for index, mention in enumerate(labels.mentions):
        yield f"/mentions/{index}", mention.span
    for index, quote in enumerate(labels.quotes):
        for place, segment in enumerate(quote.content):
            yield f"/quotes/{index}/content/{place}", segment
        for name, span in (("source", quote.source), ("cue", quote.cue)):
            if span is not None:
                yield f"/quotes/{index}/{name}", span
    for index, stance in enumerate(labels.stances):
        for place, span in enumerate(stance.evidence):
            yield f"/stances/{index}/evidence/{place}", span
    for index, event in enumerate(labels.events):
        yield f"/events/{index}", event.span


def check_spans(labels: Labels, text: str) -> Iterator[Wrong]:
    """Every span that lies outside the text, is empty, or whose surface is not the slice."""
    units = _Units(text)
    for pointer, span in spans_of(labels):
        if not span.start < span.end <= len(text):
            found = f"[{span.start}, {span.end})"
            yield "offset", pointer, found, f"0 <= start < end <= {len(text)}", partial(units.hint, span)
        elif text[span.start : span.end] != span.text:
            expected = repr(show(text[span.start : span.end]))
            yield "surface", f"{pointer}/text", repr(show(span.text)), expected, partial(units.hint, span)


class _Units:
    """What went wrong with offsets, where one of the usual mistakes explains them."""

    GENERAL = "offsets count Unicode code points from 0, the end is exclusive"

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def utf16(self) -> bytes:
        return self.text.encode("utf-16-le")

    @cached_property
    def utf8(self) -> bytes:
        return self.text.encode("utf-8")

    @cached_property
    def tokens(self) -> list[str]:
        return re.findall(r"\w+|[^\w\s]", self.text)

    def hint(self, span: Span) -> str:
        """The mistake in words."""
        if not span.text:
            return self.GENERAL
        return f"{self._mistake(span)}; {self.GENERAL}"

    def _mistake(self, span: Span) -> str:
        start, end, surface = span.start, span.end, span.text
        if self.utf16[2 * start : 2 * end] == surface.encode("utf-16-le", "surrogatepass"):
            return "these are UTF-16 code units (JavaScript, Java)"
        if self.utf8[start:end] == surface.encode("utf-8", "surrogatepass"):
            return "these are UTF-8 bytes"
        if self.text[start : end + 1] == surface:
            return "the end looks inclusive"
        if re.findall(r"\w+|[^\w\s]", surface) in (self.tokens[start:end], self.tokens[start : end + 1]):
            return "these look like numbers of tokens"
        at = self.text.find(surface)
        if at >= 0:
            return f"the surface stands at [{at}, {at + len(surface)})"
        same = sum(
            1
            for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(self.text[start:], surface, strict=False))
        )
        if same:
            return f"text and surface differ from character {same} of the span on; was the surface normalised?"
        return "the surface does not occur in the text; was it normalised?"


def check_quotes(quotes: Sequence[Quote]) -> Iterator[Wrong]:
    """Empty or disordered content, dangling or circular parents, children outside their parent."""
    by_id = {quote.id: quote for quote in quotes if quote.id is not None}
    for index, quote in enumerate(quotes):
        pointer = f"/quotes/{index}"
        if not quote.content:
            yield "missing-field", f"{pointer}/content", "no segment", "at least one", ""
        for place, (one, next_one) in enumerate(zip(quote.content, quote.content[1:], strict=False), start=1):
            if next_one.start < one.end:
                found = f"starts at {next_one.start}, the segment before it ends at {one.end}"
                yield (
                    "segments",
                    f"{pointer}/content/{place}",
                    found,
                    "segments in order that do not overlap",
                    "",
                )
        if UNKNOWN in quote.speaker and len(quote.speaker) > 1:
            found = ", ".join(quote.speaker)
            yield "speaker", f"{pointer}/speaker", found, f"{UNKNOWN!r} alone, or known speakers", ""
        if quote.parent is None:
            continue
        parent = by_id.get(quote.parent)
        if parent is None:
            expected = "the id of a quote of this document"
            yield "reference", f"{pointer}/parent", quote.parent, expected, partial(nearest, quote.parent, by_id)
        elif _circular(quote, by_id):
            yield "circle", f"{pointer}/parent", quote.parent, "a parent that is not inside this quote", ""
        elif parent.content and any(
            not (parent.content[0].start <= span.start and span.end <= parent.content[-1].end) for span in quote.content
        ):
            expected = f"content inside that of {quote.parent}"
            yield "nesting", f"{pointer}/content", f"content outside {quote.parent}", expected, ""


def _circular(quote: Quote, by_id: dict[str, Quote]) -> bool:
    seen: set[str | None] = {quote.id}
    above = quote.parent
    while above is not None and above in by_id:
        if above in seen:
            return True
        seen.add(above)
        above = by_id[above].parent
    return False


def check_gold(document: Document, labels: Labels, registries: Registries) -> Iterator[Wrong]:
    """Everything that must hold of one article's gold labels."""
    yield from check_spans(labels, document.text)
    yield from check_quotes(labels.quotes)
    count = Counter(item.id for _, item in labels.items())
    for layer in LAYERS:
        for index, item in enumerate(getattr(labels, layer)):
            if item.id is None:
                yield "missing-field", f"/{layer}/{index}/id", "nothing", "an id", ""
            elif count[item.id] > 1:
                yield "repeated-id", f"/{layer}/{index}/id", item.id, "an id used once in a document", ""
    yield from _check_references(labels, registries)
    yield from _check_stances(labels.stances)
    spans_of_layer = {
        "mentions": [mention.span for mention in labels.mentions],
        "events": [event.span for event in labels.events],
    }
    for name, spans in spans_of_layer.items():
        marked = Counter(spans)
        for index, span in enumerate(spans):
            if marked[span] > 1:
                found = f"{span.text!r} [{span.start}, {span.end}) marked {marked[span]} times"
                yield "repeated-span", f"/{name}/{index}", found, "a span marked once in a layer", ""


def _check_references(labels: Labels, registries: Registries) -> Iterator[Wrong]:
    entities = {entity.id: entity for entity in registries.entities}
    events = {event.id for event in registries.events}
    claims = {claim.id for claim in registries.claims}
    quotes = {quote.id for quote in labels.quotes if quote.id}

    def resolve(id: str | None, known: Iterable[str], registry: str, pointer: str) -> Iterator[Wrong]:
        known = set(known)
        if id is not None and id not in known:
            yield "reference", pointer, id, f"an id of {registry}", nearest(id, known)

    for index, mention in enumerate(labels.mentions):
        pointer = f"/mentions/{index}"
        if mention.entity is None:
            yield "missing-field", f"{pointer}/entity", "nothing", "an entity id", ""
        yield from resolve(mention.entity, entities, "the entity registry", f"{pointer}/entity")
        yield from resolve(mention.literal, entities, "the entity registry", f"{pointer}/literal")
        named = entities.get(mention.literal or mention.entity or "")
        if named is not None and mention.type not in ("NORP", named.type):
            expected = f"{named.type}, the type of {named.id}, or NORP"
            yield "type", f"{pointer}/type", f"{mention.type} for {mention.text!r}", expected, ""
    for index, quote in enumerate(labels.quotes):
        pointer = f"/quotes/{index}"
        if not quote.speaker:
            yield "missing-field", f"{pointer}/speaker", "nobody", f"entity ids, or {UNKNOWN!r}", ""
        for place, id in enumerate(quote.speaker):
            yield from resolve(id, [*entities, UNKNOWN], "the entity registry", f"{pointer}/speaker/{place}")
        for place, id in enumerate(quote.relays):
            yield from resolve(id, entities, "the entity registry", f"{pointer}/relays/{place}")
        yield from resolve(quote.utterance, events, "the event registry", f"{pointer}/utterance")
    for index, stance in enumerate(labels.stances):
        pointer = f"/stances/{index}"
        yield from resolve(stance.holder, entities, "the entity registry", f"{pointer}/holder")
        known = {"entity": set(entities), "event": events, "claim": claims}[stance.target.kind]
        yield from resolve(stance.target.id, known, f"the {stance.target.kind} registry", f"{pointer}/target/id")
        yield from resolve(stance.quote, quotes, "the quotes of this document", f"{pointer}/quote")
    for index, event in enumerate(labels.events):
        yield from resolve(event.event, events, "the event registry", f"/events/{index}/event")


def _check_stances(stances: Sequence[Stance]) -> Iterator[Wrong]:
    first: dict[tuple[str, str, str], int] = {}
    for index, stance in enumerate(stances):
        if not stance.evidence:
            yield "empty", f"/stances/{index}/evidence", "no span", "at least one", ""
        key = (stance.holder, stance.target.kind, stance.target.id)
        if key in first:
            expected = "one stance for a holder and a target in a document"
            yield (
                "repeated-stance",
                f"/stances/{index}",
                f"again what /stances/{first[key]} is about",
                expected,
                "",
            )
        first.setdefault(key, index)


def faults_of(file: str, line: int | None, wrong: Iterable[Wrong], within: str = "") -> list[Fault]:
    """``wrong`` as faults of a file; ``within`` is the pointer that theirs are relative to."""
    return [fault_of(file, line, each, within) for each in wrong]
