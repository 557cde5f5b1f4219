"""What an adversary gains who gives all that a file may hold, without reading a word: a row for each such file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

import msgspec

from onrecord.dataset import EventMention, Gold, Labels, Mention, Quote, Span, Stance, Target
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.seeds.documents import Document
from onrecord.eval import Submission, score_submission
from onrecord.eval.submission.prediction_line import EntityDescription

LABELS = ("favor", "against", "neutral")
TYPES = ("PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP")
_CAPITALS = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclasses.dataclass(frozen=True)
class Flood:
    """A file that is made without reading."""

    part: str
    """The generated part that it stands in."""
    what: str
    measures: tuple[str, ...]
    labels: Callable[[Document], Labels]
    described: Mapping[str, EntityDescription] = dataclasses.field(default_factory=dict)


def _span(document: Document, start: int, end: int) -> Span:
    return Span(start=start, end=end, text=document.text[start:end])


def _mentions(document: Document, pattern: re.Pattern[str], types: tuple[str, ...], entity: str | None) -> Labels:
    places = [match.span() for match in pattern.finditer(document.text)]
    return Labels(
        mentions=tuple(
            Mention(start=start, end=end, text=document.text[start:end], type=type, entity=entity)  # type: ignore[arg-type]
            for start, end in places
            for type in types
        )
    )


def _own(document: Document, pattern: re.Pattern[str]) -> Labels:
    """Every match as a GPE with an id of its own."""
    mentions = _mentions(document, pattern, ("GPE",), None).mentions
    return Labels(
        mentions=tuple(
            msgspec.structs.replace(each, entity=f"own-{document.id}-{n}") for n, each in enumerate(mentions)
        )
    )


def _events(document: Document, one: bool) -> Labels:
    """Every word as an event, one and the same or each its own."""
    return Labels(
        events=tuple(
            EventMention(
                start=match.start(), end=match.end(), text=match[0], event="one" if one else f"{document.id}-{n}"
            )
            for n, match in enumerate(_WORD.finditer(document.text))
        )
    )


def _quotes(document: Document, speakers: tuple[str, ...], sourced: bool = False) -> Labels:
    quotes = []
    for match in _SENTENCE.finditer(document.text):
        content = (_span(document, *match.span()),)
        sources = [name.span() for name in _CAPITALS.finditer(document.text, *match.span())][:1] if sourced else []
        quotes += [
            Quote(content=content, speaker=(speaker,), source=_span(document, *sources[0]) if sources else None)
            for speaker in speakers
        ]
    return Labels(quotes=tuple(quotes))


def _own_speakers(document: Document) -> Labels:
    """A quote a sentence, each with an id of its own and the first capitalised words as its source."""
    quotes = _quotes(document, ("x",), sourced=True).quotes
    return Labels(
        quotes=tuple(
            Quote(content=each.content, source=each.source, speaker=(f"{document.id}-{n}",))
            for n, each in enumerate(quotes)
        )
    )


def _stances(document: Document, ids: tuple[str, ...], labels: tuple[str, ...]) -> Labels:
    whole = (_span(document, 0, len(document.text)),)
    return Labels(
        stances=tuple(
            Stance(holder=holder, target=Target(kind="entity", id=target), label=label, evidence=whole)  # type: ignore[arg-type]
            for holder in ids
            for target in ids
            if holder != target
            for label in labels
        )
    )


SPANS = ("entities:strict", "entities:type", "entities:partial", "entities:iou")
COVERED = ("entities:characters", "entities:coverage")
CLUSTERED = ("events:lea", "events:conll", "events:mention")


def _floods(gold: Gold) -> list[Flood]:
    people = tuple(row.id for row in gold.registries.entities if row.type == "PER")
    known = tuple(row.id for row in gold.registries.entities)
    ids = {
        f"{a.document.id}-{n}": EntityDescription(id=f"{a.document.id}-{n}")
        for a in gold.articles
        for n in range(len(_own_speakers(a.document).quotes))
    }

    def each_type(document: Document) -> Labels:
        return _mentions(document, _CAPITALS, TYPES, None)

    return [
        Flood("flood-spans", "every run of capitalised words, once with each type", SPANS, each_type),
        Flood("flood-spans", "every word as a GPE", SPANS, lambda d: _mentions(d, _WORD, ("GPE",), None)),
        Flood("flood-covered", "every run of capitalised words, once with each type", COVERED, each_type),
        Flood("flood-covered", "every word as a GPE", COVERED, lambda d: _mentions(d, _WORD, ("GPE",), None)),
        Flood(
            "flood-links",
            "every run of capitalised words as a GPE and as Russia",
            ("links:all", "entity_ids:lea"),
            lambda d: _mentions(d, _CAPITALS, ("GPE",), "russia"),
        ),
        Flood(
            "flood-links",
            "every run of capitalised words as a GPE of its own, which is NIL",
            ("links:all", "links:nil", "entity_ids:lea"),
            lambda d: _own(d, _CAPITALS),
        ),
        Flood("flood-clusters", "every word, all one event", CLUSTERED, lambda d: _events(d, one=True)),
        Flood("flood-clusters", "every word, each an event of its own", CLUSTERED, lambda d: _events(d, one=False)),
        Flood(
            "flood-quotes",
            "every sentence, spoken by Putin",
            ("quotes:joint", "quotes:detection@0.5"),
            lambda d: _quotes(d, ("vladimir-putin",)),
        ),
        Flood(
            "flood-quotes",
            "every sentence, once with each person of the registry",
            ("quotes:joint", "quotes:detection@0.5", "quotes:speaker"),
            lambda d: _quotes(d, people),
        ),
        Flood(
            "flood-who",
            "every sentence, by a speaker of its own whose source is its first capitalised words",
            ("quotes:joint", "quotes:speaker"),
            _own_speakers,
            ids,
        ),
        Flood(
            "flood-stances",
            "every entity of the registry against every other",
            ("stances:tuple", "stances:pair"),
            lambda d: _stances(d, known, ("against",)),
        ),
        Flood(
            "flood-stances",
            "the same with every label",
            ("stances:tuple", "stances:pair"),
            lambda d: _stances(d, known, LABELS),
        ),
        Flood(
            "flood-label",
            "every entity of the registry on every other, with every label",
            ("stances:label", "stances:label[macro]"),
            lambda d: _stances(d, known, LABELS),
        ),
    ]


def flooding(gold: Gold, rules: Mapping[str, float | None]) -> dict[str, str]:
    """The tables by generated part.

    Args:
        gold: The dataset; the test split is scored.
        rules: What the rule baseline has there, by full name of the measure.
    """
    articles = [article for article in gold.articles if article.document.split == "test"]
    rows: dict[str, list[list[str]]] = {}
    for flood in _floods(gold):
        documents = {article.document.id: flood.labels(article.document) for article in articles}
        layers = frozenset(name.split(":")[0] for name in flood.measures) - {"entities", "entity_ids", "links"}
        layers |= {"mentions"} if any(each.mentions for each in documents.values()) else frozenset()
        submission = Submission("flood", "", documents, layers, dict(flood.described), {})
        result = score_submission(articles, gold.registries, submission, "test")
        scores = {m.full: each.scores[m.name] for each in result.layers for m in each.layer.measures}
        for name in flood.measures:
            found = scores[name]
            numbers = [found.value, found.precision, found.recall, rules[name]]
            shown = ["–" if number is None else f"{100 * number:.1f}" for number in numbers]
            rows.setdefault(flood.part, []).append([flood.what, f"`{name}`", *shown])
    header = ["what the file gives", "measure", "score", "P", "R", "rules"]
    return {part: markdown_table(header, each) for part, each in rows.items()}
