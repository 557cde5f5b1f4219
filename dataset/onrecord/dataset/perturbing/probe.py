"""What a probe is: a change of articles under their labels, and of the registries with them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping, Sequence

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.perturbing.edits import Edit
from onrecord.dataset.records import Labels, Registries
from onrecord.dataset.seeds.documents import SeedDescription


@dataclasses.dataclass(frozen=True)
class Page:
    """The page that an article was taken from."""

    description: SeedDescription
    """What its parts are."""
    decoded: str
    """The page itself."""


Pages = Mapping[str, Page]
"""Pages by the id of the article."""


def _no_edits(_: Article) -> Sequence[Edit]:
    return ()


def _same_labels(article: Article) -> Labels:
    return article.labels


def _same(text: str) -> str:
    return text


@dataclasses.dataclass(frozen=True)
class Change:
    """What a probe does to one corpus: pure functions, that of the edits first."""

    edits: Callable[[Article], Sequence[Edit]] = _no_edits
    """Of an article: ascending and disjoint."""
    labels: Callable[[Article], Labels] = _same_labels
    """The labels as they are to be on the changed article, on the offsets of the old one."""
    registries: Callable[[Registries], Registries] = lambda rows: rows
    """Rows keep their order and number: a row is the same as the one at its place before."""
    words: Callable[[str], str] = _same
    """What is said in words of an article beside its text, such as its publisher, and in a registry."""
    told: Callable[[str], str] = _same
    """What is said on the card of the corpus, and of who made the labels."""
    ids: Callable[[str], str] = _same
    """Every id, of articles, items, entities, events, claims, topics; one to one."""
    documents: Callable[[str], str] = _same
    """The ids of the articles alone, after that; one to one."""


@dataclasses.dataclass(frozen=True)
class Probe:
    """A kind of change that leaves the labels exact."""

    name: str
    about: str
    """What it does and what it asks of a system, in a sentence of Markdown."""
    prepare: Callable[[Gold, Setting], Change]
    """Looks at a whole corpus and says what becomes of it."""
    variants: tuple[str, ...] = ()
    """Ways of doing it, the one that is taken where none is named first; none where there is one way."""
    pages: bool = False
    """Whether it needs the pages that the articles were taken from."""
    unlinks: bool = False
    """Whether links of entities to Wikidata are not looked for any more."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """How a probe is asked for."""

    seed: int = 0
    variant: str = ""
    pages: Pages = dataclasses.field(default_factory=dict)

    def draw(self, *of: object) -> random.Random:
        """Random numbers of some thing's own: the same on any machine, whatever else there is."""
        return random.Random("\x1f".join(map(str, (self.seed, *of))))
