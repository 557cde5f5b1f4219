"""The release without text, and the way back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.builders import ABOUT
from tests.cost.forked import command, forked

from onrecord.dataset import Article, FaultsError, Gold
from onrecord.dataset.publishing.sealing import key_of, opened, seal
from onrecord.dataset.publishing.standoff import read_release, rehydrate, release_json, strip
from onrecord.dataset.publishing.wording import Wording
from onrecord.dataset.walk import renamed


@pytest.fixture
def release(gold: Gold, tmp_path: Path) -> Path:
    path = tmp_path / "standoff.json"
    path.write_bytes(release_json(strip(gold, ABOUT, "who made them")))
    return path


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def runs_of(text: str, length: int) -> set[str]:
    words = words_of(text)
    return {" ".join(words[start : start + length]) for start in range(len(words) - length + 1)}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_no_run_of_four_words_of_an_article_is_in_it(gold: Gold, release: Path) -> None:
    said = release.read_text(encoding="utf-8")
    # a text that anyone may have is not guarded
    guarded = [article.document for article in gold.articles if article.document.split not in ABOUT.texts.public]
    assert guarded
    known = set().union(*(runs_of(document.text, 4) for document in guarded))
    assert known & runs_of(said, 4) == set()
    assert {run for each in strings(json.loads(said)) for run in runs_of(each, 4)} & known == set()


def substrings(text: str) -> Iterator[str]:
    """Whatever of a text a label may be of: up to six words with what stands between them."""
    words = list(re.finditer(r"\w+", text))
    for first in range(len(words)):
        for last in range(first, min(first + 6, len(words))):
            yield text[words[first].start() : words[last].end()]


def test_a_dictionary_recovers_no_surface(gold: Gold, release: Path) -> None:
    """Whoever guesses words, and has even all that the articles use, finds no trace of one by hashing it."""
    value = json.loads(release.read_bytes())
    document_hashes = {a["document"][name] for a in value["articles"] for name in ("text_sha256", "seed_sha256")}
    beginnings = {each for article in value["articles"] for each in article["beginnings"]}
    found = [each for each in strings(value) if re.fullmatch(r"[0-9a-f]{8,}", each)]
    assert set(found) == document_hashes | beginnings, "there are no other hashes"
    candidates = {each for article in gold.articles for each in substrings(article.document.text)}
    assert len(candidates) > 10_000
    told = "\n".join(found) + value["sealed"]
    for each in candidates:
        raw = each.encode()
        for name in ("sha256", "sha1", "md5", "blake2b"):
            assert hashlib.new(name, raw).hexdigest()[:12] not in told
    assert {span["text"] for span in objects_with(value, "start", "end", "text")} == {""}


def objects_with(value: Any, *names: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if all(name in value for name in names):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from objects_with(each, *names)


def test_what_people_wrote_is_sealed_and_needs_every_text(gold: Gold, release: Path) -> None:
    value = json.loads(release.read_bytes())
    said = release.read_text(encoding="utf-8")
    rows = gold.registries
    for each in (*(row.text for row in rows.claims), *(row.title for row in rows.events)):
        assert each not in said
    texts = [article.document.text for article in gold.articles]
    words = opened(value["sealed"], key_of(texts))
    assert rows.claims[0].text.encode() in words
    for guess in (texts[1:], texts[::-1], [], [texts[0][:-1], *texts[1:]]):
        with pytest.raises(ValueError, match="another key"):
            opened(value["sealed"], key_of(guess))


def test_two_releases_of_the_same_texts_share_no_stream() -> None:
    key = key_of(["a", "b"])
    one, other = (base64.b64decode(seal(words, key))[32:] for words in (b"A" * 64, b"A" * 63 + b"B"))
    apart = bytes(a ^ b for a, b in zip(one, other, strict=True))
    assert apart.count(0) < 8, "else what is alike in both would show"
    assert seal(b"A", key) == seal(b"A", key)


@pytest.mark.parametrize("field", ["summary", "title"])
def test_a_card_that_quotes_an_article_is_refused_by_name(gold: Gold, field: str) -> None:
    words = " ".join(gold.articles[2].document.text.split()[40:48])
    about = msgspec.structs.replace(ABOUT, card=msgspec.structs.replace(ABOUT.card, **{field: f"On {words}."}))
    with pytest.raises(FaultsError) as error:
        strip(gold, about, "who made them")
    (fault,) = error.value.faults
    assert (fault.code, fault.pointer) == ("wording", f"/about/card/{field}")


@pytest.mark.parametrize(
    ("text", "repeated", "other"),
    [
        ("The president\u2019s men went home", "presidents-men-went-home", "presidents-men-stayed-home"),
        ("The president's men went home", "the-president-s-men", "the-president-s-car"),
        ("Łukaszenka przybył do Mińska w poniedziałek", "/lukaszenka-przybyl-do-minska.html", "lukaszenka-w-minsku"),
        (
            "Как Путин прилетел в Минск",
            "%D0%BF%D1%83%D1%82%D0%B8%D0%BD-прилетел-в-минск",
            "%D0%BF%D1%83%D1%82%D0%B8%D0%BD",
        ),
        ("プーチン大統領がミンスクに到着した", "大統領がミンスクに到着", "大統領がミン"),
        ("ปูตินเดินทางถึงกรุงมินสค์", "เดินทางถึงกรุงมินสค์", "ปูติน"),
        ("On 19 December 2022 they met", "on-19-december-2022", "19-december-2022"),
    ],
)
def test_words_are_an_article_s_however_an_address_has_them(text: str, repeated: str, other: str) -> None:
    wording = Wording([text])
    assert wording.repeated_in(repeated)
    assert wording.repeated_in(other) is None


def test_an_id_and_an_address_that_are_worded_like_an_article_come_back(gold: Gold, tmp_path: Path, root: Path) -> None:
    first, *others = gold.articles
    run = "-".join(words_of(first.document.text)[3:9])
    url = f"https://example.org/{run}.html"
    with_url = Article(document=msgspec.structs.replace(first.document, url=url), labels=first.labels)
    changed = Gold(articles=(with_url, *others), registries=gold.registries, scheme=gold.scheme)
    claim = gold.registries.claims[0].id
    maps = {"claim": {claim: f"claim-{run}"}}
    articles = tuple(
        Article(document=each.document, labels=each.labels.changed(lambda _, item: renamed(item, maps)))
        for each in changed.articles
    )
    claims = tuple(msgspec.structs.replace(row, id=maps["claim"].get(row.id, row.id)) for row in gold.registries.claims)
    changed = Gold(
        articles=articles, registries=msgspec.structs.replace(gold.registries, claims=claims), scheme=gold.scheme
    )
    raw = release_json(strip(changed, ABOUT, "who made them"))
    assert run.encode() not in raw
    (tmp_path / "r.json").write_bytes(raw)
    assert rehydrate(read_release(tmp_path / "r.json"), root / "seeds") == changed


def test_a_seal_that_was_changed_is_a_fault(release: Path, root: Path) -> None:
    value = json.loads(release.read_bytes())
    for sealed in ("", "A" * 100, value["sealed"][:-8] + "AAAAAAA=", "ä"):
        release.write_text(json.dumps({**value, "sealed": sealed}))
        with pytest.raises(FaultsError, match="what the texts of its articles open"):
            rehydrate(read_release(release), root / "seeds")


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
    for number, seed in enumerate(sorted((root / "seeds").rglob("*.txt"))):
        shutil.copy(seed, tmp_path / "own" / f"article-{number}.text")
    assert rehydrate(read_release(release), tmp_path / "own") == gold


def test_one_changed_character_names_the_file_and_the_place(
    gold: Gold, release: Path, root: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(root / "seeds", own)
    seed = own / "002_3bafeec33a1c3e02.txt"
    seed.write_text(seed.read_text(encoding="utf-8").replace("hugged Putin", "hugged Putim"), encoding="utf-8")
    (own / "004_92fe2bc6f3a1f1dd.txt").unlink()
    with pytest.raises(FaultsError) as error:
        rehydrate(read_release(release), own)
    one, other = error.value.faults
    assert one.file == str(seed)
    text = next(a.document.text for a in gold.articles if a.document.id == "002_3bafeec33a1c3e02")
    start, end = map(int, re.findall(r"\[(\d+), (\d+)\)", one.hint)[0])
    assert start <= text.index("hugged Putin") + 11 < end
    assert "004_92fe2bc6f3a1f1dd.txt" in other.expected


@pytest.mark.parametrize("sections", [2, 200_000])
def test_sections_that_say_more_than_the_seed_are_of_another(
    five: Gold, root: Path, tmp_path: Path, sections: int
) -> None:
    release = tmp_path / "standoff.json"
    value = json.loads(release_json(strip(five, ABOUT, "who made them")))
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
