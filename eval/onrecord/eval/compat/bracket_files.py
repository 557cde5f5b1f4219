"""Files with a coreference column as the reference scorer and coval read them, each in its own way and order.

Both take the mentions of a line by kind: those of one token first, then all that open, then all that close. So
``0)|(0``, which closes a mention and opens the next, opens first, and what it closes is what it has just opened. The
order of clusters, which decides about mentions that are in two, is that of the first bracket in the reference scorer
and of the first whole mention in coval. coval knows a mention by the sentence in which it closes and the places of its
tokens in their sentences.

Whether a file is right at all is for :mod:`onrecord.eval.readers.conll2012` to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping

Mention = Hashable
DocumentClusters = dict[str, list[list[Mention]]]
"""The clusters of each document, by what stands behind ``#begin document``."""


def read_perl(raw: bytes) -> DocumentClusters:
    """As the reference scorer reads; a mention is its first and last token."""
    return {name: _perl_clusters(lines) for name, lines in _documents(raw)}


def read_coval(raw: bytes) -> DocumentClusters:
    """As coval reads; a mention is its sentence and its first and last token there."""
    return {name: _coval_clusters(lines) for name, lines in _documents(raw)}


def both_sides(
    read: Callable[[bytes], DocumentClusters], gold: bytes, predicted: bytes
) -> Mapping[str, tuple[list[list[Mention]], list[list[Mention]]]]:
    """Gold and predicted clusters of every document of gold, by one of the ways to read.

    A document that the predictions lack has none.
    """
    one, other = read(gold), read(predicted)
    return {name: (clusters, other.get(name, [])) for name, clusters in one.items()}


_BEGIN = re.compile(r"#\s*begin document (.*)")
_END = re.compile(r"#\s*end document")


def _documents(raw: bytes) -> Iterator[tuple[str, list[str]]]:
    name, lines = None, list[str]()
    for line in raw.decode("utf-8-sig").replace("\r\n", "\n").split("\n"):
        if begins := _BEGIN.match(line.strip()):
            name, lines = begins[1], []
        elif name is not None and _END.match(line.strip()):
            yield name, lines
            name = None
        else:
            lines.append(line)


def _last_cell(line: str) -> str:
    cells = line.encode().split()  # at no other white space than that of ASCII
    return cells[-1].decode() if cells else ""


_SUM = re.compile(r"\(\d+\+\d\)")
_WHOLE, _OPENS, _CLOSES = (re.compile(each, re.ASCII) for each in (r"\((\d+)\)", r"\((\d+)", r"(\d+)\)"))


def _perl_clusters(lines: list[str]) -> list[list[Mention]]:
    clusters: dict[str, list[Mention]] = {}
    opened: dict[str, list[int]] = defaultdict(list)
    token = 0
    for line in lines:
        if not line.strip():
            continue
        cell = _SUM.sub("", line.rstrip("\t").rpartition("\t")[2])  # without tabs the whole line
        for cluster in _WHOLE.findall(cell):
            clusters.setdefault(cluster, []).append((token, token))
        cell = _WHOLE.sub("", cell)
        for cluster in _OPENS.findall(cell):
            clusters.setdefault(cluster, [])
            opened[cluster].append(token)
        for cluster in _CLOSES.findall(_OPENS.sub("", cell)):
            clusters[cluster].append((opened[cluster].pop(), token))
        token += 1
    return list(clusters.values())


def _coval_clusters(lines: list[str]) -> list[list[Mention]]:
    clusters: dict[int, list[Mention]] = {}
    opened: dict[int, list[int]] = defaultdict(list)
    sentence = token = 0
    for line in lines:
        if not line.strip():
            sentence, token = sentence + (token > 0), 0
            continue
        whole, opens, closes = _coval_cell(_last_cell(line))
        for cluster in whole:
            clusters.setdefault(cluster, []).append((sentence, token, token))
        for cluster in opens:
            opened[cluster].append(token)
        for cluster in closes:
            found = clusters.setdefault(cluster, [])
            if opened[cluster]:
                found.append((sentence, opened[cluster].pop(), token))
        token += 1
    return list(clusters.values())


def _coval_cell(cell: str) -> tuple[list[int], list[int], list[int]]:
    """Clusters of one token, that open, and that close; ids are numbers, and one that opens needs a bar behind it."""
    whole, opens, closes = list[int](), list[int](), list[int]()
    digits, is_open = "", False
    for char in cell:
        if char.isdecimal():
            digits += char
        elif char == "(":
            digits, is_open = "", True
        elif char in ")|":
            into = (whole if is_open else closes) if char == ")" else opens if is_open else None
            if digits and into is not None:
                into.append(int(digits))
            digits, is_open = "", False
    if is_open and digits:
        opens.append(int(digits))
    return whole, opens, closes
