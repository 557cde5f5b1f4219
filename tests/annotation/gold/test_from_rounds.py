"""The errata are all that the audits changed: labels, and rows where those of the round before are there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.builders import ABOUT

from onrecord.annotation.gold.from_rounds import MadeGold, gold_of_rounds
from onrecord.dataset import Document, read_registries
from onrecord.dataset.records import REGISTERED


def _made(annotation: Path, documents: list[Document]) -> MadeGold:
    assert ABOUT.gold is not None
    return gold_of_rounds(
        annotation, ABOUT.gold, documents, read_registries(annotation / "registries"), ABOUT.splits.names
    )


def test_errata_have_the_labels_and_the_rows_that_were_mended(
    root: Path, documents: list[Document], tmp_path: Path
) -> None:
    errata = _made(root / "annotation", documents).errata
    assert {each.layer for each in errata if each.document} == {"mentions", "quotes", "stances", "events"}
    before, after = (
        {
            row["id"]: row
            for name, _ in REGISTERED.values()
            for row in map(json.loads, (root / "annotation" / folder / f"{name}.jsonl").read_text("utf-8").splitlines())
        }
        for folder in ("rows/adjudicated", "registries")
    )
    changed = {id for id in {*before, *after} if before.get(id) != after.get(id)}
    assert {each.item for each in errata if not each.document} == changed
    assert len(changed) > 5
    written = json.loads((root / "dataset/errata.json").read_text(encoding="utf-8"))
    assert [(each["document"], each["layer"], each["kind"], each["item"]) for each in written] == [
        (each.document, each.layer, each.kind, each.item) for each in errata
    ]

    shutil.copytree(root / "annotation", tmp_path / "annotation", ignore=shutil.ignore_patterns("onrecord"))
    shutil.rmtree(tmp_path / "annotation/rows/adjudicated")
    assert [each for each in _made(tmp_path / "annotation", documents).errata if not each.document] == []


def test_what_the_audits_call_wrong_or_missed_is_among_the_errata(root: Path) -> None:
    """No finding of these kinds was left as it was: what it says there should not be is nowhere in the gold."""
    found = [
        json.loads(line)
        for path in sorted((root / "annotation/audit").glob("*.jsonl"))
        if not path.name.startswith("fresh")  # these say in words what should be, and of what, not by ids
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    mended = {each["item"] for each in json.loads((root / "dataset/errata.json").read_text(encoding="utf-8"))}
    for each in found:
        if each["verdict"] == "WRONG":
            assert any(item in each["item"] for item in mended), each
        if each["verdict"] == "MISSED":
            assert each["should be"]["id"] in mended, each
