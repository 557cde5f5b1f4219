"""Registries: every id resolves, and what does not is named with its line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onrecord.dataset import FaultsError, Gold, Registries, read_registries

Rows = list[dict[str, Any]]


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    shutil.copytree(root / "annotation" / "registries", tmp_path / "r")
    return tmp_path / "r"


def change(path: Path, how: Callable[[Rows], Any]) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    how(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_committed_registries_are_whole(folder: Path) -> None:
    registries = read_registries(folder)
    assert isinstance(registries, Registries)
    assert registries.entities
    assert registries.events
    assert registries.claims


def test_every_name_in_the_gold_is_a_name_or_an_alias_of_its_row(gold: Gold) -> None:
    def key(name: str) -> str:
        return name.casefold().replace("’", "'")  # whichever apostrophe an outlet prints

    rows = {row.id: {key(each) for each in (row.name, *row.aliases)} for row in gold.registries.entities}
    names = [each for article in gold.articles for each in article.labels.mentions if each.kind == "name"]
    assert len(names) > 200
    # a capital that acts for its state is a name of the city; a misspelling is a name of nobody
    meant = [(each.text, str(each.literal or each.entity)) for each in names if each.noise is None]
    assert [(name, id) for name, id in meant if key(name) not in rows[id]] == []


@pytest.mark.parametrize(
    ("name", "how", "code", "line", "pointer"),
    [
        ("entities", lambda v: v[1].update(id=v[0]["id"]), "repeated-id", 2, "/id"),
        ("entities", lambda v: v[0].update(type="PERSON"), "label", 1, "/type"),
        ("entities", lambda v: v[0].update(id="unknown"), "reserved-id", 1, "/id"),
        ("entities", lambda v: v[0].update(part_of="nowhere"), "reference", 1, "/part_of"),
        ("entities", lambda v: v[0].update(wikidata="7747"), "type", 1, "/wikidata"),
        ("entities", lambda v: v[0].update(wikidata="none", wikidata_note=None), "missing-note", 1, "/wikidata_note"),
        ("entities", lambda v: v[0].update(wikidata="no"), "type", 1, "/wikidata"),
        ("entities", lambda v: v[0].update(acts_for=v[0]["id"]), "reference", 1, "/acts_for"),
        ("entities", lambda v: [v[n].update(acts_for=v[1 - n]["id"]) for n in (0, 1)], "circle", 1, "/acts_for"),
        ("entities", lambda v: [v[n].update(part_of=v[1 - n]["id"]) for n in (0, 1)], "circle", 2, "/part_of"),
        ("events", lambda v: [v[n].update(parent=v[1 - n]["id"]) for n in (0, 1)], "circle", 1, "/parent"),
        ("events", lambda v: v[0].update(date="next week"), "type", 1, "/date"),
        ("events", lambda v: v[0].update(modality="actual"), "unknown-field", 1, "/modality"),
        ("utterances", lambda v: v[0].update(speaker=["nobody"]), "reference", 1, "/speaker/0"),
        ("utterances", lambda v: v[0].update(addressee=["unknown"]), "reference", 1, "/addressee/0"),
        ("entities", lambda v: [row.update(wikidata="Q1") for row in v], "repeated-id", 1, "/wikidata"),
        ("events", lambda v: v[0].update(place="nowhere"), "reference", 1, "/place"),
        ("events", lambda v: v[0].update(parent="nothing"), "reference", 1, "/parent"),
        ("events", lambda v: v[0].update(parent=v[0]["id"]), "reference", 1, "/parent"),
        ("events", lambda v: v[0]["participants"].append({"entity": "x", "role": "party"}), "reference", 1, None),
        ("claims", lambda v: v[0].update(about=["nothing"]), "reference", 1, "/about/0"),
        ("claims", lambda v: v[0].pop("text"), "missing-field", 1, "/text"),
    ],
)
def test_what_is_wrong_is_named(
    folder: Path, name: str, how: Callable[[Rows], Any], code: str, line: int, pointer: str | None
) -> None:
    change(folder / f"{name}.jsonl", how)
    with pytest.raises(FaultsError) as error:
        read_registries(folder)
    found = [(Path(f.file).name, f.code, f.line, f.pointer) for f in error.value.faults]
    assert any(
        each[:3] == (f"{name}.jsonl", code, line) and (pointer is None or each[3] == pointer) for each in found
    ), found


def test_a_missing_file_and_a_broken_one_are_named_together(folder: Path) -> None:
    (folder / "claims.jsonl").unlink()
    (folder / "events.jsonl").write_bytes(b"{\n\xff\n")
    with pytest.raises(FaultsError) as error:
        read_registries(folder)
    assert {(Path(f.file).name, f.code) for f in error.value.faults} == {
        ("claims.jsonl", "file"),
        ("events.jsonl", "json"),
        ("events.jsonl", "encoding"),
    }
