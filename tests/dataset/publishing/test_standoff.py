"""The release without text, and the way back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.builders import ABOUT
from tests.cost.forked import command, forked

from onrecord.dataset import FaultsError, Gold
from onrecord.dataset.publishing.standoff import read_release, rehydrate, release_json, strip


def runs_of_four(text: str, said: str) -> list[str]:
    """The runs of four words of a text that stand in what is said, whatever stands between the words there."""
    words = re.findall(r"\w+", text)
    within = " ".join(re.findall(r"\w+", said))
    return [run for i in range(len(words) - 3) if (run := " ".join(words[i : i + 4])) in within]


def own_words_aside(release: str) -> str:
    """A release without the registries, whose names, titles and claims are their own words."""
    value = json.loads(release)
    del value["registries"]
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def release(gold: Gold, tmp_path: Path) -> Path:
    path = tmp_path / "standoff.json"
    path.write_bytes(release_json(strip(gold, ABOUT, "who made them")))
    return path


def test_no_run_of_four_words_of_an_article_is_in_it(gold: Gold, release: Path) -> None:
    body = own_words_aside(release.read_text(encoding="utf-8"))
    for article in gold.articles:
        assert not runs_of_four(article.document.text, body)


def test_from_the_seeds_it_gives_the_whole_gold_back(gold: Gold, release: Path, root: Path) -> None:
    assert rehydrate(read_release(release), root / "seeds") == gold


def test_what_may_go_along_needs_no_copy(gold: Gold, root: Path, tmp_path: Path) -> None:
    kept = [article.document for article in gold.articles if article.document.split == "validation"]
    path = tmp_path / "standoff.json"
    path.write_bytes(release_json(strip(gold, ABOUT, "who made them", kept=["validation"])))
    assert [each.document for each in read_release(path).articles if each.document.text] == kept
    (tmp_path / "own").mkdir()
    own = {article.document.id for article in gold.articles if article.document.split != "validation"}
    for seed in (root / "seeds").rglob("*.txt"):
        if seed.stem in own:
            shutil.copy(seed, tmp_path / "own")
    assert rehydrate(read_release(path), tmp_path / "own") == gold
    path.write_text(path.read_text(encoding="utf-8").replace(kept[0].text[:20], "x" * 20), encoding="utf-8")
    with pytest.raises(FaultsError, match=r"\[hash\]"):
        rehydrate(read_release(path), tmp_path / "own")


def test_file_names_do_not_matter(gold: Gold, release: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    for number, seed in enumerate(sorted((root / "seeds").glob("*.txt"))):
        shutil.copy(seed, tmp_path / "own" / f"article-{number}.text")
    assert rehydrate(read_release(release), tmp_path / "own") == gold


def test_one_changed_character_names_the_file_and_the_place(release: Path, root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(root / "seeds", own)
    seed = own / "002_3bafeec33a1c3e02.txt"
    seed.write_text(seed.read_text(encoding="utf-8").replace("hugged Putin", "hugged Putim"), encoding="utf-8")
    (own / "004_92fe2bc6f3a1f1dd.txt").unlink()
    with pytest.raises(FaultsError) as error:
        rehydrate(read_release(release), own)
    one, other = error.value.faults
    assert one.file == str(seed)
    assert one.found == "'Putim'"
    assert "004_92fe2bc6f3a1f1dd.txt" in other.expected


@pytest.mark.parametrize("sections", [2, 200_000])
def test_sections_that_say_more_than_the_seed_are_of_another(
    release: Path, root: Path, tmp_path: Path, sections: int
) -> None:
    value = json.loads(release.read_bytes())
    document = value["articles"][0]["document"]
    document["sections"] = [{**document["sections"][0], "start": 0, "end": 2500, "raw_start": 0}] * sections
    release.write_text(json.dumps(value))
    found = forked(command("rehydrate", str(release), str(root / "seeds"), "-o", str(tmp_path / "out")))
    assert found.wrong == ""
    assert found.said.count("sections of more characters than the seed has") == 1


def test_a_change_outside_the_article_is_of_no_account(gold: Gold, release: Path, root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(root / "seeds", own)
    seed = own / "002_3bafeec33a1c3e02.txt"
    seed.write_bytes(seed.read_bytes() + b"\nmore page around it")
    assert rehydrate(read_release(release), own) == gold


def test_a_change_between_labels_is_noticed_too(release: Path, root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(root / "seeds", own)
    seed = own / "002_3bafeec33a1c3e02.txt"
    changed = seed.read_text(encoding="utf-8").replace("bounced down the steps", "bounced down the stepz")
    seed.write_text(changed, encoding="utf-8")
    with pytest.raises(FaultsError) as error:
        rehydrate(read_release(release), own)
    assert [fault.file for fault in error.value.faults] == [str(seed)]


@pytest.mark.parametrize("raw", [b"{}", b"[", b'{"format": "other"}'])
def test_what_is_no_release_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "r.json").write_bytes(raw)
    with pytest.raises(FaultsError):
        read_release(tmp_path / "r.json")
