"""Prediction lines with words and no offsets, placed; all else on them stays as it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.faults import Findings, Wrong, nearest, show
from onrecord.dataset.reading.typed import BOM
from onrecord.dataset.reading.untrusted import oddities, parse_json
from onrecord.eval.grounding.records import Tally, ground
from onrecord.eval.grounding.searching import SearchedText
from onrecord.eval.prompting.accounts import LOST, UNPLACED, Account, not_in_text
from onrecord.eval.prompting.known import KnownArticle


@dataclasses.dataclass(frozen=True)
class GroundedLines:
    """A prediction file with offsets."""

    lines: tuple[dict[str, Any], ...]
    layers: Mapping[str, Account]


def ground_lines(path: Path | str, raw: bytes, articles: Mapping[str, KnownArticle]) -> GroundedLines:
    """The lines of a prediction file with the offsets of their words.

    An item whose words are not in the text is kept in :data:`UNPLACED`, and is no prediction.

    Args:
        path: The name that faults give the file.
        raw: Its bytes.
        articles: The texts.

    Raises:
        FaultsError: A line is no JSON object, is of no article, or a layer is no array of objects. What else may be
            wrong with a prediction file, ``onrecord validate`` says.
    """
    findings = Findings(str(path))
    lines: list[dict[str, Any]] = []
    for number, line in enumerate(raw.removeprefix(BOM).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
            wrong = list(oddities(value)) or _no_text(value)
        except (ValueError, RecursionError) as error:
            hint = "one JSON object a line, with a doc_id and its layers"
            wrong = [("json", "", f"{show(str(error))}: {show(line[:60])}", "JSON", hint)]
        if wrong:
            for each in wrong:
                findings.add(each, number)
            continue
        id = value.get("doc_id") if isinstance(value, dict) else None
        if not isinstance(id, str):
            findings.add(("missing-field", "/doc_id", show(value, 60), "the id of an article", ""), number)
            continue
        if id not in articles:
            close = partial(nearest, id, articles)
            findings.add(("document", "/doc_id", id, "a document of the dataset", close), number)
        for layer in LAYERS:
            for pointer, found, expected in _wrong(layer, value.get(layer)):
                findings.add(("type", pointer, found, expected, ""), number)
        lines.append(value)
    if not lines and not findings.errors:
        findings.add(("empty", "", "no line", "JSON Lines", "a line for every document"), 1)
    findings.refuse()
    accounts: dict[str, Account] = {}
    made = tuple(_line(value, articles[value["doc_id"]], accounts) for value in lines)
    return GroundedLines(made, {layer: accounts[layer] for layer in LAYERS if layer in accounts})


def _no_text(value: Any) -> list[Wrong]:
    """Whether half of a surrogate pair stands alone somewhere: it cannot be written."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        found = f"half of a surrogate pair at character {error.start} of a text"
        return [("unicode", "", found, "text", "escape both halves, or neither")]
    return []


def _wrong(layer: str, rows: Any) -> list[tuple[str, object, str]]:
    if rows is None:
        return []
    if not isinstance(rows, list):
        return [(f"/{layer}", rows, "an array")]
    return [(f"/{layer}/{n}", row, "an object") for n, row in enumerate(rows) if not isinstance(row, dict)]


def _line(value: dict[str, Any], article: KnownArticle, accounts: dict[str, Account]) -> dict[str, Any]:
    text = SearchedText(article.text)
    made = {"doc_id": article.id, "text_sha256": article.text_sha256, **value}
    lost = list(made.get(LOST) or ()) if isinstance(made.get(LOST), list) else []
    unplaced = list(made.get(UNPLACED) or ()) if isinstance(made.get(UNPLACED), list) else []
    for layer in LAYERS:
        rows = value.get(layer)
        if rows is None:
            continue
        account = accounts.setdefault(layer, Account(spans=Tally()))
        found = ground(text, LAYERS[layer], rows)
        for each in found:
            account.spans.take(each)
        unplaced += account.settle(layer, rows, [each.why(LAYERS[layer]) for each in found])
        made[layer] = [each.value for each in found if each.is_there]
        lost += not_in_text(layer, rows, found)
    return {**made, **({LOST: lost} if lost else {}), **({UNPLACED: unplaced} if unplaced else {})}
