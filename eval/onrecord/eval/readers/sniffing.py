"""What a file seems to be: told by how it begins, for whoever gave it as something else."""

from __future__ import annotations

import dataclasses
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from onrecord.dataset.reading.typed import BOM

LOOKED_AT = 2**16
"""Bytes of the beginning that are looked at."""


@dataclasses.dataclass(frozen=True)
class Seeming:
    """What a file seems to be."""

    title: str
    names: tuple[str, ...] = ()
    """The formats that read it; none where nothing does."""


def seems(raw: bytes) -> Seeming | None:
    """What a file seems to be; None where it is like nothing that is known."""
    raw = raw.removeprefix(BOM)
    start = raw[:LOOKED_AT]
    if start[:1] == b"\x78" and _inflates(start):
        return Seeming("a DocBin of spaCy", ("docbin",))
    text = start.decode("utf-8", "replace").lstrip()
    if text[:1] in ("{", "["):
        value = _first_value(raw)
        return None if value is None else _of_json(value)
    if text.startswith("<"):
        return _of_xml(text)
    return _of_lines([line for line in text.splitlines() if line.strip()][:200])


def _inflates(start: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(start, 64))
    except zlib.error:
        return False


def _first_value(raw: bytes) -> Any:
    """The first value of JSON Lines, or the only one of a file."""
    for piece in (raw.lstrip().split(b"\n", 1)[0], raw):
        try:
            return json.loads(piece)
        except (ValueError, RecursionError):
            continue
    return None


_OBJECTS: tuple[tuple[frozenset[str], Seeming], ...] = tuple(
    (frozenset(keys.split()), Seeming(title, tuple(names.split())))
    for keys, title, names in (
        ("start end label text", "what GLiNER returns", "gliner"),
        ("doc_id text_sha256", "prediction lines of onrecord", "ours"),
        ("text ents", "a Doc of spaCy as JSON", "spacy"),
        ("doc_id spans", "onrecord's JSON Lines of spans", "jsonl"),
        ("doc_id mentions", "onrecord's JSON Lines of clusters", "jsonl"),
        ("doc_id clusters", "onrecord's JSON Lines of clusters", "jsonl"),
        ("doc_key sentences", "e2e-coref JSON Lines", "e2e"),
        ("sentences mention_clusters", "PreCo JSON Lines", "preco"),
        ("tokens ner_tags", "tokens and tags of Hugging Face", "hf-tokens"),
        ("tokens tags", "tokens and tags of Hugging Face", "hf-tokens"),
        ("tokens labels", "tokens and tags of Hugging Face", "hf-tokens"),
        ("data annotations", "an export of Label Studio as JSON", "label-studio"),
        ("data predictions", "tasks of Label Studio with predictions", "label-studio"),
        ("annotation_id annotator", "an export of Label Studio as JSON-MIN", "label-studio-min"),
        ("text spans", "Prodigy's JSON Lines", "prodigy"),
        ("text answer", "Prodigy's JSON Lines", "prodigy"),
        ("text label", "an export of doccano", "doccano"),
        ("text labels", "an export of doccano", "doccano"),
        ("entity_group word", "what a pipeline of Hugging Face returns", "hf-pipeline"),
        ("entity word", "what a pipeline of Hugging Face returns", "hf-pipeline"),
    )
)


def _of_json(value: Any) -> Seeming | None:
    while isinstance(value, list) and value:
        if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict):
            return Seeming("training data of spaCy 2", ("spacy",))
        value = value[0]
    return _of_object(value) if isinstance(value, dict) else None


def _of_object(value: Mapping[str, Any]) -> Seeming | None:
    entities = value.get("entities")
    if isinstance(entities, list) and "text" in value:
        first = entities[0] if entities and isinstance(entities[0], dict) else {}
        if "relations" in value or "start_offset" in first:
            return Seeming("an export of doccano with relations", ("doccano",))
        return _of_json(entities)
    found = next((seeming for keys, seeming in _OBJECTS if keys <= value.keys()), None)
    if found is None and any(isinstance(each, list) and _is_region(each) for each in value.values()):
        return Seeming("an export of Label Studio as JSON-MIN", ("label-studio-min",))
    return found


def _is_region(value: list[Any]) -> bool:
    return bool(value) and isinstance(value[0], dict) and {"start", "end", "labels"} <= value[0].keys()


def _of_xml(text: str) -> Seeming:
    for mark, title in (
        ("xmi:XMI", "XMI of UIMA"),
        ("<FoLiA", "FoLiA"),
        ("GateDocument", "a document of GATE"),
        ("<NAF", "NAF"),
        ("<TEI", "TEI"),
    ):
        if mark in text:
            return Seeming(title)
    return Seeming("XML or HTML")


_CONLLU_ROW = re.compile(r"[0-9]+(?:[-.][0-9]+)?(?:\t[^\t]*){9}")
_BRAT_LINE = re.compile(r"(?:T[0-9]+\t\S+ [0-9]+ [0-9;0-9 ]+\t.*|[REAMN][0-9]+\t.*|\*\t.*|#[0-9]+\t.*)")


def _of_lines(lines: list[str]) -> Seeming | None:
    rows = [line for line in lines if not line.startswith("#")]
    if not lines:
        return None
    if lines[0].startswith("#FORMAT=WebAnno TSV 3"):
        return Seeming("WebAnno TSV 3", ("webanno",))
    if any(re.match(r"#\s*begin document", line) for line in lines):
        return Seeming("a coreference file of CoNLL-2012", ("conll-coref",))
    if rows and all(_CONLLU_ROW.fullmatch(line) for line in rows):
        return Seeming("CoNLL-U", ("conllu",))
    if all(_BRAT_LINE.fullmatch(line) for line in lines):
        return Seeming("standoff annotations of brat", ("brat",))
    widths = {len(line.split("\t") if "\t" in line else line.split()) for line in rows}
    if rows and len(widths) == 1 and widths != {1} and _are_tags([line.split()[-1] for line in rows]):
        return Seeming("columns with tags", ("conll",))
    return None


def _are_tags(cells: list[str]) -> bool:
    """Whether cells are tags, half of which at most are none that is known."""
    tags = [cell for cell in cells if cell == "O" or re.fullmatch(r"[BIESLU]-.+|.+-[BIESLU]", cell)]
    return len(tags) * 2 > len(cells)
