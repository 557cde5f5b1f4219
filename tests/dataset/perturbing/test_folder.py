"""A perturbed dataset is a dataset: it loads, it scores, and it says what was done."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import msgspec
import pytest
from tests.builders import ABOUT
from tests.dataset.perturbing.cases import EVERY, pages_in, perturb
from tests.eval.conftest import as_bytes, lines_of

from onrecord.dataset import Gold, read_folder
from onrecord.dataset.perturbing.made import FILE, read_probe
from onrecord.dataset.publishing.build import differences, write
from onrecord.dataset.publishing.folder import gold_hash, read_about
from onrecord.dataset.publishing.standoff import read_release, rehydrate, release_json, strip
from onrecord.dataset.reading.faults import FaultsError
from onrecord.eval import score


@pytest.mark.parametrize("name", EVERY)
def test_gold_against_itself_is_all_right(gold: Gold, root: Path, name: str) -> None:
    made = perturb(gold, name, pages=pages_in(root / "seeds"))
    found = made.gold
    lines = lines_of(found.articles, found.registries)
    result = score([json.loads(line) for line in as_bytes(lines).splitlines()], found, "all", how=None).result
    compared = [each for each in result.headlines if made.file.linked or not each.startswith("links:")]
    assert len(compared) == 6 - (not made.file.linked)
    assert {result.values[each] for each in compared} == {1.0}
    assert name != "names" or result.values["links:all"] is None, "not looked for is nothing to score"
    assert result.probe == found.probe == f"{name.removesuffix(':nfd').removesuffix(':lower')},seed0"


@pytest.fixture(scope="module")
def folder(gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("probe") / "dataset-names"
    found = perturb(gold, "names", "quotes:german", "order", about=ABOUT)
    write(found.build(), folder)
    return folder


def test_it_is_read_back(gold: Gold, folder: Path) -> None:
    found = perturb(gold, "quotes:german", "order", "names", about=ABOUT)
    assert read_folder(folder) == found.gold
    assert read_probe(folder) == found.file
    assert differences(found.build(), folder) == []
    assert not set(EVERY) & {path.name for path in folder.iterdir()}


def test_it_loads(folder: Path, tmp_path: Path) -> None:
    rows = datasets.load_dataset(str(folder), "quotes", split="test", cache_dir=str(tmp_path))
    articles = datasets.load_dataset(str(folder), split="test", cache_dir=str(tmp_path))
    texts = {row["doc_id"]: row["text"] for row in articles}
    assert all(texts[row["doc_id"]][s["start"] : s["end"]] == s["text"] for row in rows for s in row["content"])
    assert {"„", "“"} <= {char for text in texts.values() for char in text}


def test_what_was_done_is_on_the_card_in_the_hash_and_in_the_signature(gold: Gold, folder: Path) -> None:
    card, said = (folder / "README.md").read_text(), "names+quotes:german+order,seed0"
    assert f"probe {said}" in card
    assert "- `quotes:german`: Quotation marks" in card
    assert "onrecord gap" in card
    assert read_about(folder).probe == said
    found = read_folder(folder)
    report = score(lines_of(found.articles), folder, "test", how=None)
    assert report.signature.fields["probe"] == said
    nothing, other = (perturb(gold, name).gold for name in ("unicode:nfc", "unicode"))
    assert [a.document.text for a in nothing.articles] == [a.document.text for a in other.articles]
    assert len({gold_hash(each.articles) for each in (gold, nothing, other)}) == 3, "also where nothing had to change"


def test_the_original_has_no_probe_in_its_signature(gold: Gold) -> None:
    report = score(lines_of(gold.articles), gold, "test", how=None)
    assert "probe" not in report.signature.fields


def test_a_release_of_it_comes_back_with_its_own_texts(gold: Gold, tmp_path: Path) -> None:
    found = perturb(gold, "names", about=ABOUT)
    file, seeds = tmp_path / "release.json", tmp_path / "seeds"
    file.write_bytes(release_json(strip(found.gold, found.about, "")))
    seeds.mkdir()
    for article in found.gold.articles:
        text = f"{found.gold.probe}\n\n{article.document.text}"
        (seeds / f"{article.document.id}.txt").write_text(text, newline="")
    assert rehydrate(read_release(file), seeds).articles == found.gold.articles


def test_a_folder_that_is_no_probe_has_no_map(root: Path, tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="a perturbed dataset"):
        read_probe(root / "dataset")
    (tmp_path / FILE).write_text(json.dumps({"format": "onrecord-probe/2", "probes": [], "seed": "0"}))
    with pytest.raises(FaultsError) as caught:
        read_probe(tmp_path)
    assert len(caught.value.faults) >= 3
    assert msgspec.json.decode((tmp_path / FILE).read_bytes())
