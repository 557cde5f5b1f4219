"""The requests of ``prompting`` as Inspect takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from onrecord.dataset.gold import split_faults
from onrecord.dataset.layers import LAYERS, using
from onrecord.dataset.publishing.folder import read_about, splits_of
from onrecord.dataset.publishing.published import is_dataset, published_folder
from onrecord.dataset.reading.faults import Fault, nearest, refuse
from onrecord.eval.prompting.known import KnownArticle, read_known
from onrecord.eval.prompting.requests import requests


def folder_of(gold: str) -> Path:
    """The dataset folder that a task is given: ``dataset`` here, or the published one, where that is nothing.

    Raises:
        FaultsError: There is neither.
    """
    here = Path(gold or "dataset")
    return here if gold or is_dataset(here) else published_folder()


def articles_of(gold: Path, split: str) -> Mapping[str, KnownArticle]:
    """The articles of a split, or of all, by id.

    Raises:
        FaultsError: There is no such folder or split.
    """
    refuse(split_faults(split, splits_of(gold)))
    return read_known(gold, split).articles


def asked(gold: Path, split: str, layers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The request for each article of a split; see :func:`onrecord.eval.prompting.requests.requests`.

    Raises:
        FaultsError: There is no such folder, split or layer.
    """
    with using(read_about(gold).scheme):
        expected = f"one of {', '.join(LAYERS)}"
        unknown = [each for each in layers if each not in LAYERS]
        refuse([Fault("label", "layers", None, "", each, expected, nearest(each, LAYERS)) for each in unknown])
        return requests(articles_of(gold, split).values(), "", layers)


def inlined(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """A JSON Schema with every definition in the place where it is referred to: Inspect's schemas have no references.

    >>> inlined({"$defs": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a"}})
    {'items': {'type': 'string'}}
    """
    if isinstance(schema, list):
        return [inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    known = schema.get("$defs", definitions) or {}
    if "$ref" in schema:
        return inlined(known[schema["$ref"].removeprefix("#/$defs/")], known)
    return {name: inlined(each, known) for name, each in schema.items() if name != "$defs"}
