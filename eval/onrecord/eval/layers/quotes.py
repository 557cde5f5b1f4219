"""Quotes: found or not, by whom, and through whom.

Which prediction answers which gold quote is settled once (:mod:`onrecord.eval.layers.quote_pairing`); everything here
is read off those pairs. F1 has every quote of either side in its denominators. Shares of matched quotes (who, through
whom, how, where) rise when fewer quotes are found, so they stand beside ``matched``, the share of gold quotes that they
look at. Optional gold that is not found is not missed, and what is paired with it is not counted.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from onrecord.dataset import Quote, Span
from onrecord.dataset.derive import QuoteType, crosses_sentence, quote_type
from onrecord.dataset.layers import scheme
from onrecord.dataset.records import UNKNOWN, Labels
from onrecord.dataset.scheme import Scheme
from onrecord.dataset.seeds.documents import ContentKind, Document
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import MISSED, OPTIONAL, RIGHT, SPURIOUS, Compared, DocumentPair, Layer, State, Verdict
from onrecord.eval.layers.not_in_text import charging
from onrecord.eval.layers.quote_columns import pair_all, quote_sheet
from onrecord.eval.layers.quote_pairing import QuotePair, gold_speakers, pair_quotes, place
from onrecord.eval.layers.quote_sides import PairedQuotes, Quotes
from onrecord.eval.layers.shown import given, in_words
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.matching.similarity import dice, parts
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns

__all__ = ["QuotePair", "kinds_of_quotes", "pair_quotes", "quotes", "slices"]

MIN_DICE = 0.5
"""A source or cue that shares less with the gold one is as good as none: a span over a whole document earns nothing."""


@functools.cache
def kinds_of_quotes(modes: tuple[str, ...]) -> dict[str, str]:
    """Kinds of gold quotes under a scheme with some modes, each a share of its own, with what they are."""
    return {
        **{name: f"{name} quotes" for name in get_args(QuoteType)},
        **{name: f"quotes whose mode is {name}" for name in modes},
        "cross_sentence": "quotes whose source stands in another sentence",
        "nested": "quotes inside another",
        "relayed": "quotes passed on by others",
        "discontinuous": "quotes of several segments",
        **{name: f"quotes that begin in a {name}" for name in get_args(ContentKind)},
    }


def _kinds_in_force() -> dict[str, str]:
    return kinds_of_quotes(scheme().quote_modes)


@dataclasses.dataclass(frozen=True)
class QuoteReading:
    """One document's quotes and how they are paired."""

    pair: DocumentPair
    pairs: tuple[QuotePair, ...]

    @property
    def gold(self) -> tuple[Quote, ...]:
        """The gold quotes."""
        return self.pair.gold.quotes

    @property
    def predicted(self) -> tuple[Quote, ...]:
        """The predictions."""
        return self.pair.predicted.quotes

    def matches(self) -> list[tuple[int, int]]:
        """Gold and predicted index of every pair."""
        return [(each.gold, each.predicted) for each in self.pairs]

    @property
    def counted(self) -> list[QuotePair]:
        """The pairs whose gold is not optional."""
        return [each for each in self.pairs if not self.pair.gold.quotes[each.gold].optional]

    def both(self) -> Iterator[tuple[Quote, Quote, QuotePair]]:
        """Gold and prediction of each counted pair."""
        for each in self.counted:
            yield self.pair.gold.quotes[each.gold], self.pair.predicted.quotes[each.predicted], each

    def counts(self, matched: float) -> Counts:
        """Of an F1 over all quotes."""
        gold, predicted = self.pair.gold.quotes, self.pair.predicted.quotes
        counted = len(self.counted)
        total = sum(not quote.optional for quote in gold)
        return Counts.matched(matched, total, len(predicted) - (len(self.pairs) - counted))


def read_quotes(pair: DocumentPair) -> QuoteReading:
    """Bring one document's quotes together."""
    return QuoteReading(pair, tuple(pair_quotes(pair.gold.quotes, pair.predicted.quotes, pair.document.text, pair.ids)))


def _state(reading: QuoteReading) -> State:
    segments = _segments(reading.pair)
    return State({**_found(reading), "segments": segments, **_attributes(reading), **_by_slice(reading)})


def _columns(corpus: Corpus) -> StateColumns:
    return quote_sheet(*_paired(corpus), list(_kinds_in_force())).columns()


def _judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
    from onrecord.eval.layers.item_verdicts import quote_verdicts  # only where systems are compared

    paired = _paired(corpus)
    return quote_sheet(*paired, list(_kinds_in_force())).columns(), quote_verdicts(*paired)


def _paired(corpus: Corpus) -> tuple[Quotes, PairedQuotes]:
    sides = corpus.gold, corpus.predicted
    quotes = Quotes.of(
        len(corpus.documents),
        (sides[0].quotes, sides[1].quotes),
        (sides[0].codes, sides[1].codes),
        corpus.entity,
        corpus.actor,
    )
    return quotes, pair_all(quotes)


def slice_bits(quotes: Sequence[Quote], document: Document) -> list[int]:
    """The kinds of each quote of a document, as bits in the order of :func:`kinds_of_quotes`."""
    bit = {name: 1 << place for place, name in enumerate(_kinds_in_force())}
    return [sum(bit[name] for name in kinds) for kinds in slices(quotes, document)]


def _found(reading: QuoteReading) -> dict[str, Counts]:
    counted, ids = reading.counted, reading.pair.ids
    points = {
        "joint": sum(each.speaker for each in counted),
        "joint[actor]": sum(_same_actors(g, p, each, ids) for g, p, each in reading.both()),
        "detection@0.5": len(counted),
        "detection@0.8": sum(each.similarity >= 0.8 for each in counted),
        "exact": sum(each.similarity == 1 for each in counted),
        "soft": math.fsum(each.similarity for each in counted),
        "joint+chain": sum(each.speaker and _same_chain(g, p, ids) for g, p, each in reading.both()),
    }
    return {name: reading.counts(value) for name, value in points.items()}


def _segments(pair: DocumentPair) -> Counts:
    """Every segment as a quote of its own: what a system that tags tokens can give."""
    gold, predicted = (
        [Quote(content=(segment,), optional=quote.optional) for quote in labels.quotes for segment in quote.content]
        for labels in (pair.gold, pair.predicted)
    )
    pairs = pair_quotes(gold, predicted, pair.document.text, pair.ids)
    counted = sum(not gold[each.gold].optional for each in pairs)
    return Counts.matched(counted, sum(not each.optional for each in gold), len(predicted) - (len(pairs) - counted))


def _attributes(reading: QuoteReading) -> dict[str, Counts]:
    """Shares: ``gold_matched`` of ``gold``; the predicted side is not used."""
    pair, both = reading.pair, list(reading.both())
    parents = list(_right_parents(reading))
    total = len(both)
    relayed = [(g, p) for g, p, _ in both if g.relays]
    nested = [right for (g, _, _), right in zip(both, parents, strict=True) if g.parent is not None]
    return {
        "matched": Counts(total, sum(not quote.optional for quote in pair.gold.quotes)),
        "speaker": Counts(sum(each.speaker for _, _, each in both), total),
        "speaker[actor]": Counts(sum(_same_actors(g, p, each, pair.ids) for g, p, each in both), total),
        "speaker[soft]": Counts(math.fsum(_jaccard(g, p, pair.ids) for g, p, _ in both), total),
        "relay": Counts(sum(_same_chain(g, p, pair.ids) for g, p, _ in both), total),
        "relay[relayed]": Counts(sum(_same_chain(g, p, pair.ids) for g, p in relayed), len(relayed)),
        "parent": Counts(sum(parents), total),
        "parent[nested]": Counts(sum(nested), len(nested)),
        "mode": Counts(sum(g.mode == p.mode for g, p, _ in both), total),
        "source": Counts(math.fsum(_overlap(g.source, p.source) for g, p, _ in both), total),
        "cue": Counts(math.fsum(_overlap(g.cue, p.cue) for g, p, _ in both), total),
    }


def _same_actors(gold: Quote, predicted: Quote, pair: QuotePair, ids: IdMap) -> bool:
    """Whether the predicted speakers act for the actors that the gold speakers act for."""
    if pair.speaker:
        return True
    one, other = gold_speakers(gold), ids.speakers(predicted.speaker)
    return {ids.actor(each) for each in one} == {ids.actor(each) for each in other}


def _same_chain(gold: Quote, predicted: Quote, ids: IdMap) -> bool:
    return ids.chain(predicted.relays) == gold.relays


def _jaccard(gold: Quote, predicted: Quote, ids: IdMap) -> float:
    speakers, known = gold_speakers(gold), ids.speakers(predicted.speaker) - {None}
    strangers = {id for id in predicted.speaker if id != UNKNOWN and id not in ids.entity}
    return len(speakers & known) / (len(speakers | known) + len(strangers))


def _overlap(gold: Span | None, predicted: Span | None) -> float:
    if gold is None or predicted is None:
        return float(gold is predicted)
    value = dice(parts([(gold.start, gold.end)]), parts([(predicted.start, predicted.end)]))
    return value if value >= MIN_DICE else 0.0


def _right_parents(reading: QuoteReading) -> Iterator[bool]:
    """Whether each matched quote stands inside what answers the gold quote's parent.

    An optional parent that the system does not have is passed over: its own parent stands in for it.
    """
    gold, predicted = reading.pair.gold.quotes, reading.pair.predicted.quotes
    at = {quote.id: index for index, quote in enumerate(gold) if quote.id is not None}
    other_at = {quote.id: index for index, quote in enumerate(predicted) if quote.id is not None}
    partner = {each.gold: each.predicted for each in reading.pairs}
    for quote, other, _ in reading.both():
        above, seen = _index(quote.parent, at), set[int]()
        while above is not None and gold[above].optional and above not in partner and above not in seen:
            seen.add(above)
            above = _index(gold[above].parent, at)
        other_above = _index(other.parent, other_at)
        yield other_above is None if above is None else other_above is not None and partner.get(above) == other_above


def _index(id: str | None, at: Mapping[str, int]) -> int | None:
    return None if id is None else at.get(id)


def _by_slice(reading: QuoteReading) -> dict[str, Counts]:
    gold, document = reading.pair.gold.quotes, reading.pair.document
    kinds = slices(gold, document)
    partner = {each.gold: each for each in reading.counted}
    required = [(kinds[g], partner.get(g)) for g, quote in enumerate(gold) if not quote.optional]
    counts: dict[str, Counts] = {}
    for name in _kinds_in_force():
        found = [each for of, each in required if name in of]
        counts[f"joint[{name}]"] = Counts(sum(each is not None and each.speaker for each in found), len(found))
        counts[f"detection[{name}]"] = Counts(sum(each is not None for each in found), len(found))
    return counts


def slices(quotes: Sequence[Quote], document: Document) -> list[frozenset[str]]:
    """The kinds, of those of :func:`kinds_of_quotes`, that each quote of a document is of."""
    by_id = {quote.id: quote for quote in quotes if quote.id is not None}
    return [frozenset(_kinds(quote, by_id.get(quote.parent or ""), document)) for quote in quotes]


def _type(quote: Quote, text: str, parent: Quote | None) -> QuoteType:
    """The derived type, from the paragraphs of the content alone: quote marks do not reach beyond theirs."""
    if parent is not None:
        return quote_type(quote, text, parent)
    low = text.rfind("\n", 0, min(span.start for span in quote.content)) + 1
    high = text.find("\n", max(span.end for span in quote.content))
    content = tuple(Span(start=span.start - low, end=span.end - low, text=span.text) for span in quote.content)
    return quote_type(Quote(content=content), text[low : high + 1 if high >= 0 else len(text)])


def _kinds(quote: Quote, parent: Quote | None, document: Document) -> Iterator[str]:
    yield _type(quote, document.text, parent)
    yield quote.mode
    section = document.section_at(quote.content[0].start)
    if section is not None:
        yield section.kind
    if crosses_sentence(quote, document.text):
        yield "cross_sentence"
    if quote.parent is not None:
        yield "nested"
    if quote.relays:
        yield "relayed"
    if len(quote.content) > 1:
        yield "discontinuous"


def _verdicts(reading: QuoteReading) -> list[Verdict]:
    pair = reading.pair
    partner = {each.gold: each for each in reading.pairs}
    taken = {each.predicted for each in reading.pairs}
    found: list[Verdict] = []
    for g, quote in enumerate(reading.gold):
        answer = partner.get(g)
        outcome = OPTIONAL if quote.optional else MISSED if answer is None else RIGHT if answer.speaker else "speaker"
        p = None if answer is None else answer.predicted
        found.append(Verdict(g, p, outcome, _key(quote, gold_speakers(quote)), in_words(quote)))
    for p, quote in enumerate(reading.predicted):
        if p not in taken:
            key = _key(quote, pair.ids.speakers(quote.speaker))
            found.append(Verdict(None, p, SPURIOUS, key, in_words(quote)))
    return found


def _key(quote: Quote, speakers: Iterable[str | None]) -> tuple[Hashable, ...]:
    return "quote", place(quote.content), tuple(sorted(id or "" for id in speakers))


def _shown(quote: Quote, labels: Labels) -> tuple[tuple[str, str], ...]:
    parent = next((each for each in labels.quotes if quote.parent is not None and each.id == quote.parent), None)
    return given(
        [
            *(("speaker", id) for id in quote.speaker),
            *(("addressee", id) for id in quote.addressee),
            *(("relay", id) for id in quote.relays),
            ("mode", quote.mode),
            ("inside", None if parent is None else in_words(parent)),
            ("utterance", quote.utterance),
        ]
    )


_MATCHED = "matched quotes"

_FOUND: dict[str, Any] = {"page": "quotes-detection.md"}
_SPOKEN: dict[str, Any] = {"page": "quotes-joint.md"}
_ASIDE: dict[str, Any] = {**_SPOKEN, "detail": True, "share": _MATCHED}

_OF_IDS = frozenset({"joint", "joint+chain", "speaker", "relay"})
"""Measures, whatever the slice, that need to know who is who."""


def _measures(scheme: Scheme) -> tuple[Measure, ...]:
    return (
        Measure("joint", "quotes found (similarity at least one half) with every speaker right", **_SPOKEN),
        Measure("joint[actor]", "the same, every speaker as the actor that it acts for", view="actor", **_SPOKEN),
        Measure("detection@0.5", "quotes found, whoever said them", **_FOUND),
        Measure("detection@0.8", "quotes found with a similarity of at least 0.8", detail=True, **_FOUND),
        Measure("exact", "quotes found with a similarity of 1", detail=True, **_FOUND),
        Measure("soft", "the similarity of each quote found, summed", **_FOUND),
        Measure("joint+chain", "quotes found with every speaker and the whole relay chain right", **_SPOKEN),
        Measure("segments", "segments found, each as a quote of its own", detail=True, **_FOUND),
        Measure("matched", "gold quotes found: what the following shares look at", share="gold quotes", **_SPOKEN),
        Measure("speaker", "every speaker right", share=_MATCHED, **_SPOKEN),
        Measure("speaker[actor]", "the same, by the actors that they act for", _MATCHED, view="actor", **_SPOKEN),
        Measure("speaker[soft]", "Jaccard of gold and predicted speakers", **_ASIDE),
        Measure("relay", "the whole relay chain right, in its order", **_ASIDE),
        Measure(
            "relay[relayed]",
            "the same of those that gold gives a relay",
            share="matched relayed quotes",
            detail=True,
            view="relayed",
            **_SPOKEN,
        ),
        Measure("parent", "inside the right quote, or inside none", **_ASIDE),
        Measure(
            "parent[nested]",
            "the same of those inside another",
            share="matched nested quotes",
            detail=True,
            view="nested",
            **_SPOKEN,
        ),
        Measure("mode", "statement or thought", **_ASIDE),
        Measure("source", "Dice of the source, nothing below one half; 1 where neither side has one", **_ASIDE),
        Measure("cue", "Dice of the cue, nothing below one half; 1 where neither side has one", **_ASIDE),
        *(
            Measure(f"{measure}[{name}]", f"{what}, of {kind}", share=kind, detail=True, view=name, **_SPOKEN)
            for name, kind in kinds_of_quotes(scheme.quote_modes).items()
            for measure, what in (("joint", "found with every speaker right"), ("detection", "found"))
        ),
    )


_COMPARED_IDS = Compared("speaker", ordered=False), Compared("addressee", ordered=False), Compared("relays")


@functools.cache
def quotes(scheme: Scheme) -> Layer[QuoteReading]:
    """The layer of quotes as a scheme has it."""
    layer: Layer[QuoteReading] = Layer(
        name="quotes",
        item="quotes",
        measures=tuple(m for m in _measures(scheme) if scheme.ids or m.name.partition("[")[0] not in _OF_IDS),
        pair=read_quotes,
        state=_state,
        columns=_columns,
        judged_columns=_judged_columns,
        verdicts=_verdicts,
        outcomes={"speaker": "found, but not said by whom"},
        matches=QuoteReading.matches,
        compared=(Compared("mode"), *(_COMPARED_IDS if scheme.ids else ())),
        agreed_by=(*(("joint", "joint[actor]") if scheme.ids else ()), "detection@0.5", "exact"),
        units="mode",
        shown=_shown,
    )
    return charging(layer, lambda reading: reading.pair.unplaced, _F1)


_F1 = ("joint", "joint[actor]", "detection@0.5", "detection@0.8", "exact", "soft", "joint+chain")
"""The measures with every quote of either side in their denominators: what is not in the text is a prediction more."""
