"""The dataset folder through the real ``load_dataset``: every config, streamed too, network off, never stale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from tests.builders import ABOUT

from onrecord.annotation.gold.from_rounds import gold_of_rounds
from onrecord.dataset import Article, Document, FaultsError, Gold, gold_hash, read_folder, read_registries
from onrecord.dataset.corpus import CorpusFile, Splits
from onrecord.dataset.publishing.build import Built, build, differences, write
from onrecord.dataset.publishing.folder import read_rows
from onrecord.dataset.publishing.rai import metadata
from onrecord.dataset.publishing.tables import configs
from onrecord.dataset.publishing.texts import read_texts
from onrecord.eval import record_bytes, record_of, score

LOAD = """
import json, socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
from datasets import load_dataset
folder, streaming = sys.argv[1], sys.argv[2] == "streaming"
for place in sys.argv[3:]:
    config, split = place.split(":")
    rows = load_dataset(folder, config or None, split=split, streaming=streaming)
    print(json.dumps(list(rows), ensure_ascii=True))
"""

Rows = list[dict[str, Any]]


def load_each(folder: Path, places: list[tuple[str, str]], cache: Path, streaming: bool = False) -> list[Rows]:
    """The rows of configs and splits, in a process of its own with a limit: streaming has been seen to hang at exit."""
    environment = {**os.environ, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1"}
    words = [f"{config}:{split}" for config, split in places]
    command = [sys.executable, "-c", LOAD, str(folder), "streaming" if streaming else "whole", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def load(folder: Path, config: str, split: str, cache: Path) -> Rows:
    (rows,) = load_each(folder, [(config, split)], cache)
    return rows


@pytest.mark.long
@pytest.mark.parametrize("streaming", [False, True])
def test_every_config_loads_with_the_network_off(root: Path, tmp_path: Path, streaming: bool) -> None:
    places = [(path.parent.name, path.stem) for path in sorted((root / "dataset" / "data").glob("*/*.parquet"))]
    for (config, split), rows in zip(places, load_each(root / "dataset", places, tmp_path, streaming), strict=True):
        assert rows == read_rows(root / "dataset", config, split), (config, split)
        assert rows


def test_the_header_is_what_datasets_would_write(root: Path) -> None:
    from datasets import DatasetInfo, Features
    from datasets.info import DatasetInfosDict
    from datasets.splits import SplitDict, SplitInfo
    from huggingface_hub import DatasetCard, DatasetCardData

    card = DatasetCard.load(root / "dataset/README.md")
    infos = DatasetInfosDict()
    for config in configs():
        splits = next(each for each in card.data["dataset_info"] if each["config_name"] == config.name)["splits"]
        size = sum(split["num_bytes"] for split in splits)
        given = {each["name"]: SplitInfo(each["name"], each["num_bytes"], each["num_examples"]) for each in splits}
        features = Features.from_arrow_schema(config.schema)
        infos[config.name] = DatasetInfo(
            features=features, splits=SplitDict(given), download_size=size, dataset_size=size
        )
    written = DatasetCardData()
    infos.to_dataset_card_data(written)
    assert card.data["dataset_info"] == written["dataset_info"]
    assert card.data.to_yaml() == card.content.split("---\n")[1].strip()


def test_the_default_config_is_the_articles(root: Path, tmp_path: Path) -> None:
    rows = load(root / "dataset", "", "test", tmp_path)
    assert [row["doc_id"][:3] for row in rows] == ["001", "002", "004"]
    for row in rows:
        for mention in row["mentions"]:
            assert row["text"][mention["start"] : mention["end"]] == mention["text"]


@pytest.fixture(scope="module")
def built(root: Path, documents: list[Document]) -> Built:
    """The folder as the committed raw exports give it."""
    annotation = root / "annotation"
    registries = read_registries(annotation / "registries")
    assert ABOUT.gold is not None
    made = gold_of_rounds(annotation, ABOUT.gold, documents, registries, ABOUT.splits.names)
    assert made.unlabelled == ()
    said = metadata(ABOUT, made.gold, (root / "DATASHEET.md").read_text(encoding="utf-8"), made.making)
    return build(made.gold, ABOUT, made.provenance, made.extra, said)


def test_what_is_committed_is_what_the_sources_give(built: Built, root: Path) -> None:
    assert differences(built, root / "dataset") == []


def test_a_rebuild_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    written = write(built, tmp_path)
    assert sorted([*built.plain, *built.parquet, "croissant.json", "manifest.json"]) == written
    assert write(built, tmp_path) == []
    assert differences(built, tmp_path) == []


def test_what_differs_is_found_and_mended(built: Built, tmp_path: Path) -> None:
    write(built, tmp_path)
    name = next(iter(built.gold))
    (tmp_path / name).write_text("{}")
    shutil.copy(tmp_path / "data/quotes/test.parquet", tmp_path / "data/quotes/validation.parquet")
    assert differences(built, tmp_path) == sorted(
        [name, "croissant.json", *(f"data/quotes/{split}.parquet" for split in ABOUT.splits.names)]
    )
    write(built, tmp_path)
    assert differences(built, tmp_path) == []


def test_an_article_that_is_gone_is_taken_away(built: Built, gold: Gold, tmp_path: Path) -> None:
    write(built, tmp_path)
    fewer = build(msgspec.structs.replace(gold, articles=gold.articles[1:]), ABOUT, "")
    (gone,) = set(built.gold) - set(fewer.gold)
    assert gone in write(fewer, tmp_path)
    assert not (tmp_path / gone).exists()
    assert differences(fewer, tmp_path) == []


def test_what_others_put_into_the_folder_stays(built: Built, gold: Gold, tmp_path: Path) -> None:
    write(built, tmp_path)
    theirs = {"gold/notes.json": "{}", "data/mine/precious.parquet": "p", "CNAME": "x", ".git/index": "i", "a b/c": ""}
    for name, text in theirs.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "empty").mkdir()
    assert differences(built, tmp_path) == []
    write(build(msgspec.structs.replace(gold, articles=gold.articles[1:]), ABOUT, ""), tmp_path)
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty").is_dir()
    assert not [path for path in tmp_path.parent.iterdir() if path.name.startswith(".onrecord")]


@pytest.mark.parametrize("name", ["README.md", "data/articles/x.parquet", "notes.txt", "gold"])
def test_a_folder_of_somebody_else_is_not_built_into(built: Built, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mine"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("mine")
    with pytest.raises(FaultsError, match="not of a dataset made here"):
        write(built, folder)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / name]
    assert (folder / name).read_text() == "mine"


def test_a_table_of_somebody_else_among_the_datasets_is_a_fault(built: Built, tmp_path: Path) -> None:
    write(built, tmp_path)
    (tmp_path / "data/articles/more.parquet").write_text("mine")
    assert differences(built, tmp_path)[-1] == "data/articles/more.parquet"
    with pytest.raises(FaultsError, match=r"data/articles/more\.parquet"):
        write(built, tmp_path)


@pytest.mark.parametrize("manifest", ["", "[]", '{"kind": "board", "files": ["README.md"]}', '{"kind": "dataset"}'])
def test_a_manifest_that_is_none_names_nothing(built: Built, tmp_path: Path, manifest: str) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(FaultsError, match="README"):
        write(built, tmp_path)


@pytest.mark.long
def test_a_changed_label_is_seen_through_the_cache(root: Path, tmp_path: Path, gold: Gold) -> None:
    """``load_dataset`` keys its cache of a local folder by the card, not by the data: the card carries the hash."""
    folder, cache = tmp_path / "dataset", tmp_path / "cache"
    shutil.copytree(root / "dataset", folder)
    before = load(folder, "stances", "test", cache)
    article = next(a for a in gold.articles if a.document.split == "test")
    stance = msgspec.structs.replace(article.labels.stances[0], label="neutral")
    labels = msgspec.structs.replace(article.labels, stances=(stance, *article.labels.stances[1:]))
    changed = [msgspec.structs.replace(a, labels=labels) if a is article else a for a in gold.articles]
    write(build(msgspec.structs.replace(gold, articles=tuple(changed)), ABOUT, ""), folder)
    after = load(folder, "stances", "test", cache)
    assert [row["label"] for row in before] != [row["label"] for row in after]
    assert after[0]["label"] == "neutral"


@pytest.mark.long
def test_two_checkouts_do_not_share_rows(root: Path, tmp_path: Path, gold: Gold) -> None:
    cache = tmp_path / "cache"
    one = msgspec.structs.replace(gold, articles=gold.articles[:3])
    for name, each in (("a", one), ("b", gold)):
        write(build(each, ABOUT, ""), tmp_path / name / "dataset")
    assert len(load(tmp_path / "a/dataset", "articles", "test", cache)) == 2
    assert len(load(tmp_path / "b/dataset", "articles", "test", cache)) == 3


def test_parquet_carries_no_library_metadata_and_one_row_group(root: Path) -> None:
    paths = sorted((root / "dataset" / "data").glob("*/*.parquet"))
    assert len(paths) == sum(1 if config.registry else len(ABOUT.splits.names) for config in configs())
    for path in paths:
        file = pq.ParquetFile(path)
        assert set(file.schema_arrow.metadata or {}) == set()
        assert file.num_row_groups == 1


def test_nothing_in_the_folder_confuses_the_loader(root: Path) -> None:
    names = {path.name for path in (root / "dataset").iterdir() if path.name != "__pycache__"}
    known = {
        "README.md",
        "LICENSE-DATA.md",
        "ceiling.json",
        "corpus.json",
        "croissant.json",
        "errata.json",
        "manifest.json",
        "data",
        "gold",
        "onrecord",
    }
    assert names <= known


def test_flat_configs_say_what_the_articles_say(root: Path) -> None:
    folder = root / "dataset"
    for split in ("validation", "test"):
        articles = read_rows(folder, "articles", split)
        for config, layer in (("entities", "mentions"), ("quotes",) * 2, ("stances",) * 2, ("events",) * 2):
            flat = read_rows(folder, config, split)
            nested = [(row["doc_id"], item) for row in articles for item in row[layer]]
            assert len(flat) == len(nested)
            for row, (document, item) in zip(flat, nested, strict=True):
                assert row["doc_id"] == document
                assert {name: row[name] for name in item} == item
                assert row["zone"] in {"title", "dek", "byline", "body", "caption", "pullquote", "credit"}


def test_reading_the_folder_gives_the_gold_back(built: Built, tmp_path: Path, gold: Gold) -> None:
    write(built, tmp_path)
    again = read_folder(tmp_path)
    assert again == gold
    assert gold_hash(again.articles) == gold_hash(tuple(reversed(gold.articles)))


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="no such file"):
        read_folder(tmp_path)
    (tmp_path / "data/articles").mkdir(parents=True)
    (tmp_path / "data/articles/validation.parquet").write_bytes(b"nonsense")
    with pytest.raises(FaultsError, match="Parquet"):
        read_folder(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("streaming", [False, True])
def test_one_split_of_any_name_loads(gold: Gold, tmp_path: Path, streaming: bool) -> None:
    about = corpus_of(["train"], gold)
    articles = [in_split(article, "train") for article in gold.articles]
    write(build(msgspec.structs.replace(gold, articles=tuple(articles)), about, ""), tmp_path / "own")
    assert sorted(path.name for path in (tmp_path / "own/data/articles").iterdir()) == ["train.parquet"]
    places = [("", "train"), ("entities", "train"), ("registry_claims", "registry")]
    for (config, split), rows in zip(places, load_each(tmp_path / "own", places, tmp_path, streaming), strict=True):
        assert rows
        assert rows == read_rows(tmp_path / "own", config or "articles", split)


@pytest.mark.long
@pytest.mark.parametrize("streaming", [False, True])
def test_a_layer_without_items_is_no_config_and_a_split_without_any_no_split(
    five: Gold, tmp_path: Path, streaming: bool
) -> None:
    def thinned(article: Article) -> Article:
        gone: dict[str, tuple[()]] = {"events": ()}
        if article.document.split == "test":
            gone |= {"stances": (), "quotes": ()}
        return msgspec.structs.replace(article, labels=msgspec.structs.replace(article.labels, **gone))

    thin = msgspec.structs.replace(five, articles=tuple(map(thinned, five.articles)))
    write(build(thin, ABOUT, ""), tmp_path / "own")
    data = tmp_path / "own" / "data"
    assert not (data / "events").exists()
    assert [path.name for path in (data / "quotes").iterdir()] == ["validation.parquet"]
    places = [("", "test"), ("", "validation"), ("entities", "test"), ("quotes", "validation")]
    loaded = load_each(tmp_path / "own", places, tmp_path, streaming)
    for (config, split), rows in zip(places, loaded, strict=True):
        assert rows == read_rows(tmp_path / "own", config or "articles", split)
    assert [row["events"] for row in loaded[0]] == [[], [], []]
    assert read_folder(tmp_path / "own") == thin


def corpus_of(names: list[str], gold: Gold) -> CorpusFile:
    """The published corpus with all of its articles in the first of some splits."""
    of = {article.document.topic: names[0] for article in gold.articles}
    return msgspec.structs.replace(ABOUT, splits=Splits(names=tuple(names), of=of))


def in_split(article: Article, split: str) -> Article:
    return msgspec.structs.replace(article, document=msgspec.structs.replace(article.document, split=split))


def older(folder: Path) -> None:
    """Make a folder as it was before 0.2.1 of the labels, when ``doc_id`` had other names and columns were fewer."""
    since = {"context_start", "speaker_names", "relay_names", "parent_text", "utterance_title", "quote_text"}
    since |= {"entity_name", "literal_name", "wikidata"}
    for path in folder.glob("data/*/*.parquet"):
        config = path.parent.name
        if not config.startswith("registry"):
            table = pq.read_table(path)
            table = table.select([name for name in table.column_names if config == "articles" or name not in since])
            former = "id" if config == "articles" else "document"
            names = [former if name == "doc_id" else name for name in table.column_names]
            pq.write_table(table.rename_columns(names), path)


def test_an_older_folder_is_read_and_scored_as_before(built: Built, tmp_path: Path, gold: Gold, root: Path) -> None:
    write(built, tmp_path)
    older(tmp_path)
    assert "doc_id" not in pq.read_schema(tmp_path / "data/articles/test.parquet").names
    assert read_folder(tmp_path) == gold
    assert [text.id for text in read_texts(tmp_path)] == [text.id for text in read_texts(root / "dataset")]
    rules = root / "eval/baselines/rules.jsonl"
    was, now = (record_of(score(rules, folder, "all", how=None)) for folder in (tmp_path, root / "dataset"))
    assert record_bytes(was) == record_bytes(now)
    assert [name for name in differences(built, tmp_path) if "registry" in name] == []
    write(built, tmp_path)
    assert differences(built, tmp_path) == []


def test_articles_without_an_id_are_refused(built: Built, tmp_path: Path) -> None:
    write(built, tmp_path)
    path = tmp_path / "data/articles/test.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["doc_id"]), path)
    for read in (read_folder, lambda folder: list(read_texts(folder))):
        with pytest.raises(FaultsError, match="another version of onrecord"):
            read(tmp_path)


def test_gold_with_a_fault_is_not_built(gold: Gold) -> None:
    article = gold.articles[0]
    broken = msgspec.structs.replace(article.labels.mentions[0], text="x", entity="nobody")
    labels = msgspec.structs.replace(article.labels, mentions=(broken, *article.labels.mentions[1:]))
    changed = msgspec.structs.replace(article, labels=labels)
    with pytest.raises(FaultsError) as error:
        build(msgspec.structs.replace(gold, articles=(changed, *gold.articles[1:])), ABOUT, "")
    assert {(fault.file, fault.pointer) for fault in error.value.faults} == {
        (f"gold/{article.document.id}.json", "/mentions/0/text"),
        (f"gold/{article.document.id}.json", "/mentions/0/entity"),
    }
