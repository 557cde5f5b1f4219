"""The probe ``names``: every word of a proper name becomes an invented one, the same everywhere.

A word of a name is one with a capital in a name of a registry or in a mention by name. Ordinary words within names are
none: those that names have in small letters (``of``, ``armed forces``), the most frequent words, and what is in small
letters in the articles and only begins descriptions in the registry (``Military experts``). A person's name has no
ordinary word; whoever has no name but a description (``An official with knowledge of the talks``) has no name here.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset.gold import Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.inventing import Inventor
from onrecord.dataset.perturbing.probe import Change, Probe, Setting
from onrecord.dataset.perturbing.renaming import WORD, Initials, Renaming, is_caseless, key
from onrecord.dataset.records import Registries

PERSON = "PER"
NOT_LOOKED_FOR = "not looked for: the name is invented"
"""What is said of the Wikidata id of a row."""

FREQUENT = 0.005
"""A word that is so great a share of all words in small letters is ordinary."""

LEAST_PARTICLE = 5
"""Words in small letters of a person's name are part of it from so many letters on: ``van`` is not."""

ALIKE = 0.8
"""How alike two words of one row's names are where one is taken for a misspelling of the other."""

_ENDINGS = frozenset(
    [
        *("", "a", "e", "i", "o", "y", "n", "s", "ns", "ia", "an", "ans", "ian", "ians", "and", "land"),
        *("ish", "ese", "ern", "er", "ers", "ic", "ine", "ines"),
    ]
)
"""What forms of one name differ in."""

LEAST_SHARED = 3
"""Letters that two forms of a name have in common at least: Poland, Polish."""

_KEPT = sorted(_ENDINGS - {"", "a", "e", "i", "o", "y", "and", "land"}, key=lambda ending: (-len(ending), ending))
"""The endings that a form keeps, the longest first; the name itself keeps none."""


@dataclasses.dataclass
class _Seen:
    """What is known of the words of all names."""

    by_row: dict[str, dict[str, None]]
    """The words of each entity's names."""
    persons: set[str]
    written: dict[str, set[str]]
    """How each is written in names."""
    named: set[str]
    """Those that do not only begin descriptions: with a word in capitals beside them, or in a mention by name."""
    acronyms: dict[str, str]
    """The row of letters with points between them, such as ``U.S.``."""
    names: dict[str, list[list[str]]]
    """The names of each row, word by word."""

    @classmethod
    def of(cls, gold: Gold, use: _Use) -> _Seen:
        seen = cls(defaultdict(dict), set(), defaultdict(set), set(), {}, defaultdict(list))
        mentioned = [*_mentioned(gold)]
        with_names = {row_id for row_id, _, _ in mentioned}
        for row in gold.registries.entities:
            for name in (row.name, *row.aliases):
                person = row.type == PERSON and (row.id in with_names or not _describes(name, use))
                seen.add(row.id, name, person, False)
        for row_id, name, type in mentioned:
            seen.add(row_id, name, type == PERSON, True)
        return seen

    def add(self, row: str, name: str, person: bool, mentioned: bool) -> None:
        words = WORD.findall(name)
        self.names[row].append([key(word) for word in words])
        if len(words) > 1 and all(len(word) == 1 and word.isupper() for word in words):
            self.acronyms[key("".join(words))] = row
        for place, word in enumerate(words):
            if len(word) == 1 and not is_caseless(word):
                continue
            known = key(word)
            self.by_row[row][known] = None
            self.written[known].add(word)
            if person and (not word.islower() or is_caseless(word) or len(word) >= LEAST_PARTICLE):
                self.persons.add(known)
            if mentioned or place or not (len(words) == 1 or words[1].islower()):
                self.named.add(known)


def _mentioned(gold: Gold) -> Iterator[tuple[str, str, str]]:
    """Entity, surface and type of what is mentioned by name."""
    if "mentions" not in LAYERS:
        return
    name = gold.scheme.mention_kinds[0]
    for article in gold.articles:
        for mention in article.labels.mentions:
            if mention.kind == name:
                yield mention.literal or mention.entity or mention.text, mention.text, mention.type


@dataclasses.dataclass(frozen=True)
class _Use:
    """How often words stand in small letters, and with a capital."""

    small: Counter[str]
    capital: Counter[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> _Use:
        small, capital = Counter[str](), Counter[str]()
        words = Counter(word for text in texts for word in WORD.findall(text))
        for word, many in words.items():
            (small if word.islower() else capital)[key(word)] += many
        return cls(small, capital)


def _describes(name: str, use: _Use) -> bool:
    """Whether what a registry calls a person is a description, by the words that articles have in small letters."""
    words = WORD.findall(name)
    small = [word for word in words if word.islower() and not is_caseless(word) and len(word) >= LEAST_PARTICLE]
    return any(use.small[key(word)] for word in (*words[:1], *small))


def _is_ordinary(word: str, seen: _Seen, use: _Use, persons: bool) -> bool:
    if word in seen.persons or is_caseless(word):
        return False
    if any(written.islower() for written in seen.written[word]):
        return True
    if use.small[word] > FREQUENT * use.small.total() + 2:
        return True
    return persons and word not in seen.named and use.small[word] > 0


def renaming(gold: Gold, setting: Setting, said: Iterable[str] = ()) -> Renaming:
    """The table of all names, with an invented word for each word of them.

    Args:
        gold: The corpus.
        setting: With the seed.
        said: More texts whose words no name may be.
    """
    use = _Use.of(article.document.text for article in gold.articles)
    seen = _Seen.of(gold, use)
    persons = PERSON in gold.scheme.entity_types
    proper = {word for word in seen.written if not _is_ordinary(word, seen, use, persons)}
    known = {*use.small, *use.capital, *seen.written, *seen.acronyms}
    known |= {key(word) for text in (*said, *_texts(gold.registries)) for word in WORD.findall(text)}
    inventor = Inventor(known, lambda word: setting.draw("names", word), {letter for word in proper for letter in word})
    acronyms = {word for word in proper if not is_caseless(word) and all(map(str.isupper, seen.written[word]))}
    words = proper - acronyms
    rows = {row: [word for word in several if word in words] for row, several in seen.by_row.items()}
    table = _invented(sorted(words), rows, use, inventor)
    for word in sorted({*acronyms, *seen.acronyms}):
        row = seen.acronyms.get(word) or next(row for row, several in seen.by_row.items() if word in several)
        table[word] = inventor.acronym(word, _initials_of(word, seen.names[row], table))
    letters = frozenset(acronyms | {*seen.acronyms})
    any_case = frozenset(
        word
        for word in table
        if word in seen.persons or use.small[word] <= (0 if word in letters else use.capital[word])
    )
    alone = {letter: inventor.letter(letter) for letter in string.ascii_lowercase}
    return Renaming(table, any_case, letters, Initials(_initials(rows, table), alone))


def _invented(words: Sequence[str], rows: Mapping[str, Sequence[str]], use: _Use, inventor: Inventor) -> dict[str, str]:
    """An invented word for each: forms of one name share it, misspellings are misspelt."""
    table: dict[str, str] = {}
    slips = _slips(rows, use)
    for base, forms in _grouped([word for word in words if word not in slips], rows):
        least = max(len(word) - len(ending) for word, ending in forms.items())
        stem = inventor.word(base, list(forms), least, set(forms.values()))
        table |= {word: stem + ending for word, ending in forms.items()}
    return table | {slip: inventor.slip(slip, table[right]) for slip, right in slips.items()}


def _texts(registries: Registries) -> Iterator[str]:
    for rows in msgspec.structs.asdict(registries).values():
        for row in rows:
            yield msgspec.json.encode(row).decode("utf-8")


def _grouped(words: Sequence[str], rows: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """The forms of each name with the endings that they keep, by the one that is the name itself."""
    group = {word: word for word in words}

    def root(word: str) -> str:
        return word if group[word] == word else root(group[word])

    for some in rows.values():
        for one, other in itertools.combinations(sorted(word for word in some if word in group), 2):
            if _are_forms(one, other):
                group[max(root(one), root(other))] = min(root(one), root(other))
    forms: dict[str, list[str]] = defaultdict(list)
    for word in words:
        forms[root(word)].append(word)
    for several in forms.values():
        yield from _endings(several)


def _are_forms(one: str, other: str) -> bool:
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return same >= LEAST_SHARED and {one[same:], other[same:]} <= _ENDINGS


def _endings(words: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """One group, or several where two forms would be the same."""
    base = min(words, key=lambda word: (len(word), word))
    forms = {base: ""}
    for word in sorted(words):
        ending = next((each for each in _KEPT if word.endswith(each)), "")
        if word != base and ending and ending not in forms.values():
            forms[word] = ending
        elif word != base:
            yield word, {word: ""}
    yield base, forms


def _slips(rows: Mapping[str, Sequence[str]], use: _Use) -> dict[str, str]:
    """Words that are another one of the same row, misspelt: the rarer one."""
    found: dict[str, str] = {}
    for words in rows.values():
        for one, other in itertools.combinations(words, 2):
            rare, right = sorted((one, other), key=lambda word: (use.capital[word], word))
            alike = difflib.SequenceMatcher(None, rare, right).ratio() >= ALIKE
            if alike and not _are_forms(one, other) and {rare, right}.isdisjoint(found) and rare not in found.values():
                found[rare] = right
    return found


def _initials_of(acronym: str, names: Sequence[Sequence[str]], table: Mapping[str, str]) -> str:
    """The initials of the invented words of a name whose own the acronym has; empty where none has."""
    for name in names:
        words = [word for word in name if word in table and len(word) > 1]
        if "".join(word[0] for word in words) == acronym:
            return "".join(table[word][0] for word in words)
    return ""


def _initials(rows: Mapping[str, Sequence[str]], table: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """By a word of a name and the first letter of another word of the same: the first letter of its invented one."""
    found: dict[tuple[str, str], str] = {}
    for words in rows.values():
        for one, other in itertools.permutations(words, 2):
            if one in table and other in table:
                found.setdefault((one, other[0]), table[other][0])
    return found


def _prepare(gold: Gold, setting: Setting) -> Change:
    said = [f"{each.document.publisher} {each.document.published_reason}" for each in gold.articles]
    made = renaming(gold, setting, said)
    return Change(
        edits=lambda article: made.edits(article.document.text),
        registries=lambda rows: unlinked(rows, NOT_LOOKED_FOR),
        words=made.words,
        told=made.words,
        ids=made.ids,
    )


def unlinked(registries: Registries, note: str, ids: frozenset[str] | None = None) -> Registries:
    """The registries without links to Wikidata: of all rows, or of some.

    Args:
        registries: The registries.
        note: Why there is none.
        ids: The rows; None for all.
    """

    def one(row: msgspec.Struct) -> msgspec.Struct:
        there = "wikidata" in row.__struct_fields__ and (ids is None or row.id in ids)  # type: ignore[attr-defined]
        return msgspec.structs.replace(row, wikidata=None, wikidata_note=note) if there else row

    every = msgspec.structs.asdict(registries).items()
    changed: dict[str, Any] = {name: tuple(map(one, rows)) for name, rows in every}
    return Registries(**changed)


NAMES = Probe(
    "names",
    "Every word of a proper name is an invented one, the same in all articles and registries; forms, capitals and"
    " initials are kept, links are not looked for. What a system knows of the names it has to read.",
    _prepare,
    unlinks=True,
)
