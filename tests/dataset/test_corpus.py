"""onrecord.toml: read whole, every fault at once; the splits it gives; the corpus that a path lies in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.annotation.new_corpus.files import new_corpus
from onrecord.dataset import FaultsError
from onrecord.dataset.corpus import FILE, CorpusFile, Splits, find_corpus, read_corpus, read_toml
from onrecord.dataset.scheme import Scheme


def faults_of(tmp_path: Path, text: str) -> dict[str, str]:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(FaultsError) as error:
        read_corpus(tmp_path)
    return {fault.pointer: fault.expected for fault in error.value.faults}


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    wrong = """
        [card]
        version = "one"
        titel = "x"
        [scheme]
        entity_types = ["A B"]
        [splits]
        names = ["train", "all"]
        by = "author"
        """
    assert faults_of(tmp_path, wrong).keys() == {
        "/card/titel",
        "/card/version",
        "/scheme/entity_types/0",
        "/splits/by",
        "/splits/names/1",
    }


def test_splits_and_schemes_that_do_not_fit_are_faults(tmp_path: Path) -> None:
    wrong = """
        [scheme]
        layers = ["mentions", "events"]
        ids = false
        [splits]
        names = ["train", "train"]
        otherwise = "test"
        of = { a = "dev" }
        [texts]
        public = ["trian"]
        """
    assert faults_of(tmp_path, wrong) == {
        "/scheme/layers": "of mentions, quotes, or ids = true",
        "/splits/names": "each split once",
        "/splits/otherwise": "one of train, train",
        "/splits/of/a": "one of train, train",
        "/texts/public/0": "one of train, train",
    }


@pytest.mark.parametrize("text", ["[card", "a = 1\na = 2", "[card]\ntitle = 'x"])
def test_what_is_no_toml_is_said_so(tmp_path: Path, text: str) -> None:
    assert faults_of(tmp_path, text) == {"": "TOML 1.0"}
    (tmp_path / FILE).write_bytes(b"\xff")
    with pytest.raises(FaultsError, match="UTF-8"):
        read_corpus(tmp_path)
    with pytest.raises(FaultsError, match="onrecord init"):
        read_corpus(tmp_path / "nowhere")


def test_an_empty_file_is_the_published_scheme_with_one_split(tmp_path: Path) -> None:
    assert read_toml(tmp_path / FILE, b"") == CorpusFile()
    assert CorpusFile().splits.split_of("any", "a") == "test"
    about = read_toml(tmp_path / FILE, b"[card]\ndate = 2026-11-29")
    assert about.card.date == "2026-11-29"


def test_splits_go_by_topic_or_by_article() -> None:
    by_topic = Splits(names=("train", "test"), of={"t": "train"}, otherwise="test")
    assert [by_topic.split_of(topic, "a") for topic in ("t", "u")] == ["train", "test"]
    by_document = Splits(by="document", names=("train",), of={"a": "train"})
    assert [by_document.split_of("t", id) for id in ("a", "b")] == ["train", None]


def test_the_nearest_folder_above_is_the_corpus(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner" / "seeds"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / FILE).write_text("")
    assert find_corpus(inner) == tmp_path / "outer"
    (tmp_path / "outer" / "inner" / FILE).write_text("")
    assert find_corpus(inner) == tmp_path / "outer" / "inner"
    assert find_corpus(inner / "not" / "there") == tmp_path / "outer" / "inner"


titles = st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and text.isprintable())


@given(titles, st.booleans(), st.sampled_from([("mentions",), ("quotes",), ("quotes", "mentions")]))
def test_the_file_of_a_new_corpus_says_what_was_asked_for(title: str, ids: bool, layers: tuple[str, ...]) -> None:
    wanted = Scheme(layers=layers, ids=ids, entity_types=("איש", "A/B", "O'B"), quote_modes=("said", "thought"))
    files = new_corpus(title, wanted, ["he", "en"])
    about = read_toml(Path(FILE), files[FILE])
    assert about.card.title == " ".join(title.split())
    assert about.card.languages == ("he", "en")
    assert about.scheme.layers == layers
    assert about.scheme.ids == ids
    if "mentions" in layers:
        assert about.scheme.entity_types == wanted.entity_types
    if "quotes" in layers:
        assert about.scheme.quote_modes == wanted.quote_modes
    assert ("annotation/registries/entities.jsonl" in files) == ids
    assert b"Putin" not in files[FILE] + files["README.md"]
