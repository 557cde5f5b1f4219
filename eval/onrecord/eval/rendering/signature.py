"""Signatures: one line that says what was scored on what and how, in the manner of sacreBLEU (Post, 2018).

``onrecord|name:value|name:value|...``: it can be read back into its fields, and every field and value can be said in
words. The same signature and the same files give the same numbers to the last bit.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

PREFIX = "onrecord"

SCORER_VERSION = "0.4.0"
"""Version of the scorer, which is not that of the software: it is raised whenever the same files may give another
number, interval or count, and only then. Records of one version can be compared."""

HASH = 12
"""Hexadecimal digits of a SHA-256 that a signature gives."""


@dataclasses.dataclass(frozen=True)
class SignatureField:
    """What a field of a signature is about."""

    meaning: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What each value says; other values are names or numbers that speak for themselves."""
    pattern: str = r"[^|\s]+"
    """What a value looks like."""


FIELDS: dict[str, SignatureField] = {
    "task": SignatureField(
        "what is scored",
        {
            "articles": "all layers of the dataset",
            "spans": "plain spans of any corpus",
            "clusters": "clustered mentions of any corpus",
        },
    ),
    "split": SignatureField("articles scored on"),
    "docs": SignatureField("number of documents scored", pattern=r"\d+"),
    "probe": SignatureField("what was done to the articles before", pattern=r"[A-Za-z0-9:+,-]+"),
    "unit": SignatureField(
        "what offsets count",
        {
            "codepoint": "Unicode code points",
            "given": "whatever both files count",
        },
    ),
    "align": SignatureField(
        "which gold span is paired with which prediction",
        {
            "lexicographic": "one to one; first as many strict pairs as possible, then exact ones, then overlaps",
        },
    ),
    "overlap": SignatureField("least overlap of a pair of spans", pattern=r"iou\d\.\d+"),
    "iou": SignatureField("least intersection over union of the measure iou", pattern=r"\d\.\d+"),
    "quotes": SignatureField(
        "how quotes are compared",
        {
            "dice-alnum": "Dice of the alphanumeric code points, a leading 'that' dropped; pairs from 0.5",
        },
    ),
    "mentions": SignatureField(
        "which mentions are clustered",
        {
            "predicted": "the system's own; two are the same where their positions are",
            "exact": "those of the files; two are the same where their positions are",
        },
    ),
    "singletons": SignatureField(
        "clusters of one mention",
        {
            "kept": "they count, except in measures that are marked [no-singletons]",
        },
    ),
    "actors": SignatureField(
        "whom an entity stands for in measures that are marked [actor]",
        {"acts-for": "the actor at the end of acts_for in gold's registry; itself without one"},
    ),
    "labels": SignatureField("types of the two sides", {"as-is": "compared as they are"}),
    "duplicates": SignatureField(
        "the same item twice",
        {
            "multiset": "counted twice, right at most as often as gold has it",
            "refused": "no score",
        },
    ),
    "optional": SignatureField("gold on which reasonable readers differ", {"ignored": "neither missed nor found"}),
    "missing": SignatureField(
        "documents that the predictions leave out", {"empty": "scored as documents without predictions"}
    ),
    "average": SignatureField(
        "how documents are put together", {"micro": "counts are added over documents, then the score is taken"}
    ),
    "interval": SignatureField(
        "how intervals are made",
        {"none": "none were asked for"},
        r"none|(document|topic)(\.\w+)?,\d+(\.\d+)?%,\d+draws,seed\d+",
    ),
    "gold": SignatureField("SHA-256 of the gold, its beginning", pattern=r"[0-9a-f]{12}"),
    "predictions": SignatureField("SHA-256 of the predictions, its beginning", pattern=r"[0-9a-f]{12}"),
    "version": SignatureField("version of the scorer"),
}
"""Every field that a signature may have, in their order."""


class SignatureError(ValueError):
    """A line is no signature; says everything that is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Signature:
    """A signature by its fields."""

    fields: Mapping[str, str]

    def __str__(self) -> str:
        return "|".join([PREFIX, *(f"{name}:{value}" for name, value in self.fields.items())])

    @classmethod
    def of(cls, **fields: str) -> Signature:
        """The signature of some fields and of this scorer, in the order of :data:`FIELDS`; empty ones are left out.

        Raises:
            SignatureError: A field or a value cannot stand in a signature.

        >>> str(Signature.of(docs="5", split="all")).startswith("onrecord|split:all|docs:5|version:")
        True
        """
        given = {name: value for name, value in fields.items() if value}
        given["version"] = SCORER_VERSION
        made = cls({name: given.pop(name) for name in FIELDS if name in given} | given)
        if parse(str(made)) != made:
            raise SignatureError(f"cannot be read back: {made}")
        return made

    def explain(self) -> list[tuple[str, str, str]]:
        """Name, value and meaning of every field."""
        rows = []
        for name, value in self.fields.items():
            said = FIELDS[name].values.get(value)
            rows.append((name, value, FIELDS[name].meaning + (f": {said}" if said else "")))
        return rows


def parse(text: str) -> Signature:
    """A signature from its line.

    Raises:
        SignatureError: With everything that is wrong: no ``onrecord`` at the beginning, a field that is not
            ``name:value``, is unknown, comes twice, or has a value that it cannot have.

    >>> parse("onrecord|split:test|docs:3|version:0.1.0").fields["docs"]
    '3'
    """
    prefix, *parts = text.strip().strip("`").split("|")
    wrong = [] if prefix == PREFIX else [f"begins with {prefix!r}, not with {PREFIX!r}"]
    fields: dict[str, str] = {}
    for part in parts:
        name, colon, value = part.partition(":")
        if not colon:
            wrong.append(f"{part!r} is not of the form name:value")
        elif name not in FIELDS:
            wrong.append(f"{name!r} is not a field of this version")
        elif name in fields:
            wrong.append(f"{name!r} comes twice")
        elif not re.fullmatch(FIELDS[name].pattern, value):
            wrong.append(f"{name!r} cannot be {value!r}")
        else:
            fields[name] = value
    if not parts:
        wrong.append("has no fields")
    if wrong:
        raise SignatureError("; ".join(wrong))
    return Signature(fields)
