"""The rule baseline: what capital letters, quotation marks, word lists and the nearest name can do.

It learns two lists from labelled articles, a gazetteer of names and a list of event triggers, and knows a few dozen
reporting and stance verbs. There is no model in it; it is there to be beaten, and to show a complete prediction file.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from onrecord.dataset import Article, Document, EventMention, Mention, Quote, Span, Stance, Target
from onrecord.dataset.layers import scheme
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import UNKNOWN, EntityType, StanceLabel
from onrecord.dataset.walk import without_ids
from onrecord.eval.submission.prediction_line import EntityDescription, PredictionLine

_WORD = r"[A-Z][\w’'.-]*\w|[A-Z]"
_NAME = re.compile(rf"\b(?:{_WORD})(?: (?:{_WORD}))*", re.UNICODE)
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?][\"”’']*(?=\s|$)|(?=\n)|$)")
_QUOTED = re.compile(r"“[^“”\n]+”|\"[^\"\n]+\"")
_PRONOUN = re.compile(r"\b(?:he|his|him|himself)\b", re.IGNORECASE)
REPORTING = re.compile(
    r"\b(?:said|says|say|saying|told|replied|warned|warns|insisted|insisting|acknowledged|denies|denied|claimed"
    r"|reported|reports|accused|continued|added|stated|believe|described|dismissed|quoted)\b"
)
"""Verbs that report what somebody said."""
_STANCE: dict[str, StanceLabel] = {
    "ally": "favor",
    "allies": "favor",
    "support": "favor",
    "hugged": "favor",
    "hug": "favor",
    "agreed": "favor",
    "praised": "favor",
    "credited": "favor",
    "helped": "favor",
    "warned": "against",
    "warns": "against",
    "accused": "against",
    "denies": "against",
    "denied": "against",
    "dismissed": "against",
    "condemned": "against",
    "fears": "against",
    "sanctions": "against",
    "threatened": "against",
}
_ORGANISATION = ("Ministry", "Agency", "Times", "Post", "News", "Council", "Group", "Government", "Forces", "Staff")
_NOT_NAMES = frozenset(
    [
        "A",
        "After",
        "Although",
        "And",
        "As",
        "At",
        "But",
        "By",
        "For",
        "From",
        "He",
        "His",
        "I",
        "If",
        "In",
        "It",
        "Its",
        "Just",
        "Let",
        "Many",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "On",
        "One",
        "Photo",
        "President",
        "General",
        "Minister",
        "Several",
        "She",
        "So",
        "That",
        "The",
        "Their",
        "Then",
        "There",
        "They",
        "This",
        "Those",
        "Two",
        "We",
        "What",
        "When",
        "While",
        "Who",
        "Why",
        "You",
        "Even",
        "Our",
        "Published",
        "Furthermore",
        "According",
        "Tensions",
    ]
)


Name = tuple[Span, EntityType]
"""Where a name stands, and what it is a name of."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """The baseline with what it has learnt."""

    gazetteer: dict[str, EntityType]
    """Names of the training articles, and their most frequent type."""
    triggers: frozenset[str]
    """Event triggers of the training articles, lower case."""

    @classmethod
    def learn(cls, articles: Iterable[Article]) -> Rules:
        """Make the lists from labelled articles."""
        types: dict[str, Counter[EntityType]] = defaultdict(Counter)
        triggers: set[str] = set()
        for article in articles:
            for mention in article.labels.mentions:
                if mention.kind == scheme().mention_kinds[0] and not mention.optional:
                    types[mention.text][mention.type] += 1
            triggers |= {event.text.lower() for event in article.labels.events if not event.optional}
        return cls(
            gazetteer={name: max(sorted(count), key=count.__getitem__) for name, count in types.items()},
            triggers=frozenset(trigger for trigger in triggers if len(trigger) > 2),
        )

    def predict(self, document: Document, names: Sequence[Name] | None = None) -> PredictionLine:
        """The baseline's labels for one document: what the scheme in force has of them.

        Args:
            document: The document.
            names: Names that another has found in it, in the order of the text; the baseline's own where left out.
        """
        return _in_scheme(self._whole(document, self._names(document.text) if names is None else names))

    def _whole(self, document: Document, names: Sequence[Name]) -> PredictionLine:
        text = document.text
        whole = _whole_names(names)
        ids = {surface: _slug(name) for surface, name in whole.items()}
        mentions = [_mention(span, type, ids[span.text]) for span, type in names]
        people = [mention for mention in mentions if mention.type == "PER"]
        for match in _PRONOUN.finditer(text):
            before = [mention for mention in people if mention.end <= match.start()]
            if before:
                span = _span(text, match.start(), match.end())
                mentions.append(_mention(span, "PER", before[-1].entity or UNKNOWN, pronoun=True))
        mentions.sort(key=lambda mention: (mention.start, mention.end))
        return PredictionLine(
            doc_id=document.id,
            text_sha256=document.text_sha256,
            mentions=tuple(mentions),
            quotes=tuple(_quotes(text, mentions)),
            stances=tuple(_stances(text, mentions)),
            events=tuple(self._events(text)),
            entities=tuple(
                EntityDescription(id=id, name=name)
                for id, name in sorted({_slug(name): _called(name) for name in whole.values()}.items())
            ),
        )

    def _names(self, text: str) -> list[Name]:
        """Names of the gazetteer, longest first, then other capitalised words that do not merely begin a sentence."""
        taken = [False] * len(text)
        found: list[Name] = []
        for name in sorted(self.gazetteer, key=lambda name: (-len(name), name)):
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                if not any(taken[match.start() : match.end()]):
                    found.append((_span(text, match.start(), match.end()), self.gazetteer[name]))
                    taken[match.start() : match.end()] = [True] * len(name)
        begins = {match.start() for match in _SENTENCE.finditer(text)}
        for match in _NAME.finditer(text):
            start, words = match.start(), match.group().split(" ")
            while words and words[0] in _NOT_NAMES:
                start += len(words.pop(0)) + 1
            name = " ".join(words).removesuffix("’s").removesuffix("'s")
            end = start + len(name)
            if name and not any(taken[start:end]) and not (start in begins and " " not in name):
                found.append((_span(text, start, end), _guess_type(name)))
                taken[start:end] = [True] * len(name)
        return sorted(found, key=lambda each: each[0].start)

    def _events(self, text: str) -> Iterable[EventMention]:
        for match in re.finditer(r"[\w-]+", text):
            word = match.group().lower()
            if word in self.triggers:
                yield EventMention(
                    start=match.start(), end=match.end(), text=match.group(), event=f"event-{_stem(word)}"
                )


def _span(text: str, start: int, end: int) -> Span:
    return Span(start=start, end=end, text=text[start:end])


def _mention(span: Span, type: EntityType, entity: str, pronoun: bool = False) -> Mention:
    return Mention(
        start=span.start,
        end=span.end,
        text=span.text,
        type=type,
        kind="pronoun" if pronoun else "name",
        entity=entity,
    )


def _guess_type(name: str) -> EntityType:
    if name.endswith(_ORGANISATION) or (name.isupper() and len(name) > 1):
        return "ORG"
    if re.search(r"(?:ian|ish|ese|ern)s?$", name) and " " not in name:
        return "NORP"
    return "PER" if " " in name else "GPE"


def _whole_names(names: Sequence[Name]) -> dict[str, str]:
    """By surface the whole name: a single word that ends a person's longer name is that person."""
    longer = {span.text.split(" ")[-1]: span.text for span, type in names if type == "PER" and " " in span.text}
    return {span.text: longer.get(span.text, span.text) for span, _ in names}


def _called(name: str) -> str:
    """What the id of a name is called: the same of all names with that id, whatever marks they are written with."""
    return _words(name).replace("-", " ") or name


def _slug(name: str) -> str:
    """A name as an id: its words where they are in letters and digits of ASCII, else a number of its own."""
    return _words(name) or f"entity-{sha256(name)[:12]}"


def _words(name: str) -> str:
    """The words of a name with hyphens between; empty where they do not fit into an id."""
    words = re.sub(r"\W+", "-", unicodedata.normalize("NFC", name)).strip("-").lower()
    return words if words.isascii() and len(words) <= 100 else ""


def _in_scheme(line: PredictionLine) -> PredictionLine:
    """The layers, and of them the items with the types and labels, that the scheme in force has."""
    wanted = scheme()
    name, mode = wanted.mention_kinds[0], wanted.quote_modes[0]
    mentions = tuple(
        msgspec.structs.replace(each, kind=name if each.kind == "name" else each.kind)
        for each in line.mentions or ()
        if each.type in wanted.entity_types and each.kind in ("name", *wanted.mention_kinds)
    )
    quotes = tuple(
        msgspec.structs.replace(each, mode=each.mode if each.mode in wanted.quote_modes else mode)
        for each in line.quotes or ()
    )
    stances = tuple(
        each
        for each in line.stances or ()
        if each.label in wanted.labels_of(each.target.kind) and each.basis in wanted.stance_bases
    )
    events = tuple(
        msgspec.structs.replace(
            each,
            modality=each.modality if each.modality in wanted.event_modalities else wanted.event_modalities[0],
        )
        for each in line.events or ()
    )
    every = {"mentions": mentions, "quotes": quotes, "stances": stances, "events": events}
    layers: dict[str, Any] = {layer: items if layer in wanted.layers else None for layer, items in every.items()}
    if not wanted.ids:
        for layer in wanted.layers:
            layers[layer] = tuple(without_ids(item) for item in layers[layer])
    return msgspec.structs.replace(line, **layers, entities=line.entities if wanted.ids else ())


def _stem(word: str) -> str:
    word = word.replace("-", "")
    for ending in ("ings", "ing", "ions", "ion", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _sentences(text: str) -> list[tuple[int, int]]:
    """Sentences by their end marks; a mark inside double quotation marks ends none."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    found: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        inside = any(low < match.end() < high for low, high in quoted)
        if not inside and text[start : match.end()].strip():
            found.append((start, match.end()))
        if not inside:
            start = match.end()
    return [(low + len(text[low:high]) - len(text[low:high].lstrip()), high) for low, high in found]


def _quotes(text: str, mentions: Sequence[Mention]) -> Iterable[Quote]:
    """A reported clause up to the end of its sentence, or else each string in double marks of two words or more."""
    last: tuple[str, ...] = (UNKNOWN,)
    for low, high in _sentences(text):
        sentence = text[low:high]
        verbs = list(REPORTING.finditer(sentence))
        inside = [mention for mention in mentions if low <= mention.start and mention.end <= high]
        quoted = [match for match in _QUOTED.finditer(sentence) if " " in match.group()]
        verb = next((v for v in verbs if not any(q.start() < v.start() < q.end() for q in quoted)), None)
        source = _nearest(inside, low + verb.start(), quoted, low) if verb else None
        if verb and source and source.entity:
            last = (source.entity,)
        cue = _span(text, low + verb.start(), low + verb.end()) if verb else None
        named = source.span if source else None
        clause = re.search(r"[^\s,:][^\n]*?(?=[.!?]?$)", sentence[verb.end() :]) if verb else None
        follows = verb is not None and not any(q.end() <= verb.start() for q in quoted)
        if verb and clause and source and follows and len(clause.group().split()) > 2:
            start = low + verb.end() + clause.start()
            end = low + verb.end() + clause.end()
            if text[start] in '"“' and text[high - 1] in '"”':
                end = high
            yield Quote(content=(_span(text, start, end),), source=named, cue=cue, speaker=last)
        else:
            for match in quoted:
                content = (_span(text, low + match.start(), low + match.end()),)
                yield Quote(content=content, source=named, cue=cue, speaker=last)


def _nearest(mentions: Sequence[Mention], at: int, quoted: Sequence[re.Match[str]], low: int) -> Mention | None:
    """The possible speaker nearest to a verb, before it rather than after it, outside quotation marks."""
    speakers = [
        mention
        for mention in mentions
        if mention.type in ("PER", "ORG", "GRP")
        and not any(q.start() + low <= mention.start < q.end() + low for q in quoted)
    ]
    before = [mention for mention in speakers if mention.end <= at]
    return before[-1] if before else next(iter(speakers), None)


def _stances(text: str, mentions: Sequence[Mention]) -> Iterable[Stance]:
    seen: set[tuple[str, str]] = set()
    for low, high in _sentences(text):
        inside = [mention for mention in mentions if low <= mention.start and mention.end <= high and mention.entity]
        for match in re.finditer(r"\w+", text[low:high]):
            label = _STANCE.get(match.group().lower())
            at = low + match.start()
            holder = next((mention for mention in reversed(inside) if mention.end <= at), None)
            target = next((m for m in inside if m.start > at and holder and m.entity != holder.entity), None)
            if not (label and holder and target and holder.entity and target.entity):
                continue
            if (holder.entity, target.entity) not in seen:
                seen.add((holder.entity, target.entity))
                yield Stance(
                    holder=holder.entity,
                    target=Target(kind="entity", id=target.entity),
                    label=label,
                    evidence=(_span(text, at, low + match.end()),),
                )
