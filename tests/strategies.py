"""Hypothesis strategies: hostile texts, and labels that are valid on them."""

from __future__ import annotations

from hypothesis import strategies as st

from onrecord.dataset.records import EventMention, Labels, Mention, Quote, Span, Stance, Target
from onrecord.dataset.scheme import DEFAULT

ALPHABET = "ab Z.\n\t\"'“”‘’\u00a0\u2028\u2003éñ\u0301\u200d\u202e😀👩🏽𝔘<&>{}\\"
"""Emoji, combining marks, exotic white space, bidi control, markup and quotes."""

ENTITIES = ["putin", "lukashenko", "minsk", "not-in-menu"]
EVENTS = ["meeting", "war", "not-in-menu-event"]
UTTERANCES = ["speech", "not-in-menu-utterance"]

texts = st.text(ALPHABET, min_size=12, max_size=60).filter(lambda text: text.strip() != "")


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    return Span(start=start, end=end, text=text[start:end])


@st.composite
def segments(draw: st.DrawFn, text: str, most: int = 3) -> tuple[Span, ...]:
    """One to three spans in order that neither overlap nor touch."""
    count = draw(st.integers(1, most))
    edges = draw(st.lists(st.integers(0, len(text)), min_size=2 * count, max_size=2 * count, unique=True))
    edges.sort()
    return tuple(Span(start=a, end=b, text=text[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True))


@st.composite
def labels(draw: st.DrawFn, text: str) -> Labels:
    """Any labels of all layers: nested, overlapping, discontinuous, with every field set or not."""

    def item(letter: str, number: int) -> dict[str, object]:
        annotators = draw(st.sampled_from([(), ("ann",), ("ann", "bob")]))
        return {
            "id": f"{letter}{number}",
            "annotators": annotators,
            "agreed": draw(st.sampled_from([None, True, False])) if annotators else None,
            "optional": draw(st.booleans()),
            "rule": draw(st.sampled_from([None, "E1", "Q 12"])),
        }

    def place() -> dict[str, object]:
        span = draw(spans(text))
        return {"start": span.start, "end": span.end, "text": span.text}

    entity = st.sampled_from(ENTITIES)
    event = st.sampled_from(EVENTS)
    mentions = [
        Mention(
            **item("m", n),  # type: ignore[arg-type]
            **place(),  # type: ignore[arg-type]
            type=draw(st.sampled_from(["PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP"])),
            kind=draw(st.sampled_from(["name", "nominal", "pronoun"])),
            entity=draw(entity),
            literal=draw(st.none() | entity),
            noise=draw(st.sampled_from([None, "typo", "mistranslation"])),
        )
        for n in range(draw(st.integers(0, 4)))
    ]
    quotes: list[Quote] = []
    for n in range(draw(st.integers(0, 3))):
        quotes.append(
            Quote(
                **item("q", n),  # type: ignore[arg-type]
                content=draw(segments(text)),
                source=draw(st.none() | spans(text)),
                cue=draw(st.none() | spans(text)),
                speaker=tuple(draw(st.lists(entity, min_size=1, max_size=2, unique=True))),
                relays=tuple(draw(st.lists(entity, max_size=3, unique=True))),
                parent=draw(st.sampled_from([None, *(quote.id for quote in quotes)])),
                mode=draw(st.sampled_from(["statement", "thought"])),
                addressee=tuple(draw(st.lists(entity, max_size=2, unique=True))),
                utterance=draw(st.none() | st.sampled_from(UTTERANCES)),
            )
        )
    kinds = [draw(st.sampled_from(["entity", "event", "claim"])) for _ in range(draw(st.integers(0, 2)))]
    stances = [
        Stance(
            **item("s", n),  # type: ignore[arg-type]
            holder=draw(entity),
            target=Target(kind=kind, id=draw(entity)),  # type: ignore[arg-type]
            label=draw(st.sampled_from(DEFAULT.labels_of(kind))),
            basis=draw(st.sampled_from(["stated", "action", "implied"])),
            evidence=draw(segments(text)),
            quote=draw(st.sampled_from([None, *(quote.id for quote in quotes)])),
        )
        for n, kind in enumerate(kinds)
    ]
    events = [
        EventMention(
            **item("e", n),  # type: ignore[arg-type]
            **place(),  # type: ignore[arg-type]
            event=draw(event),
            modality=draw(st.sampled_from(DEFAULT.event_modalities)),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    return Labels(mentions=tuple(mentions), quotes=tuple(quotes), stances=tuple(stances), events=tuple(events))
