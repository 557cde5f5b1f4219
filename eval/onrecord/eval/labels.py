"""Label maps: how the types of another scheme are compared with gold's.

A map gives each side's types a name that both have, or none at all where the other scheme has nothing like it. What has
none is left out and counted: gold of such a type is optional, predictions of such a type are dropped. A type that the
map does not know is a fault: nothing is ever dropped in silence.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from onrecord.dataset import Article, Fault, Labels, Mention
from onrecord.dataset.faults import nearest, refuse, show
from onrecord.dataset.files import sha256
from onrecord.dataset.reading import read_value
from onrecord.dataset.records import EntityType
from onrecord.eval.columns import Bools, Ints, SpanColumns, Vocabulary

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


def read_label_map(name: str) -> tuple[str, LabelMap]:
    """A map by the name of a built-in one or the path of a JSON file, and what a signature calls it.

    Raises:
        FaultsError: The file is not of the form ``{"gold": {"TYPE": "NAME"}, "predicted": {"TYPE": null}}``.
    """
    if name in BUILT_IN:
        return name, BUILT_IN[name]
    raw = Path(name).read_bytes()
    found, faults = read_value(name, raw, LabelMap)
    refuse(faults)
    assert found is not None
    return f"file-{sha256(raw)[:8]}", found


def relabelled(articles: Sequence[Article], labels: LabelMap) -> list[Article]:
    """Articles whose mentions have the map's types; mentions of a type that is left out are optional.

    Raises:
        FaultsError: The map does not say what becomes of a type of the articles, or gives it a name that the records
            do not know.
    """
    refuse([*_unmapped({m.type for a in articles for m in a.labels.mentions}, labels.gold, "gold"), *_foreign(labels)])

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


@dataclasses.dataclass(frozen=True)
class Translated:
    """A prediction file with the types of a map."""

    raw: bytes
    """Line for line."""
    places: Mapping[str, set[int]]
    """By document, the places of mentions whose type is left out; they bear a type that is not theirs."""
    left_out: Counter[str]
    """How many there are of each type."""


def translated(file: str, raw: bytes, labels: LabelMap) -> Translated:
    """A prediction file with the map's types.

    Args:
        file: What faults call it.
        raw: Its bytes. Lines that cannot be read, and types that are no strings, are left as they are: whoever checks
            the file afterwards says what is wrong with them.
        labels: The map.

    Raises:
        FaultsError: With every type that the map does not know.
    """
    faults: list[Fault] = [*_foreign(labels)]
    left_out: dict[str, set[int]] = {}
    dropped: Counter[str] = Counter()
    lines = raw.split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        mentions = value.get("mentions") if isinstance(value, dict) else None
        for index, mention in enumerate(mentions if isinstance(mentions, list) else ()):
            type = mention.get("type") if isinstance(mention, dict) else None
            if not isinstance(type, str):
                continue
            if type not in labels.predicted:
                expected = "one of " + ", ".join(labels.predicted)
                pointer = f"/mentions/{index}/type"
                hint = nearest(type, labels.predicted)
                faults.append(Fault("label", file, number, pointer, show(type), expected, hint))
                continue
            name = labels.predicted[type]
            if name is None:
                left_out.setdefault(str(value.get("doc_id")), set()).add(index)
                dropped[type] += 1
            mention["type"] = name or OURS[0]
        if mentions:
            lines[number - 1] = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    refuse(faults)
    return Translated(b"\n".join(lines), left_out, dropped)


def without(labels: Labels, places: set[int]) -> Labels:
    """Labels without the mentions at some places."""
    kept = tuple(mention for place, mention in enumerate(labels.mentions) if place not in places)
    return msgspec.structs.replace(labels, mentions=kept)


def relabel_gold(side: SpanColumns, labels: LabelMap, types: Vocabulary) -> SpanColumns:
    """Gold spans with the map's types; those of a type that is left out are optional.

    Args:
        side: The spans; alternatives have the types of the map already.
        labels: The map.
        types: Codes of the types; the map's names are added.
    """
    code, left_out = _codes(side, labels.gold, types, "gold")
    return dataclasses.replace(side, type=code, optional=side.is_optional | left_out)


def relabel_predicted(side: SpanColumns, labels: LabelMap, types: Vocabulary) -> SpanColumns:
    """Predictions with the map's types, without those of a type that is left out."""
    code, left_out = _codes(side, labels.predicted, types, "predicted")
    return dataclasses.replace(side, type=code).take(np.flatnonzero(~left_out))


def _codes(side: SpanColumns, names: Mapping[str, str | None], types: Vocabulary, what: str) -> tuple[Ints, Bools]:
    by_code = types.words
    used = np.unique(side.type).tolist()
    refuse(list(_unmapped({by_code[code] for code in used}, names, what)))
    code = np.zeros(len(by_code), np.int64)
    left_out = np.zeros(len(by_code), bool)
    for old in used:
        name = names[by_code[old]]
        code[old] = old if name is None else types.code(name)
        left_out[old] = name is None
    return code[side.type], left_out[side.type]


def _unmapped(types: Iterable[str], names: Mapping[str, str | None], what: str) -> list[Fault]:
    expected = "what becomes of the type"
    return [
        Fault("label", "label map", None, f"/{what}", "nothing", f"{expected} {show(type)!r}", "null leaves it out")
        for type in sorted(types)
        if type not in names
    ]


def _foreign(labels: LabelMap) -> list[Fault]:
    return [
        Fault("label", "label map", None, f"/{side}/{show(type)}", show(name), "one of " + ", ".join(OURS))
        for side, names in (("gold", labels.gold), ("predicted", labels.predicted))
        for type, name in names.items()
        if name is not None and name not in OURS
    ]
