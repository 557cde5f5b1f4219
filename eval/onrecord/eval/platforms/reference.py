"""Gold as one JSON file: what a submission is scored against where there is no pyarrow.

It holds every document of the dataset, because a prediction file may have lines for all of them, but the labels of the
split alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from onrecord.dataset import Fault, FaultsError, Gold, gold_hash
from onrecord.dataset.gold import Article, in_split
from onrecord.dataset.layers import in_scheme, labels, using
from onrecord.dataset.reading.faults import show
from onrecord.dataset.records import Strict
from onrecord.dataset.scheme import DEFAULT, Scheme

NAME: Final = "reference.json"

FORMAT: Final = "onrecord-reference/1"


class Reference(Strict, frozen=True, kw_only=True):
    """What submissions are scored against."""

    format: Literal["onrecord-reference/1"]
    split: str
    """One of the dataset's, or ``all``."""
    gold_hash: str
    """Of the articles of the split; see :func:`onrecord.dataset.gold_hash`."""
    gold: Gold


class _SchemeAlone(msgspec.Struct, frozen=True):
    scheme: Scheme = DEFAULT


class _Beginning(msgspec.Struct, frozen=True):
    """What must be known before the rest can be read."""

    gold: _SchemeAlone


def reference_of(gold: Gold, split: str) -> Reference:
    """The reference of a split.

    Raises:
        FaultsError: The split has no article.
    """
    scored = in_split(gold, split)
    if not scored:
        raise FaultsError([Fault("split", "dataset", None, "", f"no article of split {split}", "one at least")])
    kept = {article.document.id for article in scored}
    articles = tuple(
        article if article.document.id in kept else Article(document=article.document, labels=labels())
        for article in gold.articles
    )
    return Reference(
        format=FORMAT,
        split=split,
        gold_hash=gold_hash(scored),
        gold=msgspec.structs.replace(gold, articles=articles),
    )


def reference_bytes(reference: Reference) -> bytes:
    """The file."""
    return msgspec.json.encode(reference) + b"\n"


def read_reference(path: Path) -> Reference:
    """Read a reference and check that its labels are those it was made of.

    Raises:
        FaultsError: It is none, or was changed; the fault tells nothing of what is in it.
        OSError: It cannot be opened.
    """
    raw = path.read_bytes()
    try:
        with using(msgspec.json.decode(raw, type=_Beginning).gold.scheme):
            reference = msgspec.json.decode(raw, type=in_scheme(Reference))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise FaultsError([Fault("reference", path.name, None, "", "something else", FORMAT)]) from None
    found = gold_hash(in_split(reference.gold, reference.split))
    if found != reference.gold_hash:
        raise FaultsError(
            [Fault("reference", path.name, None, "", f"labels of hash {found}", show(reference.gold_hash))]
        )
    return reference
