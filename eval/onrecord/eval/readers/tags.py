"""Tags of tokens and the spans they stand for.

A tag is ``O``, or a letter and a type: ``B-PER``, or with the letter last ``PER-B``; a letter alone has the type "".
A *chunk* is what a run of tags of one type stands for. In which runs a chunk is seen differs by scheme:

- ``lenient``: every run is a chunk. A chunk starts at B, S or U, after E, S, L or U, after O, and where the type
  changes; so I may start one, and E too. These are the rules of seqeval's default mode and of the Python port of
  conlleval, which know B, I, E, S; L and U are read as E and S. For IOB1, IOB2, IOE1, IOE2 they equal ``conlleval``.
- ``conlleval``: the rules of conlleval.pl (Tjong Kim Sang, 2000), letter by letter. They know no S, and B after E of
  the same type starts nothing: ``B-X E-X B-X E-X`` and ``S-X S-X`` are one chunk each. ``[`` and ``]`` are chunks of
  one token. For reproducing that script; not for IOBES. Where a bracket starts a chunk inside one, the script counts
  two and can match one; here the first ends there.
- ``IOB1``, ``IOB2``, ``IOE1``, ``IOE2`` (Ramshaw and Marcus, 1995; Tjong Kim Sang and Veenstra, 1999), ``IOBES``,
  ``BILOU``: a run is a chunk only where its letters are right. Of IOB2, IOE2, IOBES and BILOU seqeval's strict mode
  sees the same; seqeval 1.2.2 loses right chunks of IOE1 (a first one that is E alone), and of IOB1 a last B-X before
  a B-Y.
  IOB1: B only where the token before is of the same type; a B elsewhere counts as O. IOB2: B first. IOE1: E only
  where the token after is of the same type. IOE2: E last. IOBES: S, or B first and E last. BILOU: U, or B and L.

Offsets are token numbers from 0, half-open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, get_args

from onrecord.dataset.reading.faults import show
from onrecord.eval.spans.documents import TypedSpan

Scheme = Literal["lenient", "conlleval", "IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

Affix = Literal["prefix", "suffix"]
"""Whether the letter stands before the type or after it."""

Tag = tuple[str, str]
"""Letter and type; O has the type ""."""

SUB_TOKENS = ("X", "-100", "[CLS]", "[SEP]", "[PAD]", "PAD")
"""What taggers write where a piece of a word has no tag of its own."""

OUTSIDE: Tag = ("O", "")

LETTERS: dict[Scheme, str] = {
    "lenient": "BIESLU",
    "conlleval": "BIES[]",
    "IOB1": "BI",
    "IOB2": "BI",
    "IOE1": "IE",
    "IOE2": "IE",
    "IOBES": "BIES",
    "BILOU": "BILU",
}
"""The letters of each scheme, besides O."""


def parse_tag(tag: str, scheme: Scheme, affix: Affix = "prefix") -> Tag | None:
    """The letter and the type of a tag; None where it is none of the scheme.

    >>> parse_tag("B-MISC-event", "IOB2"), parse_tag("MISC-event-B", "IOB2", "suffix"), parse_tag("PER", "IOB2")
    (('B', 'MISC-event'), ('B', 'MISC-event'), None)
    """
    if tag == "O":
        return OUTSIDE
    letter, rest = (tag[:1], tag[1:]) if affix == "prefix" else (tag[-1:], tag[:-1])
    if not letter or letter not in LETTERS[scheme]:
        return None
    if not rest:
        return (letter, "")
    hyphen, type = (rest[0], rest[1:]) if affix == "prefix" else (rest[-1], rest[:-1])
    return (letter, type) if hyphen == "-" and type else None


def explain_tag(tag: str, scheme: Scheme, affix: Affix = "prefix") -> tuple[str, str]:
    """What was expected in place of a tag that is none of the scheme, and a hint."""
    shape = "{}-TYPE" if affix == "prefix" else "TYPE-{}"
    expected = f"a tag of {scheme}: O, " + ", ".join(shape.format(letter) for letter in LETTERS[scheme])
    other: Affix = "suffix" if affix == "prefix" else "prefix"
    letter = tag[:1] if affix == "prefix" else tag[-1:]
    raised = letter.upper() + tag[1:] if affix == "prefix" else tag[:-1] + letter.upper()
    fits = [each for each in SCHEMES if parse_tag(tag, each, affix)]
    if tag in ("", "-", "_", "*"):
        return expected, "a token outside every span has the tag O"
    if raised != tag and parse_tag(raised, scheme, affix):
        return expected, f"did you mean {show(raised[:40])}?"
    if fits:
        return expected, f"it is a tag of {' and '.join(fits)}"
    if parse_tag(tag, scheme, other):
        return expected, f"its letter is a {other}: give --affix {other}, or ColumnFormat(affix={other!r}) in Python"
    if tag in SUB_TOKENS:
        return expected, "it marks pieces of words that are not counted: write one line for each word, with its own tag"
    if tag.startswith("O-") or tag.endswith("-O"):
        return expected, "O has no type"
    if tag[1:] == "-" or tag[:-1] == "-":
        return expected, "the type is missing; a letter alone has none, and no hyphen"
    examples = " and ".join(shape.format(each).replace("TYPE", show(tag[:40])) for each in LETTERS[scheme][:2])
    return expected, f"a label without a letter does not say where spans begin; such as {examples}"


def chunks(tags: Sequence[Tag], scheme: Scheme) -> list[TypedSpan]:
    """The spans that the parsed tags of one sentence stand for, in order.

    >>> [(span.start, span.end) for span in chunks([("B", "PER"), ("I", "PER"), OUTSIDE, ("I", "ORG")], "lenient")]
    [(0, 2), (3, 4)]
    >>> [(span.start, span.end) for span in chunks([("B", "PER"), ("I", "PER"), OUTSIDE, ("I", "ORG")], "IOB2")]
    [(0, 2)]
    """
    if scheme == "conlleval":
        return _conlleval_chunks(tags)
    valid = _VALID[scheme]
    spans: list[TypedSpan] = []
    start = -1
    before = OUTSIDE
    for index, tag in enumerate(tags):
        if tag is not OUTSIDE or before is not OUTSIDE:
            letter, type = tag
            outside = letter == "O" or (scheme == "IOB1" and letter == "B" and not _continues(before, tag))
            if outside or start < 0 or type != before[1] or letter in _OPENING or before[0] in _CLOSING:
                if start >= 0 and valid(tags[start][0], before[0], _continues(before, tag)):
                    spans.append(TypedSpan(start, index, before[1]))
                start = -1 if outside else index
            before = tag
    if start >= 0 and valid(tags[start][0], before[0], False):
        spans.append(TypedSpan(start, len(tags), before[1]))
    return spans


def tagged_spans(
    tags: Iterable[str | None], tokens: Iterable[tuple[int, int]], scheme: Scheme = "lenient"
) -> list[tuple[int, int, str]]:
    """What the tags of the tokens of a text stand for: start, end and type, in the offsets of the tokens.

    Args:
        tags: A tag for each token, as :func:`onrecord.dataset.to_bio` gives them; a token without one (None) is passed
            over, as a model's ``[CLS]`` is.
        tokens: Their offsets.
        scheme: How the tags are read.

    Raises:
        ValueError: A tag is none of the scheme, or there are not as many as tokens.

    >>> tagged_spans(["B-PER", "I-PER", "O", None], [(0, 8), (9, 14), (15, 18), (0, 0)])
    [(0, 14, 'PER')]
    """
    parsed, places = [], []
    for tag, (start, end) in zip(tags, tokens, strict=True):
        if tag is None:
            continue
        read = parse_tag(tag, scheme)
        if read is None:
            expected, hint = explain_tag(tag, scheme)
            raise ValueError(f"{show(tag)}: {expected} is expected; {hint}")
        parsed.append(read)
        places.append((int(start), int(end)))
    return [(places[each.start][0], places[each.end - 1][1], each.type) for each in chunks(parsed, scheme)]


_OPENING = frozenset("BSU")
_CLOSING = frozenset("ESLU")


def _continues(before: Tag, tag: Tag) -> bool:
    return before[0] != "O" and tag[0] != "O" and before[1] == tag[1]


# by the first letter of a run, its last one, and whether a token of the same type follows
_VALID: dict[Scheme, Callable[[str, str, bool], bool]] = {
    "lenient": lambda first, last, followed: True,
    "IOB1": lambda first, last, followed: True,
    "IOB2": lambda first, last, followed: first == "B",
    "IOE1": lambda first, last, followed: last == "I" or followed,
    "IOE2": lambda first, last, followed: last == "E",
    "IOBES": lambda first, last, followed: (first, last) in (("B", "E"), ("S", "S")),
    "BILOU": lambda first, last, followed: (first, last) in (("B", "L"), ("U", "U")),
}


def _conlleval_chunks(tags: Sequence[Tag]) -> list[TypedSpan]:
    spans: list[TypedSpan] = []
    start = -1
    before = OUTSIDE
    for index, tag in enumerate((*tags, OUTSIDE)):
        if tag is not OUTSIDE or before is not OUTSIDE:
            starts = _conlleval_starts(before, tag)
            if start >= 0 and (starts or _conlleval_ends(before, tag)):
                spans.append(TypedSpan(start, index, before[1]))
                start = -1
            if starts:
                start = index
            before = tag
    return spans


def _conlleval_ends(before: Tag, tag: Tag) -> bool:
    if before[0] in "[]" or tag[0] == "O" or before[1] != tag[1]:
        return True
    return (before[0] in "BI" and tag[0] == "B") or (before[0] == "E" and tag[0] in "EI")


def _conlleval_starts(before: Tag, tag: Tag) -> bool:
    if tag[0] == "O":
        return False
    if tag[0] in "[]" or before[1] != tag[1]:
        return True
    if tag[0] == "B":
        return before[0] in "BIO"
    return tag[0] in "EI" and before[0] in "OE"
