"""Label maps: how the types of another scheme are compared with gold's.

A map gives each side's types a name that both have, or none at all where the other scheme has nothing like it. What has
none is left out and counted: gold of such a type is optional, predictions of such a type are dropped. A type that the
map does not know is a fault: nothing is ever dropped in silence.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from onrecord.dataset import Article, Fault, FaultsError, Labels, Mention
from onrecord.dataset.reading.faults import nearest, refuse, show
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import BOM, read_value
from onrecord.dataset.records import EntityType
from onrecord.eval.submission.limits import DEFAULT, Limits
from onrecord.eval.submission.unpacking import small_file

OURS: tuple[EntityType, ...] = get_args(EntityType)


class LabelMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the types of either side are called for a comparison; null leaves a type out."""

    gold: dict[str, str | None]
    predicted: dict[str, str | None]


CONLL2003 = LabelMap(
    gold={"PER": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": None, "GRP": None},
    predicted={"PER": "PER", "ORG": "ORG", "LOC": "LOC", "MISC": None},
)
"""CoNLL-2003 (Tjong Kim Sang and De Meulder, 2003): one LOC for places of all kinds; MISC is more than nationalities,
and is left out on both sides."""

ONTONOTES = LabelMap(
    gold={**{type: type for type in OURS}, "GRP": None},
    predicted={
        "PERSON": "PER",
        **{type: type for type in ("NORP", "FAC", "ORG", "GPE", "LOC")},
        **dict.fromkeys(
            ("PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", "DATE", "TIME", "PERCENT", "MONEY", "QUANTITY")
        ),
        **dict.fromkeys(("ORDINAL", "CARDINAL")),
    },
)
"""OntoNotes 5 (Weischedel et al., 2013): its names of things and its numbers have no counterpart here, and our unnamed
groups have none there."""

BUILT_IN: Mapping[str, LabelMap] = {"conll2003": CONLL2003, "ontonotes": ONTONOTES}


MOST_BYTES = 2**20
"""Of a file with a label map."""


def read_label_map(name: str) -> tuple[str, LabelMap]:
    """A map by the name of a built-in one or the path of a JSON file, and what a signature calls it.

    Raises:
        FaultsError: There is no such map or file, or it is not of the form
            ``{"gold": {"TYPE": "NAME"}, "predicted": {"TYPE": null}}``.
    """
    if name in BUILT_IN:
        return name, BUILT_IN[name]
    try:
        raw = small_file(Path(name), MOST_BYTES)
    except OSError as error:
        found, expected = error.strerror or type(error).__name__, f"{', '.join(BUILT_IN)} or a JSON file"
        raise FaultsError([Fault("unreadable", name, None, "", found, expected, nearest(name, BUILT_IN))]) from None
    value, faults = read_value(name, raw, LabelMap)
    refuse(faults)
    assert value is not None
    return f"file-{sha256(raw)[:8]}", value


def relabelled(articles: Sequence[Article], labels: LabelMap) -> list[Article]:
    """Articles whose mentions have the map's types; mentions of a type that is left out are optional.

    Raises:
        FaultsError: See :func:`map_faults`.
    """
    refuse(map_faults(articles, labels))

    def changed(mention: Mention) -> Mention:
        name = labels.gold[mention.type]
        if name is None:
            return msgspec.structs.replace(mention, optional=True)
        return msgspec.structs.replace(mention, type=name)

    return [
        msgspec.structs.replace(
            article,
            labels=msgspec.structs.replace(
                article.labels, mentions=tuple(changed(mention) for mention in article.labels.mentions)
            ),
        )
        for article in articles
    ]


def map_faults(articles: Sequence[Article], labels: LabelMap) -> list[Fault]:
    """What is wrong with a map for some articles.

    It does not say what becomes of one of their types, or gives a type a name that the records do not know.
    """
    missing = {m.type for a in articles for m in a.labels.mentions} - labels.gold.keys()
    return [
        *(
            Fault("label", "label map", None, "/gold", "nothing", f"what becomes of {type}", "null leaves it out")
            for type in sorted(missing)
        ),
        *(
            Fault("label", "label map", None, f"/{side}/{show(type)}", show(name), "one of " + ", ".join(OURS))
            for side, names in (("gold", labels.gold), ("predicted", labels.predicted))
            for type, name in names.items()
            if name is not None and name not in OURS
        ),
    ]


@dataclasses.dataclass(frozen=True)
class Translated:
    """A prediction file with the types of a map."""

    raw: bytes
    """Line for line."""
    left_out: Mapping[str, Mapping[int, str]]
    """By document, the places of mentions whose type is left out, and that type; they bear one that is not theirs."""
    faults: tuple[Fault, ...]
    """The types that the map does not know; such mentions bear one that is not theirs."""


def translated(file: str, raw: bytes, labels: LabelMap, limits: Limits = DEFAULT) -> Translated:
    """A prediction file with the map's types.

    Args:
        file: What faults call it.
        raw: Its bytes. Lines that cannot be read, and types that are no strings, are left as they are: whoever checks
            the file afterwards says what is wrong with them.
        labels: The map.
        limits: Lines beyond them are left as they are too.
    """
    faults: list[Fault] = []
    left_out: dict[str, dict[int, str]] = {}
    lines = raw.removeprefix(BOM).split(b"\n")
    for number, line in enumerate(lines, start=1):
        beyond = len(line) > limits.max_line_bytes or limits.too_many_values(line)
        value = {} if beyond else _readable(line)
        mentions = value.get("mentions")
        for index, mention in enumerate(mentions if isinstance(mentions, list) else ()):
            type = mention.get("type") if isinstance(mention, dict) else None
            if not isinstance(type, str):
                continue
            if type not in labels.predicted:
                faults.append(label_fault(file, number, f"/mentions/{index}/type", type, labels.predicted))
            name = labels.predicted.get(type)
            if name is None:
                left_out.setdefault(str(value.get("doc_id")), {})[index] = type
            mention["type"] = name if name in OURS else OURS[0]
        if mentions:
            lines[number - 1] = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Translated(b"\n".join(lines), left_out, tuple(faults))


def without(labels: Labels, places: Collection[int]) -> Labels:
    """Labels without the mentions at some places."""
    kept = tuple(mention for place, mention in enumerate(labels.mentions) if place not in places)
    return msgspec.structs.replace(labels, mentions=kept)


def _readable(line: bytes) -> dict[str, Any]:
    """The object of a line; an empty one where there is none, or where a key is there twice."""
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def label_fault(
    file: str, line: int | None, pointer: str, type: str, names: Mapping[str, str | None], hint: str = ""
) -> Fault:
    """The fault of a type that one side of a map does not know."""
    expected = "one of " + ", ".join(names)
    return Fault("label", file, line, pointer, show(type), expected, nearest(type, names) or hint)
