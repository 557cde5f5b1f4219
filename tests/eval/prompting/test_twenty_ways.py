"""The table of docs/systems.md: twenty ways in which models answer wrongly, and what is made of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onrecord.dataset import read_documents
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Registries
from onrecord.dataset.seeds.ingest import ingest
from onrecord.eval.prompting.accounts import UNPLACED
from onrecord.eval.prompting.known import known_of
from onrecord.eval.prompting.names import Names
from onrecord.eval.prompting.predictions import Predictions, read_predictions
from onrecord.eval.prompting.replies import read_replies

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def found(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Predictions]:
    """What is made of every choice of docs/systems/own.jsonl."""
    return made(root / "docs" / "systems", tmp_path_factory.mktemp("seeds"))


def made(folder: Path, seeds: Path) -> list[Predictions]:
    ingest(folder / "pool.txt", seeds, "velden")
    known = known_of(read_documents(seeds), Registries())
    replies = read_replies("own.jsonl", (folder / "own.jsonl").read_bytes(), known.articles)
    many = len(replies[0].contents)
    for article in known.articles.values():
        for each in range(many):
            (line,) = read_predictions(known.articles, replies, Names({}), each + 1).lines
            for span in [span for quote in line.get("quotes", ()) for span in quote["content"]]:
                assert article.text[span["start"] : span["end"]] == span["text"]
    return [read_predictions(known.articles, replies, Names({}), each + 1) for each in range(many)]


def cells(found: Predictions) -> str:
    """What the page says of a choice: items kept, the words of the quote, how they were found, why others are none."""
    (line,) = found.lines
    layers = [account for layer, account in found.layers.items() if layer in LAYERS]
    kept = f"{sum(each.kept for each in layers)} of {sum(each.said for each in layers)}"
    words = " … ".join(span["text"] for quote in line.get("quotes", ()) for span in quote["content"])
    hows = [how for how in ("normalised", "edited") if any(each.spans.found[how] for each in layers)]
    hows += [f"by {how}" for how in ("near", "order") if any(each.spans.ambiguous[how] for each in layers)]
    whys = [each["why"] for each in line.get(UNPLACED, ())] + (["no JSON"] if "none" in found.states else [])
    said = "exact" if words and not hows else ", ".join(hows)
    return " | ".join((kept, words, said, ", ".join(whys))) + " |"


def test_every_way_is_in_the_table_with_what_is_made_of_it(root: Path, found: list[Predictions]) -> None:
    page = (root / "docs" / "systems.md").read_text(encoding="utf-8")
    rows = [(int(number), rest) for number, _, rest in ROW.findall(page)]
    assert len(rows) == 20
    assert rows == [(number, cells(each)) for number, each in enumerate(found, start=1)]


def test_no_item_of_any_is_dropped_in_silence(found: list[Predictions]) -> None:
    for each in found:
        (line,) = each.lines
        for layer, account in each.layers.items():
            assert account.said == account.kept + account.unplaced.total()
            assert account.kept == len(line[layer])
            assert account.unplaced.total() == sum(one["layer"] == layer for one in line.get(UNPLACED, ()))
