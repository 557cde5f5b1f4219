"""Names as tokens and tags, for whoever trains a tagger.

No tokenizer comes along: any may be brought, as the offsets of its tokens. A mention is tagged where it begins with a
token and ends with one; what does not, and what lies in or across another mention, is told apart and never lost in
silence. White space at the ends of tokens and mentions is of no account.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from onrecord.dataset.gold import Article
from onrecord.dataset.layers import scheme as scheme_in_force
from onrecord.dataset.records import Mention

TagScheme = Literal["IO", "BIO", "BIOES", "BILOU"]
"""``IO`` does not part two mentions of one type that follow each other; ``BIO`` is IOB2, ``BIOES`` is IOBES."""

Overlap = Literal["longest", "shortest"]
"""Which of two mentions with a token in common is tagged; of equally long ones the first given."""

Misaligned = Literal["drop", "widen"]
"""What is done with a mention that begins or ends within a token: it is left out, or the whole tokens are tagged."""

Why = Literal["misaligned", "overlap", "no token"]

_LETTERS: dict[TagScheme, tuple[str, str, str, str]] = {
    "IO": ("I", "I", "I", "I"),
    "BIO": ("B", "B", "I", "I"),
    "BIOES": ("S", "B", "I", "E"),
    "BILOU": ("U", "B", "I", "L"),
}
"""Letters of a mention's only token, its first, those between, its last."""

AnyMention = Mention | Mapping[str, Any]
"""A mention, or a row of one with ``start``, ``end``, ``type`` and, where it is not the first kind, ``kind``."""


@dataclasses.dataclass(frozen=True)
class Unfit:
    """A mention that the tags do not show as it is."""

    mention: AnyMention
    """As it was given."""
    why: Why
    """``misaligned``: it begins or ends within a token, or outside of all; ``overlap``: it has a token in common with
    another that is tagged; ``no token``: no token lies in it."""
    widened: bool = False
    """Whether the tokens that it touches are tagged all the same."""


@dataclasses.dataclass(frozen=True)
class TaggedText:
    """A text as tokens and tags."""

    text: str
    tokens: tuple[tuple[int, int], ...]
    """Offsets of each token in code points, half-open."""
    tags: tuple[str | None, ...]
    """The tag of each token; None for one without a character, such as a model's ``[CLS]``."""
    unfit: tuple[Unfit, ...]
    """The mentions that are left out or widened, in the order of the text."""

    @property
    def words(self) -> list[str]:
        """The surface of each token."""
        return [self.text[start:end] for start, end in self.tokens]


def bio_tags(scheme: TagScheme = "BIO", types: Sequence[str] | None = None) -> tuple[str, ...]:
    """Every tag that :func:`to_bio` may give: ``O``, then those of each type. The index of a tag is a number for it.

    Args:
        scheme: The tag scheme.
        types: The types of mentions, in their order; those of the label scheme in force where left out.

    >>> bio_tags("BIOES", ["PER"])
    ('O', 'S-PER', 'B-PER', 'I-PER', 'E-PER')
    """
    letters = dict.fromkeys(_LETTERS[_known(scheme, TagScheme)])
    every = scheme_in_force().entity_types if types is None else types
    return ("O", *(f"{letter}-{type}" for type in every for letter in letters))


def to_bio(
    article: Article | Mapping[str, Any] | str,
    mentions: Iterable[AnyMention] | None = None,
    *,
    tokens: Iterable[tuple[int, int]] | None = None,
    scheme: TagScheme = "BIO",
    kinds: Collection[str] | None = None,
    overlap: Overlap = "longest",
    misaligned: Misaligned = "drop",
) -> TaggedText:
    """The mentions of a text as a tag for each token.

    Args:
        article: An article, a row of the config ``articles``, or a text.
        mentions: Those of a text; an article has its own.
        tokens: Offsets of the tokens in the order of the text, as ``offset_mapping`` of a fast tokenizer has them, for
            a part of the text too; those of :func:`word_offsets` where left out. One without a character gets no tag.
        scheme: The tag scheme.
        kinds: Kinds of mentions that are tagged; the first kind of the label scheme in force, names, where left out.
        overlap: Which of two mentions with a token in common is tagged.
        misaligned: What is done with a mention that begins or ends within a token.

    Raises:
        TypeError: A text without mentions, or mentions beside an article.
        ValueError: A token or a mention lies outside the text, tokens are in no order, a mention's surface is not the
            text's, a kind is none of the scheme in force, or an option has no such value.

    >>> tagged = to_bio("Putin met Lukashenko.", [{"start": 0, "end": 5, "type": "PER"}])
    >>> list(zip(tagged.words, tagged.tags))
    [('Putin', 'B-PER'), ('met', 'O'), ('Lukashenko', 'O'), ('.', 'O')]
    """
    letters = _LETTERS[_known(scheme, TagScheme)]
    text, given = _given(article, mentions)
    places = tuple((int(start), int(end)) for start, end in (word_offsets(text) if tokens is None else tokens))
    grid = _Grid(text, places)
    found = [_found(text, each) for each in given]
    wanted = _wanted_kinds(kinds, found)
    sign = -1 if _known(overlap, Overlap) == "longest" else 1
    widen = _known(misaligned, Misaligned) == "widen"

    tags: list[str | None] = ["O" if end > start else None for start, end in places]
    unfit: list[tuple[int, int, Unfit]] = []
    ordered = sorted((each for each in found if each.kind in wanted), key=lambda each: sign * (each.end - each.start))
    for each in ordered:
        inside, aligned = grid.tokens_of(each.start, each.end)
        why: Why | None = "no token" if not inside else None if aligned else "misaligned"
        if inside and (aligned or widen):
            if any(tags[place] != "O" for place in inside):
                why = "overlap"
            else:
                for place, letter in zip(inside, _letters(letters, len(inside)), strict=True):
                    tags[place] = f"{letter}-{each.type}"
        if why is not None:
            unfit.append((each.start, each.end, Unfit(each.given, why, why == "misaligned" and widen)))
    told = tuple(each for *_, each in sorted(unfit, key=lambda each: each[:2]))
    return TaggedText(text, places, tuple(tags), told)


def word_offsets(text: str) -> list[tuple[int, int]]:
    """Offsets of the words of a text: a run of letters and digits is one, every other visible character is one.

    A combining mark or an invisible character belongs to what stands before it. A letter of East Asian width, such as a
    Han character, is a word by itself; for other scripts without spaces between words, bring a tokenizer.

    >>> [text[a:b] for text in ["Minsk's U.S.-made 3,5"] for a, b in word_offsets(text)]
    ['Minsk', "'", 's', 'U', '.', 'S', '.', '-', 'made', '3', ',', '5']
    """
    found: list[tuple[int, int]] = []
    running = False  # whether a letter or digit would go on with the last word
    for at, char in enumerate(text):
        if char.isspace():
            running = False
            continue
        letter = char.isalnum() and unicodedata.east_asian_width(char) != "W"
        mark = unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")
        if found and found[-1][1] == at and (mark or (running and letter)):
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
            running = letter
    return found


def _known(value: Any, options: Any) -> Any:
    if value not in get_args(options):
        raise ValueError(f"{value!r}: one of {', '.join(get_args(options))} is expected")
    return value


def _given(
    article: Article | Mapping[str, Any] | str, mentions: Iterable[AnyMention] | None
) -> tuple[str, list[AnyMention]]:
    if isinstance(article, str) == (mentions is None):
        raise TypeError("give a text and its mentions, or an article, which has both")
    if isinstance(article, str):
        return article, list(mentions or ())
    if isinstance(article, Article):
        return article.document.text, list(article.labels.mentions)
    return article["text"], list(article["mentions"])


def _letters(letters: tuple[str, str, str, str], tokens: int) -> list[str]:
    only, first, between, last = letters
    return [only] if tokens == 1 else [first, *[between] * (tokens - 2), last]


class _Found(NamedTuple):
    """A mention in its text, without white space at its ends."""

    given: AnyMention
    start: int
    end: int
    type: str
    kind: str


def _found(text: str, given: AnyMention) -> _Found:
    value = msgspec.to_builtins(given) if isinstance(given, Mention) else given
    start, end, surface = value["start"], value["end"], value.get("text")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"a mention at [{start}, {end}): the text has {len(text)} characters")
    if surface is not None and text[start:end] != surface:
        raise ValueError(f"a mention at [{start}, {end}): {text[start:end]!r} is there, not {surface!r}")
    kind = value.get("kind") or scheme_in_force().mention_kinds[0]
    return _Found(given, *_bare(text, start, end), value["type"], kind)


def _wanted_kinds(kinds: Collection[str] | None, found: Sequence[_Found]) -> Collection[str]:
    known, there = scheme_in_force().mention_kinds, {each.kind for each in found}
    asked = (kinds,) if isinstance(kinds, str) else kinds
    strange = sorted(there - {*known} if asked is None else {*asked} - {*known} - there)
    if strange:
        hint = "say which with kinds, or put the scheme of the corpus in force with onrecord.dataset.layers.using"
        raise ValueError(f"kind {strange[0]!r}: the scheme in force has {', '.join(known)}; {hint}")
    return known[:1] if asked is None else asked


class _Grid:
    """The tokens of a text that have a visible character, by their places in it."""

    def __init__(self, text: str, tokens: Sequence[tuple[int, int]]) -> None:
        self.tokens = tokens
        self.places: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for place, (start, end) in enumerate(tokens):
            if not 0 <= start <= end <= len(text):
                raise ValueError(f"token {place} at [{start}, {end}): the text has {len(text)} characters")
            low, high = _bare(text, start, end)
            if low == high:
                continue
            if self.ends and (low < self.starts[-1] or high < self.ends[-1]):
                raise ValueError(f"token {place} at [{start}, {end}): tokens are expected in the order of the text")
            self.places.append(place)
            self.starts.append(low)
            self.ends.append(high)

    def tokens_of(self, start: int, end: int) -> tuple[list[int], bool]:
        """Numbers of the tokens that a stretch touches, and whether it begins and ends with them.

        White space between two of them that is a token belongs to them.
        """
        first, after = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first >= after:
            return [], False
        within = range(self.places[first], self.places[after - 1] + 1)
        aligned = (self.starts[first], self.ends[after - 1]) == (start, end)
        return [place for place in within if self.tokens[place][0] < self.tokens[place][1]], aligned


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without white space at its ends; an empty one where it is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
