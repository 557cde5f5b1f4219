"""CoNLL-U files as corefud-scorer reads them, with udapi 0.5.2: mentions with heads, empty nodes among their words.

What ``# global.Entity`` says last holds for the file, and entities are of the whole file, in the order of their first
mentions. A mention is all words from the one that opens it to the one that closes it; ``e1[1/2]`` is the first of two
parts. The head is a word of it by its number, or its first word.

Whether a file is right at all is for :mod:`onrecord.eval.readers.conllu` to say; here is said what the tool refuses of
what is right: mentions over several sentences, and heads that a mention does not have.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Sequence

from onrecord.eval.compat.bracket_files import DocumentClusters
from onrecord.eval.compat.headed import HeadedMention, Place

FIELDS = ("eid", "etype", "head", "other")

_CHUNK = re.compile(r"\([^()]+\)?|[^()]+\)")
_PART = re.compile(r"(.*)\[(\d+)/(\d+)\]")
_GLOBAL = re.compile(r"# global\.Entity\s*=\s*(\S+)")
_DOCUMENT = re.compile(r"# newdoc(?:\s+id\s*=\s*(.+))?")


@dataclasses.dataclass(slots=True)
class _Node:
    """A line with a word or an empty node."""

    place: Place
    entity: str
    governors: str
    empty: bool


@dataclasses.dataclass(slots=True)
class _Sentence:
    document: str
    nodes: list[_Node]
    """In the order of their numbers."""


@dataclasses.dataclass(slots=True, eq=False)
class _Mention:
    entity: str
    sentence: _Sentence
    words: list[_Node]
    head: _Node


def read_corefud(raw: bytes) -> DocumentClusters:
    """The clusters of each document; mentions are :class:`HeadedMention`.

    Raises:
        ValueError: The tool refuses the file.
    """
    text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    sentences = _sentences(text)
    fields = FIELDS
    for found in _GLOBAL.findall(text):
        fields = tuple(found.split("-"))
    reader = _Reader(fields)
    for sentence in sentences:
        for node in sentence.nodes:
            reader.take(sentence, node)
    documents: DocumentClusters = {sentence.document: [] for sentence in sentences}
    for mentions in reader.entities():
        by_document: dict[str, list[HeadedMention]] = defaultdict(list)
        for each in mentions:
            by_document[each.sentence.document].append(_headed(each))
        for document, cluster in by_document.items():
            documents[document].append(list(cluster))
    return documents


def _sentences(text: str) -> list[_Sentence]:
    """Every sentence that has words."""
    sentences: list[_Sentence] = []
    document, documents = "", 0
    for block in re.split(r"\n\n+", text):
        nodes: list[_Node] = []
        for line in block.split("\n"):
            if begins := _DOCUMENT.fullmatch(line):
                documents += 1
                document = begins[1] or str(documents)
            elif line and not line.startswith("#"):
                cells = line.split("\t")
                if "-" not in cells[0]:
                    misc = dict(part.partition("=")[::2] for part in cells[9].split("|"))
                    empty = "." in cells[0]
                    place = len(sentences) + 1, float(cells[0]) if empty else int(cells[0])
                    nodes.append(_Node(place, misc.get("Entity", ""), cells[8], empty))
        if not all(node.empty for node in nodes):
            sentences.append(_Sentence(document, sorted(nodes, key=lambda node: node.place)))
    return sentences


class _Reader:
    """Opens and closes mentions word by word."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._mentions: dict[str, list[_Mention]] = defaultdict(list)
        self._opened: dict[str, list[tuple[_Mention, int]]] = defaultdict(list)
        self._in_parts: dict[str, list[_Mention]] = defaultdict(list)

    def take(self, sentence: _Sentence, node: _Node) -> None:
        for chunk in _CHUNK.findall(node.entity):
            opens, closes = chunk.startswith("("), chunk.endswith(")")
            if opens:
                self._open(chunk.strip("()"), sentence, node, closes)
            else:
                self._close(chunk[:-1], sentence, node)

    def entities(self) -> list[list[_Mention]]:
        """The mentions of each entity that were closed, in the tool's order."""
        still_open = {id(mention) for stack in self._opened.values() for mention, _ in stack}
        entities = [
            sorted((each for each in mentions if id(each) not in still_open), key=_order)
            for mentions in self._mentions.values()
        ]
        return sorted((mentions for mentions in entities if mentions), key=lambda mentions: _order(mentions[0]))

    def _open(self, chunk: str, sentence: _Sentence, node: _Node, closes: bool) -> None:
        values = dict(zip(self._fields, chunk.split("-"), strict=False))
        head = values.get("head", "0")
        if not head.isdecimal():
            raise ValueError(f"{head!r} is no head of a mention in {chunk}")
        key = self._key(values.get("GRP") or values.get("eid", ""), sentence)
        part = _PART.fullmatch(key)
        key = part[1] if part else key
        if part and part[2] != "1":
            mention = self._begun(key, sentence)
            mention.words.append(node)
            if closes and part[2] == part[3]:
                self._in_parts[key].remove(mention)
                mention.head = _word(mention, int(head))
        else:
            mention = _Mention(key, sentence, [node], node)
            self._mentions[key].append(mention)
            if part:
                self._in_parts[key].append(mention)
        if not closes:
            self._opened[key].append((mention, int(head)))

    def _key(self, id: str, sentence: _Sentence) -> str:
        """Groups are of a document, entities of a file."""
        return f"{sentence.document}.{id}" if "GRP" in self._fields else id

    def _begun(self, key: str, sentence: _Sentence) -> _Mention:
        """The mention in parts that lacks one and is not open."""
        opened = [mention for mention, _ in self._opened[key]]
        for mention in self._in_parts[key]:
            if mention not in opened:
                if mention.sentence is not sentence:
                    break
                return mention
        raise ValueError(f"a part of a mention of {key} without a first part in its sentence")

    def _close(self, key: str, sentence: _Sentence, node: _Node) -> None:
        key = self._key(key, sentence)
        part = None if key in self._opened else _PART.fullmatch(key)
        if part:
            key = part[1]
        if not self._opened[key]:
            raise ValueError(f"a mention of {key} is closed and was not opened")
        mention, head = self._opened[key].pop()
        if mention.sentence is not sentence:
            raise ValueError(f"a mention of {key} goes over several sentences")
        last = mention.words[-1].place
        for word in sentence.nodes:
            if word.place > last:  # the tool goes on to the end of the sentence where one word both opens and closes
                mention.words.append(word)
                if word is node:
                    break
        if part is None or part[2] == part[3]:
            mention.head = _word(mention, head)
            if part:
                self._in_parts[key].remove(mention)


def _word(mention: _Mention, number: int) -> _Node:
    if number > len(mention.words):
        raise ValueError(f"a mention of {mention.entity} has {len(mention.words)} words and the head {number}")
    return mention.words[number - 1] if number else mention.words[0]


def _order(mention: _Mention) -> tuple[Place, int, Place, str]:
    """Of two that begin together the longer one comes first."""
    return mention.words[0].place, -len(mention.words), mention.words[-1].place, mention.entity


def _headed(mention: _Mention) -> HeadedMention:
    governors = _governors(mention.head) if mention.head.empty else None
    return HeadedMention(tuple(word.place for word in mention.words), mention.head.place, governors)


def _governors(node: _Node) -> tuple[tuple[Place, str], ...]:
    """The enhanced dependencies of an empty node: ``2:nsubj|4.1:conj``."""
    found = []
    for each in node.governors.split("|"):
        number, colon, relation = each.partition(":")
        if colon:
            found.append(((node.place[0], float(number) if "." in number else int(number)), relation))
    return tuple(found)
