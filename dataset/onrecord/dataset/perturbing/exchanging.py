"""The probes that put known names in other places: ``alias`` and ``places-and-people-exchange``."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.edits import Edit, edges_within
from onrecord.dataset.perturbing.moving import edges
from onrecord.dataset.perturbing.names import PERSON, unlinked
from onrecord.dataset.perturbing.probe import Change, Probe, Setting
from onrecord.dataset.perturbing.renaming import WORD, Initials, Renaming, is_caseless, key
from onrecord.dataset.records import Entity, Mention, Registries

EXCHANGED = "not looked for: the name is that of another"
"""What is said of the Wikidata id of a row whose name another has now."""

_EXCHANGED_TYPES = (PERSON, "GPE")


def _names(gold: Gold) -> Iterator[tuple[Article, Mention]]:
    """The mentions by name."""
    if "mentions" in LAYERS:
        name = gold.scheme.mention_kinds[0]
        for article in gold.articles:
            yield from ((article, mention) for mention in article.labels.mentions if mention.kind == name)


def _meant(mention: Mention) -> str | None:
    """The entity whose name it is: of a metonymy the one that is literally named."""
    return mention.literal or mention.entity


def _alias(gold: Gold, setting: Setting) -> Change:
    types: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, mention in _names(gold):
        types[_meant(mention) or "", mention.text].add(mention.type)
    rows = {row.id: row for row in gold.registries.entities}

    def others(mention: Mention) -> list[str]:
        row = rows.get(_meant(mention) or "")
        if row is None:
            return []
        said = dict.fromkeys((row.name, *row.aliases))
        fitting = (name for name in said if types.get((row.id, name), {row.type}) == {mention.type})
        return [name for name in fitting if key(name) != key(mention.text) and _can_stand_for(name, mention.text)]

    def edits(article: Article) -> list[Edit]:
        edge, found, end = edges(article), list[Edit](), 0
        places = {(mention.start, mention.end): mention for mention in _by_name(article, gold)}
        for (start, stop), mention in sorted(places.items()):
            choice = others(mention)
            if start < end or not choice:
                continue
            other = setting.draw("alias", article.document.id, start).choice(choice)
            loud = any(len(word) >= _LOUD and word.isupper() for word in WORD.findall(mention.text))
            edit = Edit(start, stop, other.upper() if loud else other)
            if not edges_within(edit, edge):
                found.append(edit)
                end = stop
        return found

    return Change(edits=edits)


_LOUD = 5
"""A shorter word in capitals may be an acronym."""

_ARTICLE = "the"


def _can_stand_for(name: str, surface: str) -> bool:
    """Whether a name can stand where another one does: a heading of a row such as ``Territory of Belarus`` might not,
    and nothing with an article of its own where there is one already.
    """
    words, others = WORD.findall(name), WORD.findall(surface)
    if not words or not others or any(word.islower() and not is_caseless(word) for word in words):
        return False
    return (key(words[0]) == _ARTICLE) == (key(others[0]) == _ARTICLE)


def _by_name(article: Article, gold: Gold) -> list[Mention]:
    if "mentions" not in LAYERS:
        return []
    return [mention for mention in article.labels.mentions if mention.kind == gold.scheme.mention_kinds[0]]


ALIAS = Probe(
    "alias",
    "A name becomes another one of the same row of the registry, of the same type. Whether an entity is known by each"
    " of its names.",
    _alias,
)


def _exchange(gold: Gold, setting: Setting) -> Change:
    rows = [row for row in gold.registries.entities if row.type in _EXCHANGED_TYPES]
    used = {_meant(mention) for _, mention in _names(gold)}
    table: dict[str, str] = {}
    changed: set[str] = set()
    for one, other in _pairs([row for row in rows if row.id in used], setting):
        words = dict(zip(_words(one), _words(other), strict=True))
        both = {**words, **{new: old for old, new in words.items()}}
        if len(both) == len({*both.values()}) == 2 * len(words) and both.keys().isdisjoint(table):
            table |= both
            changed |= {one.id, other.id}
    acronyms = frozenset(word for word in table if _is_acronym(word, rows))
    made = Renaming(table, frozenset(), acronyms, Initials({}, {}))

    def registries(registries: Registries) -> Registries:
        exchanged = {row.id for row in registries.entities if row.id in changed or made.words(row.name) != row.name}
        return unlinked(registries, EXCHANGED, frozenset(exchanged))

    return Change(edits=lambda article: made.edits(article.document.text), registries=registries, words=made.words)


def _pairs(rows: Sequence[Entity], setting: Setting) -> Iterator[tuple[Entity, Entity]]:
    """Rows of one type whose names have the same form, by twos."""
    alike: dict[tuple[object, ...], list[Entity]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        shape = tuple(tuple(word.isupper() for word in WORD.findall(name)) for name in (row.name, *row.aliases))
        alike[row.type, shape].append(row)
    for form, several in sorted(alike.items(), key=str):
        setting.draw("exchange", form).shuffle(several)
        yield from itertools.combinations(several, 2)


def _words(row: Entity) -> list[str]:
    """The words of all names of a row, each once."""
    return list(dict.fromkeys(key(word) for name in (row.name, *row.aliases) for word in WORD.findall(name)))


def _is_acronym(word: str, rows: Sequence[Entity]) -> bool:
    written = {each for row in rows for name in (row.name, *row.aliases) for each in WORD.findall(name)}
    return len(word) > 1 and all(each.isupper() for each in written if key(each) == word)


EXCHANGE = Probe(
    "places-and-people-exchange",
    "Two persons, or two places, exchange their names everywhere, and so do their rows; ids stay, links are not looked"
    " for. Whoever goes by what is known of the world names the wrong one.",
    _exchange,
    unlinks=True,
)
