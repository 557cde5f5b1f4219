"""A corpus with probes applied: gold like any other, what its card says, and the map back."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS, using
from onrecord.dataset.perturbing.edits import Moves
from onrecord.dataset.perturbing.made import FILE, FORMAT, ProbedArticle, ProbeFile, probe_bytes
from onrecord.dataset.perturbing.moving import moved
from onrecord.dataset.perturbing.probe import Change, Pages, Setting
from onrecord.dataset.perturbing.probes import AskedProbe
from onrecord.dataset.perturbing.strings import reworded, reworded_article, reworded_rows
from onrecord.dataset.publishing.build import Built, build
from onrecord.dataset.publishing.folder import gold_hash
from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.seeds.documents import JOIN


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """A corpus with probes applied."""

    gold: Gold
    about: CorpusFile
    provenance: str
    file: ProbeFile

    def build(self) -> Built:
        """The dataset folder, with :data:`onrecord.dataset.perturbing.made.FILE` in it.

        Raises:
            FaultsError: A label does not hold; that would be a defect of a probe.
        """
        return build(self.gold, self.about, self.provenance, {FILE: probe_bytes(self.file)})


@dataclasses.dataclass
class _Under:
    """An article under way."""

    place: int
    article: Article
    steps: list[Moves]
    there: dict[str, int]
    """By layer how many items the original has."""
    left: dict[str, list[int]]
    """By layer the places of those that are still there."""

    @classmethod
    def of(cls, place: int, article: Article) -> _Under:
        there = {layer: len(article.labels.of(layer)) for layer in LAYERS}
        return cls(place, article, [], there, {layer: [*range(many)] for layer, many in there.items()})

    def take(self, change: Change) -> None:
        """Apply a change."""
        edits = change.edits(self.article)
        relabelled = Article(document=self.article.document, labels=change.labels(self.article))
        found, moves = moved(relabelled, edits)
        for layer, places in self.left.items():
            items = found.labels.of(layer)
            if len(items) < len(places):
                ids = {item.id for item in items}
                there = zip(places, self.article.labels.of(layer), strict=True)
                self.left[layer] = [place for place, item in there if item.id in ids]
        self.steps.append(moves)
        self.article = reworded_article(found, change)

    def probed(self) -> ProbedArticle:
        """What is said of it in the file."""
        gone = {layer: tuple(sorted({*range(many)} - {*self.left[layer]})) for layer, many in self.there.items()}
        return ProbedArticle(
            id=self.article.document.id,
            place=self.place,
            steps=tuple(tuple((*row,) for row in moves.rows) for moves in self.steps),
            gone={layer: places for layer, places in gone.items() if places},
        )


def said_of(probes: Sequence[AskedProbe], seed: int) -> str:
    """What signatures call some probes: ``names+quotes:german,seed0``."""
    return f"{'+'.join(each.name for each in probes)},seed{seed}"


def perturb(
    gold: Gold,
    about: CorpusFile,
    provenance: str,
    probes: Sequence[AskedProbe],
    seed: int = 0,
    pages: Pages | None = None,
) -> Perturbed:
    """Apply probes to a corpus, one after the other.

    Args:
        gold: The corpus as it was found.
        about: What is said of it.
        provenance: Who made its labels.
        probes: What :func:`onrecord.dataset.perturbing.probes.asked_probes` gives.
        seed: The same gives the same.
        pages: The pages of the articles, for probes that need them.

    Raises:
        FaultsError: The corpus is perturbed already, or a page is lacking.
    """
    if about.probe:
        hint = "name all probes at once, with the original"
        raise FaultsError([Fault("probe", "the dataset", None, "", about.probe, "articles as they were found", hint)])
    with using(gold.scheme):
        return _perturb(gold, about, provenance, probes, seed, pages or {})


def _perturb(
    gold: Gold, about: CorpusFile, provenance: str, probes: Sequence[AskedProbe], seed: int, pages: Pages
) -> Perturbed:
    said, of = said_of(probes, seed), gold_hash(gold.articles)
    originals = sorted(gold.articles, key=lambda article: article.document.id)
    under = [_Under.of(place, article) for place, article in enumerate(originals)]
    changes: list[Change] = []
    for asked in probes:
        change = asked.probe.prepare(gold, Setting(seed, asked.variant, pages))
        for each in under:
            each.take(change)
        rows = reworded_rows(gold.registries, change)
        gold = msgspec.structs.replace(gold, articles=tuple(each.article for each in under), registries=rows)
        changes.append(change)
    articles = sorted((_of_a_seed(each.article, said) for each in under), key=lambda article: article.document.id)
    return Perturbed(
        gold=msgspec.structs.replace(gold, articles=tuple(articles), probe=said),
        about=_about(about, probes, said, changes),
        provenance=_all(change.told for change in changes)(provenance),
        file=ProbeFile(
            format=FORMAT,
            probes=tuple(each.name for each in probes),
            seed=seed,
            of=of,
            linked=not any(each.probe.unlinks for each in probes),
            articles=tuple(each.probed() for each in under),
        ),
    )


def _of_a_seed(article: Article, said: str) -> Article:
    """The article as if taken from a file that names its probes in a line above it; it is at no address."""
    document, header = article.document, f"{said}{JOIN}"
    sections = tuple(
        msgspec.structs.replace(section, raw_start=section.start + len(header)) for section in document.sections
    )
    changed = msgspec.structs.replace(document, url=None, seed_sha256=sha256(header + document.text), sections=sections)
    return Article(document=changed, labels=article.labels)


def _all(functions: Iterable[Callable[[str], str]]) -> Callable[[str], str]:
    """One function after the other."""
    several = list(functions)
    return lambda text: functools.reduce(lambda said, function: function(said), several, text)


def _about(about: CorpusFile, probes: Sequence[AskedProbe], said: str, changes: Sequence[Change]) -> CorpusFile:
    told = _all(change.told for change in changes)
    card = reworded(about.card, told, told)
    what = "".join(f"\n- `{each.name}`: {each.probe.about}" for each in probes)
    summary = (
        f"**A probe: articles changed under their labels** (`{said}`). A score on it says something beside the score on"
        f" the original alone: `onrecord gap` gives the difference.\n{what}\n\nMade from: {card.summary.strip()}"
    )
    ids = _all(change.ids for change in changes)
    if about.splits.by == "document":
        ids = _all(each for change in changes for each in (change.ids, change.documents))
    splits = about.splits
    return msgspec.structs.replace(
        about,
        probe=said,
        card=msgspec.structs.replace(
            card,
            title=f"{card.title}, probe {said}"[:_MOST_TITLE],
            name=f"{card.name}-{re.sub('[^A-Za-z0-9.-]+', '-', said)}"[:_MOST_NAME],
            summary=summary,
            description=f"Articles changed under their labels ({said}). {card.description}".strip(),
            license_link=None,
            licence=f"{card.licence.strip()}\n\nThe terms are those of the dataset that this was made from.".strip(),
        ),
        splits=msgspec.structs.replace(splits, of={ids(key): split for key, split in splits.of.items()}),
        gold=None,
    )


_MOST_TITLE, _MOST_NAME = 200, 96
