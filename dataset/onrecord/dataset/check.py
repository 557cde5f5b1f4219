"""What must hold of gold labels: surfaces, offsets, ids and the references between layers."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import get_args

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.faults import Fault, Hints, Wrong, fault_of, nearest, show
from onrecord.dataset.records import UNKNOWN, Labels, Quote, Registries, Span, SpanItem, Stance, TargetKind
from onrecord.dataset.seeds.documents import Document


def spans_of(labels: Labels) -> Iterator[tuple[str, Span]]:
    """Every span of a document's labels with the JSON pointer of the object that holds it."""
    for layer in LAYERS:
        for index, item in enumerate(labels.of(layer)):
            yield from walk.spans(item, f"/{layer}/{index}")


def check_spans(labels: Labels, text: str) -> Iterator[Wrong]:
    """Every span that lies outside the text, is empty, or whose surface is not the slice."""
    yield from check_each_span(spans_of(labels), text)


def check_each_span(spans: Iterable[tuple[str, Span]], text: str) -> Iterator[Wrong]:
    """See :func:`check_spans`; each span comes with the JSON pointer of the object that holds it."""
    units = _Units(text)
    for pointer, span in spans:
        if not span.start < span.end <= len(text):
            found = f"[{span.start}, {span.end})"
            yield "offset", pointer, found, f"0 <= start < end <= {len(text)}", partial(units.hint, span)
        elif text[span.start : span.end] != span.text:
            found = f"the span says {show(span.text)!r}"
            expected = f"what the text has there: {show(text[span.start : span.end])!r}"
            yield "surface", f"{pointer}/text", found, expected, partial(units.hint, span)


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
    """Empty or disordered content, circular parents, children outside their parent."""
    by_id = {quote.id: quote for quote in quotes if quote.id is not None}
    for index, quote in enumerate(quotes):
        if len(quote.content) == 1 and len(quote.speaker) < 2 and quote.parent is None:
            continue  # as most are
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
            continue  # said where references are checked
        if _circular(quote, by_id):
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


def check_items(labels: Labels) -> Iterator[Wrong]:
    """References to items of the same document that lead nowhere, and whatever else must hold within a layer."""
    yield from check_own_references(labels)
    yield from check_quotes(labels.quotes)
    yield from check_stance_labels(labels.stances)


def check_stance_labels(stances: Sequence[Stance]) -> Iterator[Wrong]:
    """Labels of another kind of target: a claim is asserted, denied or doubted; one is for or against other things."""
    allowed = {(kind, label) for kind in get_args(TargetKind) for label in scheme().labels_of(kind)}
    for index, stance in enumerate(stances):
        if (stance.target.kind, stance.label) not in allowed:
            words = scheme().labels_of(stance.target.kind)
            others = " and ".join(kind for kind in get_args(TargetKind) if stance.label in scheme().labels_of(kind))
            expected = f"of {stance.target.kind} one of {', '.join(words)}"
            hint = f"{stance.label} is of {others}"
            yield "label", f"/stances/{index}/label", f"{stance.label} of {stance.target.id}", expected, hint


def check_own_references(labels: Labels) -> Iterator[Wrong]:
    """References to items of the same document that lead nowhere."""
    ids = {layer: {item.id: None for item in labels.of(layer) if item.id} for layer in LAYERS}
    for layer in LAYERS:
        if not {*ids} & walk.referents(LAYERS[layer]):
            continue  # items of this layer refer to no other
        for index, item in enumerate(labels.of(layer)):
            for reference in walk.references(item, f"/{layer}/{index}"):
                known = ids.get(reference.kind)
                if known is not None and reference.id not in known:
                    yield dangling(reference, known)


def dangling(reference: walk.IdReference, known: Iterable[str]) -> Wrong:
    """The fault of a reference to an item of the same document that is none of those there are."""
    expected = f"the id of a {reference.kind.removesuffix('s')} of this document"
    return "reference", reference.pointer, reference.id, expected, partial(nearest, reference.id, known)


def check_gold(document: Document, labels: Labels, registries: Registries) -> Iterator[Wrong]:
    """Everything that must hold of one article's gold labels."""
    yield from check_spans(labels, document.text)
    yield from check_items(labels)
    yield from check_finished(labels, registries)


def check_finished(labels: Labels, registries: Registries) -> Iterator[Wrong]:
    """What must hold of gold labels beside what must hold of any: nothing is missing, and every id has its row."""
    yield from _check_whole(labels)
    yield from _check_references(labels, registries)
    yield from _check_mentions(labels, registries)


def check_document(labels: Labels) -> Iterator[Wrong]:
    """What must hold of one document's gold labels whatever the text and the registries say."""
    yield from check_items(labels)
    yield from _check_whole(labels)


def _check_whole(labels: Labels) -> Iterator[Wrong]:
    count = Counter(item.id for _, item in labels.items())
    for layer in LAYERS:
        items = labels.of(layer)
        marked = Counter(item.span for item in items if isinstance(item, SpanItem))
        for index, item in enumerate(items):
            if item.id is None:
                yield "missing-field", f"/{layer}/{index}/id", "nothing", "an id", ""
            elif count[item.id] > 1:
                yield "repeated-id", f"/{layer}/{index}/id", item.id, "an id used once in a document", ""
            if isinstance(item, SpanItem) and marked[item.span] > 1:
                found = f"{item.text!r} [{item.start}, {item.end}) marked {marked[item.span]} times"
                yield "repeated-span", f"/{layer}/{index}", found, "a span marked once in a layer", ""
    yield from _check_speakers(labels)
    yield from _check_stances(labels.stances)


def _check_references(labels: Labels, registries: Registries) -> Iterator[Wrong]:
    known = registries.ids()
    for layer in LAYERS:
        for index, item in enumerate(labels.of(layer)):
            for kind, id, pointer, use, _ in walk.references(item, f"/{layer}/{index}"):
                if use != "reserved" and kind in known and id not in known[kind]:
                    expected = f"an id of the {kind} registry"
                    yield "reference", pointer, id, expected, partial(nearest, id, known[kind])


def _check_mentions(labels: Labels, registries: Registries) -> Iterator[Wrong]:
    entities = {entity.id: entity for entity in registries.entities}
    for index, mention in enumerate(labels.mentions):
        if mention.entity is None and scheme().ids:
            yield "missing-field", f"/mentions/{index}/entity", "nothing", "an entity id", ""
        named = entities.get(mention.literal or mention.entity or "")
        if named is not None and mention.type not in (*scheme().free_types, named.type):
            expected = ", or ".join([f"{named.type}, the type of {named.id}", *scheme().free_types])
            yield "type", f"/mentions/{index}/type", f"{mention.type} for {mention.text!r}", expected, ""


def _check_speakers(labels: Labels) -> Iterator[Wrong]:
    for index, quote in enumerate(labels.quotes):
        if not quote.speaker and scheme().ids:
            yield "missing-field", f"/quotes/{index}/speaker", "nobody", f"entity ids, or {UNKNOWN!r}", ""


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
                f"another of {stance.holder} on {stance.target.kind}:{stance.target.id}, beside /stances/{first[key]}",
                expected,
                "",
            )
        first.setdefault(key, index)


def faults_of(file: str, line: int | None, wrong: Iterable[Wrong], hints: Hints) -> list[Fault]:
    """``wrong`` as faults of a file, with hints as far as these go."""
    return [fault_of(file, line, hints.of(each)) for each in wrong]
