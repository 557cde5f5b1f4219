"""Label maps: how the types of another scheme are compared with gold's.

A map gives each side's types a name that both have, or none at all where the other scheme has nothing like it. What has
none is left out and counted: gold of such a type is optional, predictions of such a type are dropped. A type that the
map does not know is a fault: nothing is ever dropped in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import get_args

import msgspec

from onrecord.dataset import Article, Fault, FaultsError, Mention
from onrecord.dataset.layers import Words
from onrecord.dataset.reading.faults import Wrong, nearest, refuse, show
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import EntityType
from onrecord.eval.submission.unpacking import small_file

OURS = Words("entity_types")


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
    gold={**{type: type for type in get_args(EntityType)}, "GRP": None},
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


OURS_AS = "ours-as-"
"""What stands before the name of a map where the predictions have our types, and are compared as it compares gold's."""

MOST_BYTES = 2**20
"""Of a file with a label map."""


def read_label_map(name: str) -> tuple[str, LabelMap]:
    """A map by the name of a built-in one or the path of a JSON file, and what a signature calls it.

    With :data:`OURS_AS` before it, predictions have our types: they are called what the map calls gold's. So a system
    of ours stands beside one of the other scheme, on the same gold.

    Raises:
        FaultsError: There is no such map or file, or it is not of the form
            ``{"gold": {"TYPE": "NAME"}, "predicted": {"TYPE": null}}``.
    """
    if name.startswith(OURS_AS):
        called, labels = read_label_map(name.removeprefix(OURS_AS))
        return f"{OURS_AS}{called}", LabelMap(labels.gold, labels.gold)
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
    refuse(map_faults({mention.type for article in articles for mention in article.labels.mentions}, labels))

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


def map_faults(types: Collection[str], labels: LabelMap) -> list[Fault]:
    """What is wrong with a map for articles whose mentions are of some types.

    It does not say what becomes of one of their types, or gives a type a name that the records do not know.
    """
    missing = set(types) - labels.gold.keys()
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


def unknown_type(pointer: str, type: str, names: Mapping[str, str | None], hint: str = "") -> Wrong:
    """What is wrong with a type that one side of a map does not know."""
    return "label", pointer, type, one_of(names), lambda: nearest(type, names) or hint


def one_of(names: Iterable[str]) -> str:
    """What is expected where it is one of many, as far as that is shown."""
    return "one of " + ", ".join(islice(names, _MOST_NAMED))


_MOST_NAMED = 500
"""Of a map of a megabyte not all names are said with every fault."""
