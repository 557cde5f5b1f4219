"""Random corpora of all layers, and a part made of labels without a file."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
from hypothesis import strategies as st
from tests.strategies import labels, texts

from onrecord.dataset import Article, Registries
from onrecord.dataset.records import Claim, Entity, Event, Labels
from onrecord.dataset.seeds.documents import Document
from onrecord.eval.layers.document_pairs import gold_columns
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.ids import Names, named_by_sources
from onrecord.eval.scoring.kept_gold import Pieces, StoredDocument
from onrecord.eval.scoring.parts import Part, PartHead, Setting
from onrecord.eval.scoring.stored_gold import KnownText, StoredGold
from onrecord.eval.scoring.target import Target
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.open_ends import OpenEnds
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription, NotInText
from onrecord.eval.submission.reading import Submission

LAYERS = ("mentions", "quotes", "stances", "events")
REGISTRIES = Registries(
    entities=(
        Entity(id="putin", type="PER", name="Vladimir Putin", wikidata="Q7747"),
        Entity(id="minsk", type="GPE", name="Minsk", aliases=("Mensk",)),
    ),
    events=(Event(id="meeting", type="meeting", title="A meeting", date="2022", place=None, wikidata="Q1"),),
    claims=(Claim(id="putin", text="He did it."), Claim(id="minsk", text="It is so.")),
)
SETTING = Setting(Path("nowhere"), "test", None, Limits())
_NOT_THERE = st.builds(
    NotInText,
    layer=st.sampled_from(["mentions", "quotes", "events"]),
    text=st.just("Nobody"),
    kind=st.sampled_from([None, "name", "nominal"]),
)
_NAMED = st.sampled_from([None, "Minsk", "Vladimir Putin", "nobody"])
_WIKIDATA = st.sampled_from([None, "Q7747", "Q1", "Q5"])


def of_articles(articles: Sequence[Article], registries: Registries, hashes: Mapping[str, str]) -> StoredGold:
    """Gold that is in memory, as if it were kept in files."""
    texts, known = Pieces.held([each.document.text.encode("utf-8", "surrogatepass") for each in articles]), {}
    for place, each in enumerate(articles):
        document = each.document
        about = StoredDocument(document.id, document.split, document.topic, document.text_sha256)
        known[document.id] = KnownText(about, texts, place)
    return StoredGold(known, registries, hashes, gold_columns(articles), Pieces.held([]), None)


def document(number: int, text: str) -> Document:
    return Document(
        id=f"d{number:02}",
        text=text,
        text_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        seed_sha256="0" * 64,
        publisher="p",
        language="en",
        topic=f"t{number % 2}",
        split="test",
        published=None,
        published_source=None,
        published_reason="none",
        url=None,
        sections=(),
    )


@dataclasses.dataclass(frozen=True)
class Case:
    """Gold and a submission, and the submission cut into parts in some order."""

    articles: tuple[Article, ...]
    submission: Submission
    parts: tuple[tuple[str, ...], ...]
    """Documents of each part."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Documents with any labels on either side, some missing; ids of the file's own, described or not."""
    articles, predicted, unplaced = [], {}, {}
    for number in range(draw(st.integers(1, 5))):
        text = draw(texts)
        articles.append(Article(document=document(number, text), labels=draw(labels(text))))
        if draw(st.integers(0, 4)):
            predicted[f"d{number:02}"] = draw(labels(text))
            unplaced[f"d{number:02}"] = tuple(draw(st.lists(_NOT_THERE, max_size=2)))
    ids = draw(st.lists(st.sampled_from(["putin", "lukashenko", "minsk", "not-in-menu"]), unique=True))
    order = draw(st.permutations(sorted(predicted)))
    bounds = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    edges = [0, *bounds, len(order)]
    return Case(
        tuple(articles),
        Submission(
            name="p.jsonl",
            sha256="0" * 64,
            documents=predicted,
            layers=frozenset(draw(st.lists(st.sampled_from(LAYERS), unique=True, min_size=2))),
            entities={id: EntityDescription(id=id, name=draw(_NAMED), wikidata=draw(_WIKIDATA)) for id in ids[:2]},
            claims={id: ClaimDescription(id=id, text=draw(st.sampled_from(["it is so", "No"]))) for id in ids[1:]},
            event_descriptions={"war": EventDescription(id="war", wikidata=draw(_WIKIDATA))} if len(ids) > 1 else {},
            unplaced=unplaced,
        ),
        tuple(tuple(order[a:b]) for a, b in itertools.pairwise(edges)),
    )


@dataclasses.dataclass(frozen=True)
class LabelSource:
    """A part made of labels."""

    documents: Mapping[str, Labels]
    described: Described
    layers: tuple[str, ...]
    unplaced: Mapping[str, tuple[NotInText, ...]]

    def read(self, setting: Setting) -> Part:
        """See :class:`onrecord.eval.scoring.parts.Source`."""
        target = TARGETS[setting]
        made = target.flattener()
        ids = sorted(self.documents)
        for number, id in enumerate(ids):
            made.add(number, self.documents[id], target.gold.documents[id].text)
        head = PartHead(
            "part",
            hashlib.sha256(repr(ids).encode()).hexdigest(),
            {id: hashlib.sha256(id.encode()).digest() for id in ids},
            self.described,
            OpenEnds(self.layers, {}, dict.fromkeys(KINDS, frozenset()), dict.fromkeys(KINDS, frozenset())),
            {},
            self.unplaced,
        )
        return Part(head, np.array([target.places[id] for id in ids], np.int64), made.columns())


KINDS = ("entity", "event", "claim")
TARGETS: dict[Setting, Target] = {}


def sources_of(case: Case) -> list[LabelSource]:
    """The parts; every one but the first describes nothing."""
    made = []
    for number, ids in enumerate(case.parts):
        some = {id: case.submission.documents[id] for id in ids}
        used = (
            frozenset(mention.entity for each in some.values() for mention in each.mentions if mention.entity),
            frozenset(mention.event for each in some.values() for mention in each.events),
            named_by_sources(some.values(), Names.of(REGISTRIES)),
            any(mention.entity is None for each in some.values() for mention in each.mentions),
        )
        said = case.submission if number == 0 else Submission("", "", {}, frozenset(), {}, {})
        described = Described(said.entities, said.claims, said.event_descriptions, *used)
        unplaced = {id: tuple(case.submission.unplaced[id]) for id in ids}
        made.append(LabelSource(some, described, tuple(sorted(case.submission.layers)), unplaced))
    return made


@contextmanager
def scored_against(articles: Sequence[Article], gold_hash: str) -> Iterator[Setting]:
    """A setting that means these articles, in this process and those that it forks."""
    gold = of_articles(articles, REGISTRIES, {"test": gold_hash})
    TARGETS[SETTING] = Target.of(gold, "test", None)

    def found(setting: Setting) -> Target:
        return TARGETS[setting]

    with (
        mock.patch("onrecord.eval.scoring.rounds.target_of", found),
        mock.patch("onrecord.eval.scoring.engines.engine.target_of", found),
        mock.patch("onrecord.eval.scoring.state_file.target_of", found),
    ):
        yield SETTING
