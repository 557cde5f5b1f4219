r"""Spans of WebAnno TSV 3, which INCEpTION exports too.

``#T_SP=layer|feature|feature`` names a layer of spans and its columns, which follow the token's number, its offsets
and the token: ``1-1<TAB>0-5<TAB>Putin<TAB>PER[1]``. ``_`` is no span, ``*`` one without a value, ``|`` stands between
several, and spans with the same number are one, over tokens too; a value without a number is a span of its token
alone. A line ``1-1.1`` is of a part of a token. A backslash escapes. The type of a span is the first feature that has
a value, of the first layer that has features, or of the layer that is asked for; relations, chains and other layers
are passed over. Offsets count UTF-16 in files of these tools, and are given in code points of the text that the tokens
make up. Source: WebAnno user guide, appendix "WebAnno TSV 3.3 file format".
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import encoding_problem, excerpt, numbered, of_line, whole
from onrecord.eval.spans.documents import TypedSpan

FORMAT = "#FORMAT=WebAnno TSV 3"

_NUMBER = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)?")
_PLACE = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")
_SEVERAL = re.compile(r"(?<!\\)\|")
_NUMBERED = re.compile(r"(.*?)(?<!\\)\[([0-9]+)\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(->|.)")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r"}


@dataclasses.dataclass(frozen=True)
class _Layer:
    name: str
    first: int
    """Its first column."""
    columns: int
    spans: bool


@dataclasses.dataclass(slots=True)
class _Span:
    start: int
    end: int
    type: str


def read_webanno(path: Path | str, raw: bytes | None = None, layer: str = "") -> Reading:
    """The document of a file, which has no name for it.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        layer: The layer whose spans are read, or the end of its name; the first with features where it is empty.

    Raises:
        FaultsError: With every fault of the file.
    """
    findings = Findings(str(path))
    lines = [(number, line) for number, line in numbered(whole(path, raw)) if line.strip()]
    bad = [(number, problem) for number, line in lines if (problem := encoding_problem(line))]
    for number, problem in bad:
        findings.add(of_line("encoding", *problem), number)
    findings.refuse()
    texts = [(number, line.decode("utf-8")) for number, line in lines]
    if not texts:
        return Reading(())
    if not texts[0][1].startswith(FORMAT):
        findings.add(of_line("webanno", excerpt(texts[0][1]), f"{FORMAT}.x"), texts[0][0])
        findings.refuse()
    layers = _layers([line for _, line in texts if line.startswith("#T_")])
    chosen = _chosen(layers, layer)
    if chosen is None:
        names = ", ".join(each.name for each in layers if each.spans) or "none"
        findings.add(of_line("layer", layer or "no layer of spans with features", f"one of: {names}"), None)
        findings.refuse()
        raise AssertionError
    passed = PassedOver({f"layer {each.name}": 1 for each in layers if each is not chosen})
    rows = _Rows(chosen, 3 + sum(each.columns for each in layers), findings)
    for number, line in texts:
        if not line.startswith("#"):
            rows.take(number, line)
    findings.refuse()
    spans = tuple(TypedSpan(each.start, each.end, each.type) for each in rows.spans.values())
    return Reading((LabelledDocument("", spans, text="".join(rows.text)),), passed)


def _layers(headers: list[str]) -> list[_Layer]:
    layers: list[_Layer] = []
    column = 3
    for header in headers:
        kind, _, rest = header.partition("=")
        name, *features = rest.split("|")
        # a relation has the place of its other end in a column beside its features, and so has a slot
        many = max(1, len(features) + len([each for each in features if each.startswith("ROLE_")]))
        if kind == "#T_RL":
            many = max(1, len([each for each in features if not each.startswith("BT_")])) + 1
        elif kind == "#T_CH":
            many = 2
        layers.append(_Layer(name, column, many, kind == "#T_SP"))
        column += many
    return layers


def _chosen(layers: list[_Layer], wanted: str) -> _Layer | None:
    spans = [each for each in layers if each.spans]
    if wanted:
        return next((each for each in spans if each.name.endswith(wanted)), None)
    entities = [each for each in spans if each.name.endswith("NamedEntity")]
    return next(iter(entities or spans), None)


class _Rows:
    """Takes the lines of tokens."""

    def __init__(self, layer: _Layer, columns: int, findings: Findings) -> None:
        self._layer = layer
        self._columns = columns
        self._findings = findings
        self.text: list[str] = []
        """Characters so far: tokens at their places, spaces between."""
        self.spans: dict[str, _Span] = {}
        """By number, or by line where a span has none."""
        self._surplus = 0
        """How many more UTF-16 units than code points there were so far."""
        self._before = 0
        """The same before the last token."""

    def take(self, number: int, line: str) -> None:
        cells = line.split("\t")
        if len(cells) == self._columns + 1 and not cells[-1]:  # lines end in a tab
            cells.pop()
        place = _PLACE.fullmatch(cells[1]) if len(cells) > 2 else None
        if place is None or not _NUMBER.fullmatch(cells[0]):
            found = excerpt(line)
            self._findings.add(of_line("webanno", found, "a number such as 1-1, offsets such as 0-5, a token"), number)
            return
        if len(cells) < self._layer.first + self._layer.columns:
            expected = f"{self._columns} columns, as the layers at the beginning have them"
            self._findings.add(of_line("columns", f"{len(cells)} in {excerpt(line)}", expected), number)
            return
        start, end = self._place(int(place[1]), int(place[2]), unescaped(cells[2]), "." in cells[0], number)
        self._add(cells[self._layer.first : self._layer.first + self._layer.columns], start, end, number)

    def _place(self, start: int, end: int, token: str, part: bool, line: int) -> tuple[int, int]:
        """The offsets of a token in code points; the text grows by a whole one."""
        if part:
            begin = start - self._before
            if "".join(self.text[begin : begin + len(token)]) != token:
                found = f"offsets {start}-{end} of {excerpt(token)}"
                self._findings.add(of_line("offset", found, "a part of the token before it"), line)
            return begin, begin + len(token)
        begin = start - self._surplus
        if begin < len(self.text) or end - start < len(token):
            found = f"offsets {start}-{end} of {excerpt(token)}"
            self._findings.add(of_line("offset", found, "tokens in order, each as long as its offsets"), line)
            return len(self.text), len(self.text) + 1
        self.text += " " * min(begin - len(self.text), 2**20)
        self.text += token
        self._before = self._surplus
        self._surplus += (end - start) - len(token)
        return begin, begin + len(token)

    def _add(self, cells: list[str], start: int, end: int, line: int) -> None:
        values: dict[str, list[str]] = {}
        for cell in cells:
            for index, value in enumerate(_SEVERAL.split(cell)):
                match = _NUMBERED.fullmatch(value)
                key = match[2] if match else f"line {line}: {index}"
                plain = match[1] if match else value
                if plain != "_":
                    values.setdefault(key, []).append("" if plain == "*" else unescaped(plain))
        for key, said in values.items():
            type = next((each for each in said if each), "")
            span = self.spans.setdefault(key, _Span(start, end, type))
            span.end = max(span.end, end)
            span.type = span.type or type


def unescaped(text: str) -> str:
    """A cell without its escapes."""
    return _ESCAPED.sub(lambda match: _CONTROL.get(match[1], match[1]), text)
