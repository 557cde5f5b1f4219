"""Linking: which row of the registry a name stands for, or that it stands for none the world knows (NIL).

After the measures of TAC-KBP as defined by neleval: ``strong_typed_link_match`` (here ``link``),
``strong_typed_nil_match`` (``nil``), ``strong_typed_all_match`` (``all``) and ``b_cubed_plus`` (``b3+``). A mention is
found where its offsets and its type are right. Here, as there, *ids* are compared: what the system's id stands for is
what the file says (:func:`onrecord.eval.layers.ids.map_links`), and where its mentions are makes no difference. What
differs: duplicates are counted and not merged, and ``b3+`` asks for the type as well.

A gold entity without a Wikidata id is NIL to the world. Its mention is right where the system says NIL, or names that
very row of the registry; another row that is NIL as well is wrong. So ``link`` and ``nil`` add up to ``all``.

Where nobody knows whether the world has an id for it (``Link.judged``), the mention is left out like optional gold, and
with it what answers it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onrecord.dataset import Mention
from onrecord.dataset.layers import scheme
from onrecord.eval.clusters.measures import b_cubed
from onrecord.eval.clusters.table import Membership, Table
from onrecord.eval.layers.cluster_columns import LinkedNames, counted
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.ids import NIL, Link
from onrecord.eval.layers.layer import MISSED, RIGHT, SPURIOUS, DocumentPair, Layer, State, Verdict
from onrecord.eval.layers.link_columns import LinkedMentions, link_sheet, linked_mentions
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.measure import Measure

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns

MentionFilter = Callable[[Mention], bool]


def is_right(gold: Link, predicted: Link) -> bool:
    """Whether a predicted link is the right one.

    >>> is_right(Link("Q7747", "putin"), Link("Q7747")), is_right(Link("Q7747", "putin"), NIL)
    (True, False)
    >>> is_right(Link(None, "aide"), NIL), is_right(Link(None, "aide"), Link(None, "driver"))
    (True, False)
    """
    if gold.wikidata is not None or predicted.wikidata is not None:
        return gold.wikidata == predicted.wikidata
    return predicted.row is None or predicted.row == gold.row


@dataclasses.dataclass(frozen=True)
class LinkReading:
    """One document's mentions with their links, and what answers what."""

    document: str
    gold: Sequence[Mention]
    predicted: Sequence[Mention]
    gold_links: Sequence[Link]
    links: Sequence[Link]
    partner: Mapping[int, int]
    """Prediction by gold mention, whatever their offsets."""
    excused: frozenset[int]
    """Predictions that are left out: paired with gold that is."""

    def asked(self, g: int) -> bool:
        """Whether a gold mention counts: it is not optional, and its link can be judged."""
        return not self.gold[g].optional and self.gold_links[g].judged

    def found(self, g: int) -> bool:
        """Whether a gold mention is found with its offsets and type."""
        return g in self.partner and _place(self.gold[g]) == _place(self.predicted[self.partner[g]])

    def linked(self, g: int) -> bool:
        """Whether it is found and has the right link."""
        return self.found(g) and is_right(self.gold_links[g], self.links[self.partner[g]])


def _place(mention: Mention) -> tuple[int, int, str]:
    return mention.start, mention.end, mention.type


def _is_name(mention: Mention) -> bool:
    name: str = scheme().mention_kinds[0]
    return mention.kind == name


def _any_kind(_: Mention) -> bool:
    return True


def read_links(pair: DocumentPair) -> LinkReading:
    """Bring one document's mentions together with their links."""
    gold = [item for item in pair.mentions.gold if isinstance(item, Mention)]
    predicted = [item for item in pair.mentions.predicted if isinstance(item, Mention)]
    gold_links = [pair.ids.gold_links.get(item.entity or "", NIL) for item in gold]
    links = [pair.ids.links.get(item.entity or "", NIL) for item in predicted]
    pairs = sorted((each.gold, each.predicted) for each in pair.mentions.pairs)
    partner = _exchanged(gold, predicted, gold_links, links, pairs)
    excused = frozenset(p for g, p in partner.items() if gold[g].optional or not gold_links[g].judged)
    return LinkReading(pair.document.id, gold, predicted, gold_links, links, partner, excused)


def _exchanged(
    gold: Sequence[Mention],
    predicted: Sequence[Mention],
    gold_links: Sequence[Link],
    links: Sequence[Link],
    pairs: Sequence[tuple[int, int]],
) -> dict[int, int]:
    """The pairs, where of predictions that the alignment cannot tell apart the one with the right link is taken."""
    twins: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for p in sorted(range(len(predicted)), key=lambda p: (links[p].wikidata or "", links[p].row or "", p)):
        twins[_place(predicted[p]), predicted[p].kind].append(p)
    partner: dict[int, int] = {}
    left: list[tuple[int, list[int]]] = []
    for g, p in pairs:
        alike = twins[_place(predicted[p]), predicted[p].kind]
        exact = _place(gold[g]) == _place(predicted[p])
        best = next((each for each in alike if exact and is_right(gold_links[g], links[each])), None)
        if best is None:
            left.append((g, alike))
        else:
            alike.remove(best)
            partner[g] = best
    for g, alike in left:
        partner[g] = alike.pop(0)
    return partner


def _state(mentions: LinkReading) -> State:
    kinds = _selected(mentions, _any_kind)
    counts = {**_selected(mentions, _is_name), **{f"{name}[kinds]": counts for name, counts in kinds.items()}}
    return State(counts, said=(Table.of(link_memberships(mentions)),))


def _selected(mentions: LinkReading, selected: MentionFilter) -> dict[str, Counts]:
    gold = [g for g in _required(mentions) if selected(mentions.gold[g])]
    right = [g for g in gold if mentions.linked(g) and selected(mentions.predicted[mentions.partner[g]])]
    predicted = [p for p, item in enumerate(mentions.predicted) if selected(item) and p not in mentions.excused]

    def linked(items: Iterable[int], links: Sequence[Link]) -> int:
        return sum(links[index].wikidata is not None for index in items)

    every = (len(right), len(gold), len(predicted))
    known = (
        linked(right, mentions.gold_links),
        linked(gold, mentions.gold_links),
        linked(predicted, mentions.links),
    )
    return {
        "all": Counts.matched(*every),
        "link": Counts.matched(*known),
        "nil": Counts.matched(*(total - part for total, part in zip(every, known, strict=True))),
    }


def _required(mentions: LinkReading) -> list[int]:
    return [g for g in range(len(mentions.gold)) if mentions.asked(g)]


def link_memberships(mentions: LinkReading) -> list[Membership]:
    """Gold and predicted cluster of every name; two are the same name where offsets, type and link agree.

    B3 of the table of these, over all documents, is ``b3+``. A prediction without an id is a cluster of its own.
    """

    def cluster(p: int) -> tuple[str, str | int]:
        return mentions.document if mentions.predicted[p].entity is None else "", mentions.predicted[p].entity or p

    rows: list[Membership] = []
    answered: set[int] = set()
    for g in _required(mentions):
        if _is_name(mentions.gold[g]):
            p = mentions.partner[g] if mentions.linked(g) else None
            if p is not None and _is_name(mentions.predicted[p]):
                answered.add(p)
                rows.append((mentions.gold[g].entity, cluster(p)))
            else:
                rows.append((mentions.gold[g].entity, None))
    rows += [
        (None, cluster(p))
        for p, item in enumerate(mentions.predicted)
        if _is_name(item) and p not in answered and p not in mentions.excused
    ]
    return rows


def _columns(corpus: Corpus) -> StateColumns:
    return _counted(corpus, _linked(corpus))


def _judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
    from onrecord.eval.layers.item_verdicts import link_verdicts  # only where systems are compared

    mentions = _linked(corpus)
    return _counted(corpus, mentions), link_verdicts(mentions, corpus.gold.codes.type.words)


def _linked(corpus: Corpus) -> LinkedMentions:
    sides = corpus.gold.codes, corpus.predicted.codes
    return linked_mentions(corpus.mentions, sides, corpus.ids.gold_links, corpus.ids.links)


def _counted(corpus: Corpus, mentions: LinkedMentions) -> StateColumns:
    sheet, rows = link_sheet(mentions)
    words, file_words = (side.codes.entity.words for side in (corpus.gold, corpus.predicted))
    names = LinkedNames.of_rows(counted(rows), corpus.mentions, corpus.documents, words, file_words)
    return sheet.columns([names])


def _whole(state: State) -> dict[str, Counts | Score]:
    """B3+ over the corpus: B3 (Bagga and Baldwin, 1998) of names that count as found only where the link is right."""
    return {"b3+": b_cubed(next((each for each in state.said if isinstance(each, Table)), Table.of(())))}


def _verdicts(mentions: LinkReading) -> list[Verdict]:
    found: list[Verdict] = []
    answered: set[int] = set()
    for g in _required(mentions):
        if _is_name(mentions.gold[g]):
            p = mentions.partner.get(g)
            answered.update(each for each in (p,) if each is not None)
            place = ("link", *_place(mentions.gold[g]))
            found.append(Verdict(g, p, _outcome(mentions, g), place, mentions.gold[g].text))
    for p, item in enumerate(mentions.predicted):
        if _is_name(item) and p not in answered and p not in mentions.excused:
            key = ("link", *_place(item), mentions.links[p].wikidata or "", mentions.links[p].row or "")
            found.append(Verdict(None, p, SPURIOUS, key, item.text))
    return found


def _outcome(mentions: LinkReading, g: int) -> str:
    if g not in mentions.partner:
        return MISSED
    gold, predicted = mentions.gold[g], mentions.predicted[mentions.partner[g]]
    if not mentions.found(g):
        return "type" if (gold.start, gold.end) == (predicted.start, predicted.end) else "boundary"
    if not _is_name(predicted):
        return "kind"
    if mentions.linked(g):
        return RIGHT
    link, wanted = mentions.links[mentions.partner[g]], mentions.gold_links[g]
    if wanted.wikidata is None:
        return "nil as link" if link.wikidata is not None else "wrong row"
    return "link as nil" if link.wikidata is None else "wrong link"


_PAGE: dict[str, Any] = {"page": "linking.md", "citation": "neleval"}
_KINDS: dict[str, Any] = {**_PAGE, "detail": True, "view": "kinds"}

LINKS: Layer[LinkReading] = Layer(
    name="links",
    item="mentions",
    measures=(
        Measure("all", "names with the right offsets, type and link, or rightly NIL", **_PAGE),
        Measure("link", "names linked, with the right offsets, type and Wikidata id", **_PAGE),
        Measure("nil", "names that are NIL, with the right offsets and type", **_PAGE),
        Measure(
            "b3+",
            "B3 across documents, where a name is found only with the right link",
            detail=True,
            adds=False,
            **_PAGE,
        ),
        Measure("all[kinds]", "names, nominals and pronouns with the right link, or rightly NIL", **_KINDS),
        Measure("link[kinds]", "names, nominals and pronouns linked rightly", **_KINDS),
        Measure("nil[kinds]", "names, nominals and pronouns that are rightly NIL", **_KINDS),
    ),
    pair=read_links,
    state=_state,
    columns=_columns,
    judged_columns=_judged_columns,
    whole=_whole,
    verdicts=_verdicts,
    outcomes={
        "type": "right place, wrong type",
        "boundary": "right type, other boundaries",
        "kind": "right place, but not called a name",
        "wrong link": "linked, to another",
        "link as nil": "known, but linked to nothing",
        "nil as link": "unknown to the knowledge base, but linked",
        "wrong row": "unknown, and taken for another unknown",
    },
    told_on="entities",
    by_entity_ids=True,
)
