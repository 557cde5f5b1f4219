"""What became of replies, in lines for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onrecord.eval.prompting.accounts import Account
from onrecord.eval.prompting.items import WHY
from onrecord.eval.prompting.predictions import Predictions
from onrecord.eval.rendering.counted import counted

_READ = {
    "whole": "read as they are",
    "around": "with something around the JSON",
    "broken": "broken, and read item by item",
    "none": "without any layer",
}
_MENDED = {
    "label": "unknown labels left out",
    "reference": "references to nothing left out",
    "name": "names that are none left out",
    "date": "dates that are none left out",
}


def told(predictions: Predictions) -> Iterator[str]:
    """What became of the replies of a file."""
    yield f"{counted(len(predictions.lines), 'reply')}: " + ", ".join(
        f"{len(ids)} {_READ[state]}" for state, ids in predictions.states.items()
    )
    for id, trouble in predictions.states.get("none", {}).items():
        yield f"    {id}: {trouble or 'no JSON with a layer in it'}"
    if predictions.missing:
        yield f"    no reply, and no line, for {', '.join(predictions.missing)}"
    yield from told_of_layers(predictions.layers)


def told_of_layers(layers: Mapping[str, Account]) -> Iterator[str]:
    """What became of the items of each layer, and how their words were found."""
    for layer, account in layers.items():
        lost = [f"{many}: {WHY[why]}" for why, many in account.unplaced.most_common()]
        yield f"{layer}: {counted(account.said, 'item')}, {account.kept} kept" + (
            f", {account.said - account.kept} not" if lost else ""
        )
        yield from (f"    {each}" for each in lost)
        found = account.spans.found
        ambiguous = account.spans.ambiguous
        if found.total():
            plain = f"{found['exact']} exact, {found['normalised']} normalised, {found['edited']} with small edits"
            yield f"    words: {plain}, {found['lost']} not in the text"
        if ambiguous:
            yield f"    {ambiguous.total()} ambiguous: {ambiguous['near']} by nearness, {ambiguous['order']} by order"
        if found["repeated"]:
            yield f"    {found['repeated']} lie on another segment of the same field, and are left out"
        yield from (f"    {many} {_MENDED[what]}" for what, many in sorted(account.mended.items()))


def as_json(predictions: Predictions) -> dict[str, Any]:
    """What became of the replies of a file, as JSON."""
    replies = {state: dict(ids) for state, ids in predictions.states.items()}
    layers = {layer: account.as_json() for layer, account in predictions.layers.items()}
    return {"replies": replies, "missing": list(predictions.missing), "layers": layers}
