"""The probe ``speaker-exchange``: two speakers of adjacent quotes exchange, and the gold follows."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.edits import Edit, edges_within
from onrecord.dataset.perturbing.moving import edges
from onrecord.dataset.perturbing.probe import Change, Probe, Setting
from onrecord.dataset.records import Item, Labels, Mention, Quote, SpanItem


@dataclasses.dataclass(frozen=True)
class Spoken:
    """A quote whose source is one name and no more."""

    quote: Quote
    name: Mention
    own: tuple[Item, ...]
    """Pronouns within its words that mean the speaker, and stances that it carries for the speaker."""


def _spoken(article: Article, name_kind: str, pronouns: frozenset[str]) -> list[Spoken]:
    """The quotes whose speaker can be exchanged, in the order of their sources.

    A name that is part of a longer phrase is left alone, since what the phrase says is true of one person only, and so
    is one that a pronoun outside of the quote goes on with.
    """
    labels, text = article.labels, article.document.text
    found = []
    children = {quote.parent for quote in labels.quotes}
    for quote in labels.quotes:
        source = quote.source
        if source is None or len(quote.speaker) != 1 or quote.parent or quote.id in children:
            continue
        name = next((m for m in labels.mentions if m.span == source and m.kind == name_kind), None)
        if name is None or name.literal or name.entity != quote.speaker[0]:
            continue
        around = [m for m in labels.mentions if m is not name and m.start <= name.start and m.end >= name.end]
        if around or _goes_on(quote, name, labels, text, pronouns):
            continue
        own = (
            *(m for m in labels.mentions if m.entity == name.entity and m.kind in pronouns and _within(m, quote)),
            *(stance for stance in labels.stances if stance.quote == quote.id and stance.holder == name.entity),
        )
        found.append(Spoken(quote, name, own))
    return sorted(found, key=lambda each: each.name.start)


def _within(mention: Mention, quote: Quote) -> bool:
    return any(span.start <= mention.start and mention.end <= span.end for span in quote.content)


def _goes_on(quote: Quote, name: Mention, labels: Labels, text: str, pronouns: frozenset[str]) -> bool:
    """Whether the text goes on about the speaker, outside of the quote's words, without a name."""
    later = [m for m in labels.mentions if m.start >= name.end and m.entity == name.entity and not _within(m, quote)]
    following = min(later, key=lambda m: (m.start, -m.end), default=None)
    return following is not None and following.kind in pronouns


def _exchangeable(one: Spoken, other: Spoken, labels: Labels) -> bool:
    """Whether the labels stay right when the two exchange."""
    a, b = one.name, other.name
    if a.entity == b.entity or a.type != b.type or a.text == b.text or a.end > b.start:
        return False
    held = {(stance.holder, stance.target) for stance in labels.stances}
    for spoken, new in ((one, b.entity), (other, a.entity)):
        for item in spoken.own:
            for reference in walk.references(item):
                if reference.kind == "entity" and reference.id == new:
                    return False
            if not isinstance(item, SpanItem) and (new, getattr(item, "target", None)) in held:
                return False
        if any(r.kind == "entity" and r.id == new for r in walk.references(spoken.quote)):
            return False
    return True


def exchanges(article: Article, name_kind: str, pronouns: frozenset[str]) -> list[tuple[Spoken, Spoken]]:
    """The pairs that exchange: adjacent quotes, each in one pair at most."""
    if not {"mentions", "quotes"} <= {*LAYERS}:
        return []
    spoken, edge = _spoken(article, name_kind, pronouns), edges(article)
    free = [s for s in spoken if not edges_within(Edit(s.name.start, s.name.end, ""), edge)]
    found, taken = [], set[str | None]()
    for one, other in itertools.pairwise(free):
        if one.quote.id not in taken and _exchangeable(one, other, article.labels):
            found.append((one, other))
            taken |= {one.quote.id, other.quote.id}
    return found


def _edits(pairs: Sequence[tuple[Spoken, Spoken]]) -> Iterator[Edit]:
    for one, other in pairs:
        for mine, its in ((one.name, other.name), (other.name, one.name)):
            yield Edit(mine.start, mine.end, its.text)


def _labels(labels: Labels, pairs: Sequence[tuple[Spoken, Spoken]]) -> Labels:
    maps: dict[tuple[str, str | None], tuple[str, str]] = {}
    names: dict[str | None, Mention] = {}
    for pair in pairs:
        for mine, its in (pair, pair[::-1]):
            old, new = mine.quote.speaker[0], its.quote.speaker[0]
            for item in (mine.quote, *mine.own):
                maps["mentions" if isinstance(item, Mention) else type(item).__name__, item.id] = old, new
            names[mine.name.id] = its.name

    def one(layer: str, item: Item) -> Item:
        if isinstance(item, Mention) and item.id in names:
            other = names[item.id]
            return msgspec.structs.replace(other, id=item.id, start=item.start, end=item.end, text=item.text)
        found = maps.get(("mentions" if isinstance(item, Mention) else type(item).__name__, item.id))
        if found is None:
            return item
        old, new = found
        item = _by_another(item)
        return walk.with_references(item, lambda kind, id: new if kind == "entity" and id == old else id)

    return labels.changed(one)


def _by_another(item: Item) -> Item:
    """A quote without what is true of it only as long as its speaker said the words: that others report them too."""
    if not isinstance(item, Quote):
        return item
    shared = [field for field in walk.fields(type(item)) if field.refers is not None and field.optional]
    gone = {field.name: None for field in shared if field.refers is not None and field.refers.use == "declares"}
    return msgspec.structs.replace(item, **gone)


def _prepare(gold: Gold, _: Setting) -> Change:
    name, *others = gold.scheme.mention_kinds
    pronouns = frozenset(others)

    def pairs(article: Article) -> list[tuple[Spoken, Spoken]]:
        return exchanges(article, name, pronouns)

    return Change(
        edits=lambda article: sorted(_edits(pairs(article))),
        labels=lambda article: _labels(article.labels, pairs(article)),
    )


SPEAKERS = Probe(
    "speaker-exchange",
    "Two speakers of adjacent quotes exchange; quotes, their stances and what means the speaker within them follow."
    " Whether a system reads who speaks, or knows who would have said it.",
    _prepare,
)
