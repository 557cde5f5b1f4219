"""What is to be had without reading: for each measure the best of twenty files that are made blindly, beside the rules.

They know the published ids and the article as a string of letters: words, sentences, capitals. A measure that is shown
gives none of them more than the rule baseline, which reads; ``tests/eval/layers/test_adversaries.py`` holds it to that.
``docs/generate.py`` puts the table into ``docs/measures/README.md``; by itself this prints it, for any split::

    python benchmarks/adversaries.py [SPLIT]
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from onrecord.dataset import EventMention, Gold, Labels, Mention, Quote, Span, Stance, Target, read_folder
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.seeds.documents import Document
from onrecord.eval import Submission, score_submission
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.prediction_line import EntityDescription, EventDescription, PredictionLine

ROOT = Path(__file__).parents[1]

CAPITALS = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")
WORD = re.compile(r"\w+")
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
LINE = re.compile(r"[^\n]+")
TYPES = ("PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP")


@dataclasses.dataclass(frozen=True)
class Adversary:
    """A file that is made without reading."""

    what: str
    labels: Callable[[Document], Labels]
    entities: Mapping[str, EntityDescription] = dataclasses.field(default_factory=dict)
    events: Mapping[str, EventDescription] = dataclasses.field(default_factory=dict)


def span(document: Document, start: int, end: int) -> Span:
    """A span with its surface."""
    return Span(start=start, end=end, text=document.text[start:end])


def names(pattern: re.Pattern[str], types: Sequence[str], entity: str | None = None) -> Callable[[Document], Labels]:
    """Every match as a name of each type, of one entity; of its own for ``*``."""

    def made(document: Document) -> Labels:
        return Labels(
            mentions=tuple(
                Mention(
                    start=match.start(),
                    end=match.end(),
                    text=match[0],
                    type=type,  # type: ignore[arg-type]
                    entity=f"own-{document.id}-{n}" if entity == "*" else entity,
                )
                for n, match in enumerate(pattern.finditer(document.text))
                for type in types
            )
        )

    return made


def events(event: str, modality: str = "actual") -> Callable[[Document], Labels]:
    """Every word as an event: one and the same, or each its own for ``*``."""

    def made(document: Document) -> Labels:
        return Labels(
            events=tuple(
                EventMention(
                    start=match.start(),
                    end=match.end(),
                    text=match[0],
                    event=f"own-{document.id}-{n}" if event == "*" else event,
                    modality=modality,  # type: ignore[arg-type]
                )
                for n, match in enumerate(WORD.finditer(document.text))
            )
        )

    return made


def quotes(pattern: re.Pattern[str], speakers: Sequence[str], most: int | None = None) -> Callable[[Document], Labels]:
    """Every match, or the first few, as a quote of each speaker; the first capitalised words in it are its source."""

    def made(document: Document) -> Labels:
        found = []
        for match in list(pattern.finditer(document.text))[:most]:
            named = next((each.span() for each in CAPITALS.finditer(document.text, *match.span())), None)
            source = None if named is None else span(document, *named)
            content = (span(document, *match.span()),)
            found += [Quote(content=content, speaker=(speaker,), source=source) for speaker in speakers]
        return Labels(quotes=tuple(found))

    return made


def stances(
    holders: Sequence[str], targets: Sequence[tuple[str, str]], labels: Sequence[str]
) -> Callable[[Document], Labels]:
    """Every holder on every target, kind and id, with every label; the whole text is the evidence."""

    def made(document: Document) -> Labels:
        evidence = (span(document, 0, len(document.text)),)
        return Labels(
            stances=tuple(
                Stance(holder=holder, target=Target(kind=kind, id=id), label=label, evidence=evidence)  # type: ignore[arg-type]
                for holder in holders
                for kind, id in targets
                for label in labels
                if holder != id
            )
        )

    return made


def adversaries(gold: Gold) -> list[Adversary]:
    """The twenty."""
    rows = gold.registries
    people = [row.id for row in rows.entities if row.type == "PER"]
    entities = [("entity", row.id) for row in rows.entities]
    claims = [("claim", row.id) for row in rows.claims]
    happenings = [("event", row.id) for row in rows.events]
    two = [id for id in ("vladimir-putin", "alexander-lukashenko") if id in people] or people[:2]  # whom all talk of
    told = {row.id: EventDescription(id=row.id, title=row.title, cardinality="single") for row in rows.events}
    dated = {id: msgspec.structs.replace(each, type="meeting", date="2022-12-19") for id, each in told.items()}
    known = [id for _, id in entities]
    return [
        Adversary("every run of capitalised words, once with each type", names(CAPITALS, TYPES)),
        Adversary("every run of capitalised words as a PER, all one", names(CAPITALS, ["PER"], "one")),
        Adversary("every run of capitalised words as a GPE and as Russia", names(CAPITALS, ["GPE"], "russia")),
        Adversary("every run of capitalised words as a GPE of its own", names(CAPITALS, ["GPE"], "*")),
        Adversary("every word as a GPE, all one", names(WORD, ["GPE"], "one")),
        Adversary("every word as an event, all one", events("one")),
        Adversary("every word as an event of its own", events("*")),
        Adversary("every word as an event of its own, denied", events("*", "denied")),
        Adversary("no event, and every one of the registry said to be single", lambda _: Labels(), events=told),
        Adversary("the same, a meeting, and on one day", lambda _: Labels(), events=dated),
        Adversary("every sentence, spoken by Putin", quotes(SENTENCE, two[:1])),
        Adversary("every sentence, once with each person of the registry", quotes(SENTENCE, people)),
        Adversary("every sentence, spoken by nobody known", quotes(SENTENCE, ["unknown"])),
        Adversary("every paragraph, spoken by nobody known", quotes(LINE, ["unknown"])),
        Adversary("the first sentence, spoken by Putin", quotes(SENTENCE, two[:1], 1)),
        Adversary("every entity for every other", stances(known, entities, ["favor"])),
        Adversary("every entity on every other, for and against", stances(known, entities, ["favor", "against"])),
        Adversary("every person against every event", stances(people, happenings, ["against"])),
        Adversary("Putin and Lukashenko, every claim asserted", stances(two, claims, ["asserts"])),
        Adversary("the same, asserted and denied", stances(two, claims, ["asserts", "denies"])),
    ]


def scores_of(gold: Gold, adversary: Adversary, split: str) -> dict[str, float | None]:
    """What one of them has in every measure of the layers that it gives anything for."""
    articles = [article for article in gold.articles if split in ("all", article.document.split)]
    documents = {article.document.id: adversary.labels(article.document) for article in articles}
    given = {layer for labels in documents.values() for layer, _ in labels.items()}
    layers = frozenset(given | ({"events"} if adversary.events else set()))
    made = Submission("blind", "", documents, layers, dict(adversary.entities), {}, dict(adversary.events))
    return dict(score_submission(articles, gold.registries, made, split).values)


def rules_of(gold: Gold, split: str) -> dict[str, float | None]:
    """What the rule baseline has."""
    from onrecord.eval.baselines.rules import Rules

    rules = Rules.learn([article for article in gold.articles if article.document.split == "validation"])
    articles = [article for article in gold.articles if split in ("all", article.document.split)]
    lines: dict[str, PredictionLine] = {each.document.id: rules.predict(each.document) for each in articles}
    entities = {row.id: row for line in lines.values() for row in line.entities}
    claims = {row.id: row for line in lines.values() for row in line.claims}
    told = {row.id: row for line in lines.values() for row in line.event_descriptions}
    layers = frozenset({"mentions", "quotes", "stances", "events"})
    labels = {id: line.labels for id, line in lines.items()}
    made = Submission("rules", "", labels, layers, entities, claims, told)
    return dict(score_submission(articles, gold.registries, made, split).values)


@dataclasses.dataclass(frozen=True)
class Best:
    """What is to be had of a measure without reading."""

    measure: Measure
    value: float
    """Of the best; 0 where none has anything."""
    what: str
    """What the best gives."""
    rules: float
    """Of the rule baseline; 0 where it has nothing."""


def best_of(gold: Gold, split: str = "test") -> Iterator[Best]:
    """The best of the twenty in each measure."""
    rules = rules_of(gold, split)
    every = [(each.what, scores_of(gold, each, split)) for each in adversaries(gold)]
    for layer in scored_layers():
        for measure in layer.measures:
            values = [(found.get(measure.full) or 0.0, said) for said, found in every]
            value, what = max(values, key=lambda each: each[0])
            yield Best(measure, value, what if value else "", rules.get(measure.full) or 0.0)


def table(gold: Gold) -> str:
    """The measures that are shown, on the test split, as Markdown."""
    rows = [
        [f"`{each.measure.full}`", f"{100 * each.value:.1f}", f"{100 * each.rules:.1f}", each.what]
        for each in best_of(gold)
        if not each.measure.detail
    ]
    return markdown_table(["measure", "best", "rules", "what the best gives"], rows)


def main(split: str = "test") -> None:
    """Print the table."""
    for each in best_of(read_folder(ROOT / "dataset"), split):
        mark = "detail" if each.measure.detail else "MORE" if each.value > each.rules else ""
        print(f"{each.measure.full:36} {100 * each.value:5.1f} {100 * each.rules:5.1f} {mark:6} {each.what}")


if __name__ == "__main__":
    main(*sys.argv[1:])
