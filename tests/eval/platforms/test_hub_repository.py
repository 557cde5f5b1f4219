"""The dataset's repository on the Hub: it loads, holds no word that it may not, and is what the Hub asks for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import DatasetCard
from tests.builders import ABOUT
from tests.cli.test_cli import run
from tests.dataset.publishing.test_folder import load_each

from onrecord.dataset import Article, FaultsError, Gold, read_folder
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.layers import labels, using
from onrecord.dataset.publishing.build import build, write
from onrecord.dataset.publishing.folder import read_about, read_rows
from onrecord.dataset.publishing.standoff import read_release, rehydrate
from onrecord.dataset.publishing.tables import configs
from onrecord.dataset.publishing.texts import read_texts
from onrecord.dataset.records import Mention, Registries
from onrecord.dataset.scheme import Scheme
from onrecord.eval.platforms.hub_repository import HubAsked, HubRepository, hub_repository
from onrecord.eval.platforms.hub_rules import hub_rules


def written(made: HubRepository, folder: Path) -> Path:
    for name, content in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def stating(five_folder: Path, folder: Path, **said: Any) -> Path:
    """A copy of the dataset folder whose corpus says something else, by section."""
    shutil.copytree(five_folder, folder, ignore=shutil.ignore_patterns("onrecord", "__pycache__"))
    about = json.loads((folder / "corpus.json").read_bytes())
    for section, values in said.items():
        about[section].update(values)
    (folder / "corpus.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def standoff(five_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standoff")
    stated = stating(five_folder, folder / "dataset", texts={"public": []})
    return written(hub_repository(stated, HubAsked()), folder / "hub")


@pytest.fixture(scope="module")
def gated(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    asked = HubAsked("gated", "someone/news", framework="onrecord")
    return written(hub_repository(root / "dataset", asked), tmp_path_factory.mktemp("gated"))


@pytest.fixture(scope="module")
def mixed(five_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a corpus where anyone may have the texts of one split."""
    folder = tmp_path_factory.mktemp("mixed")
    stated = stating(five_folder, folder / "dataset", texts={"public": ["validation"]})
    return written(hub_repository(stated, HubAsked()), folder / "hub")


def places(folder: Path) -> list[tuple[str, str]]:
    """Every config and split that the card names, each with a file."""
    header = DatasetCard.load(folder / "README.md").data.to_dict()
    listed = [(config["config_name"], each) for config in header["configs"] for each in config["data_files"]]
    assert all((folder / each["path"]).is_file() for _, each in listed)
    return [(config, each["split"]) for config, each in listed]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["standoff", "gated", "mixed"])
def test_load_dataset_takes_every_config_of_the_card(
    kind: str, request: pytest.FixtureRequest, five_folder: Path, root: Path, tmp_path: Path
) -> None:
    folder: Path = request.getfixturevalue(kind)
    source = root / "dataset" if kind == "gated" else five_folder
    named = places(folder)
    assert {config for config, _ in named} == {config.name for config in configs()}
    for (config, split), rows in zip(named, load_each(folder, named, tmp_path), strict=True):
        assert rows == read_rows(folder, config, split), (config, split)
        assert len(rows) == len(read_rows(source, config, split))


def blanked(value: Any) -> Any:
    """A value without a word of an article, said by hand."""
    if isinstance(value, dict):
        words = {"text", "title", "context", "quote_text", "parent_text"}
        return {key: None if key in words else blanked(each) for key, each in value.items()}
    return [blanked(each) for each in value] if isinstance(value, list) else value


def test_withheld_rows_are_those_of_the_dataset_without_words(standoff: Path, mixed: Path, five_folder: Path) -> None:
    seen = 0
    for config in configs():
        for split in ("validation", "test"):
            if not config.registry:
                whole = read_rows(five_folder, config.name, split)
                assert read_rows(standoff, config.name, split) == blanked(whole)
                assert read_rows(mixed, config.name, split) == (whole if split == "validation" else blanked(whole))
                seen += len(whole)
    assert seen > 700
    assert read_rows(standoff, "registry_events", "registry") == read_rows(five_folder, "registry_events", "registry")


def test_no_four_words_of_a_withheld_article_stand_in_any_file(standoff: Path, mixed: Path, five: Gold) -> None:
    every = {article.document.split for article in five.articles}
    for folder, splits in ((standoff, every), (mixed, every - {"validation"})):
        said = everything(folder)
        whole = [article.document.text for article in five.articles if article.document.split not in splits]
        assert all(runs_of_four(text, said) for text in whole)
        for document in (article.document for article in five.articles if article.document.split in splits):
            runs = {*runs_of_four(document.text, said)} - {*runs_of_four(document.text, "\n".join(whole))}
            assert not runs, document.id


def runs_of_four(text: str, said: str) -> list[str]:
    """The runs of four words of a text that stand in what is said, whatever stands between the words there."""
    words = re.findall(r"\w+", text)
    within = " ".join(re.findall(r"\w+", said))
    return [run for i in range(len(words) - 3) if (run := " ".join(words[i : i + 4])) in within]


def everything(folder: Path) -> str:
    """All that the files of a repository say, what is no article's words left aside."""
    said = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet" and not path.parent.name.startswith("registry_"):
            rows = pq.read_table(path).to_pylist()
            own = [name for name in rows[0] if name.endswith(("_name", "_names", "_title"))]
            said += [json.dumps({k: v for k, v in row.items() if k not in own}, ensure_ascii=False) for row in rows]
        elif path.suffix != ".parquet":
            said.append(path.read_text(encoding="utf-8"))
    return "\n".join(said)


def test_what_is_withheld_comes_back_from_copies(standoff: Path, mixed: Path, five: Gold, root: Path) -> None:
    for folder in (standoff, mixed):
        assert rehydrate(read_release(folder / "onrecord.json"), root / "seeds") == five
    assert {path.name for path in (mixed / "gold").iterdir()} == {
        f"{article.document.id}.json" for article in five.articles if article.document.split == "validation"
    }
    assert not (standoff / "gold").exists()
    assert not (standoff / "errata.json").exists()


def test_a_folder_without_texts_is_told_as_such(standoff: Path) -> None:
    for read in (read_folder, lambda folder: list(read_texts(folder))):
        with pytest.raises(FaultsError, match="rehydrate") as error:
            read(standoff)
        assert {fault.code for fault in error.value.faults} == {"withheld"}


def test_the_whole_is_the_dataset_itself(gated: Path, gold: Gold, root: Path) -> None:
    assert read_folder(gated) == gold
    assert read_about(gated) == read_about(root / "dataset")
    for name in ("LICENSE-DATA.md", "ceiling.json", "errata.json", "corpus.json", "croissant.json"):
        assert (gated / name).read_bytes() == (root / "dataset" / name).read_bytes()


@pytest.mark.parametrize("kind", ["standoff", "gated", "mixed"])
def test_the_card_is_one_and_names_files_that_are_there(kind: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    card = DatasetCard.load(folder / "README.md")
    header, rules = card.data.to_dict(), hub_rules()
    assert header["license"] in rules.licences
    assert (folder / header["license_link"]).is_file()
    assert {key for key in header if key.startswith("extra_gated")} <= {*rules.gate_keys}
    assert ("extra_gated_prompt" in header) == (kind == "gated")
    if kind == "gated":
        assert {*header["extra_gated_fields"].values()} <= {*rules.gate_fields}
        assert "research and evaluation" in header["extra_gated_prompt"]
        assert 'load_dataset("someone/news"' in card.text
    for target in re.findall(r"\]\(([^)#:]+)\)", card.text):
        assert (folder / target).is_file()
    assert "## The texts" in card.text
    described = json.loads((folder / "croissant.json").read_bytes())
    files = [each["contentUrl"] for each in described["distribution"] if each.get("contentUrl", "").startswith("data/")]
    assert sorted(files) == sorted(path.relative_to(folder).as_posix() for path in folder.glob("data/*/*.parquet"))


def test_columns_say_where_they_are_withheld(standoff: Path, five_folder: Path) -> None:
    for folder, many in ((standoff, True), (five_folder, False)):
        card = (folder / "README.md").read_text(encoding="utf-8")
        lines = [line for line in card.splitlines() if line.startswith(("| `context` |", "| `quote_text` |"))]
        assert len(lines) == 5
        assert all(("words are withheld" in line) == many for line in lines)


@pytest.mark.parametrize(
    ("framework", "name", "said"),
    [
        (None, "eval.yaml.pending", "a push with eval.yaml would be refused"),
        ("onrecord", "eval.yaml", "may be refused"),
    ],
)
def test_a_framework_that_the_hub_does_not_list_is_told(
    five_folder: Path, framework: str | None, name: str, said: str
) -> None:
    made = hub_repository(five_folder, HubAsked(framework=framework))
    assert [each for each in made.files if each.startswith("eval.yaml")] == [name]
    assert [note for note in made.notes if said in note]
    assert said in made.files["UPLOADING.md"].decode()
    registered, rules = yaml.safe_load(made.files[name]), hub_rules()
    assert {*registered} == {*rules.benchmark.required}
    for task in registered["tasks"]:
        assert {*rules.task.required} <= {*task} <= {*rules.task.required, *rules.task.optional}
        assert f"data/{task['config']}/{task['split']}.parquet" in made.files


def test_a_listed_framework_is_not_talked_about(five_folder: Path) -> None:
    made = hub_repository(five_folder, HubAsked(framework="harbor"))
    assert "eval.yaml" in made.files
    assert not [note for note in made.notes if "frameworks" in note]


def test_the_rules_have_a_source_each() -> None:
    rules = hub_rules()
    sourced = {field for source in rules.sources for field in source.about.split(", ")}
    assert sourced == {*rules.__struct_fields__} - {"sources"}
    assert all(re.fullmatch(r"[0-9a-f]{40}", source.commit) for source in rules.sources)
    assert {"inspect-ai", "harbor", "mteb"} <= {*rules.frameworks}
    assert "onrecord" not in rules.frameworks


def test_where_anyone_may_have_all_there_is_no_gate(five_folder: Path, tmp_path: Path, five: Gold) -> None:
    stated = stating(five_folder, tmp_path / "dataset", texts={"public": list(ABOUT.splits.names)})
    for texts in ("standoff", "gated"):
        made = hub_repository(stated, HubAsked(texts))
        assert "onrecord.json" not in made.files
        assert b"extra_gated" not in made.files["README.md"]
        assert read_folder(written(made, tmp_path / texts)) == five


def test_every_fault_of_card_and_options_is_said_at_once(five_folder: Path, tmp_path: Path) -> None:
    stated = stating(five_folder, tmp_path / "dataset", card={"license": "cc-by-4", "license_link": "../LICENSE"})
    with pytest.raises(FaultsError) as error:
        hub_repository(stated, HubAsked(dataset="news"))
    assert [(fault.pointer, fault.code) for fault in error.value.faults] == [
        ("/card/license", "license"),
        ("/card/license_link", "license"),
        ("", "option"),
    ]
    assert "cc-by-4.0" in error.value.faults[0].hint


def test_a_corpus_of_names_alone_has_a_repository_too(five: Gold, tmp_path: Path) -> None:
    about = CorpusFile(scheme=Scheme(layers=("mentions",), ids=False), splits=ABOUT.splits)
    with using(about.scheme):
        articles = tuple(
            Article(
                document=article.document,
                labels=labels(mentions=[plain(each) for each in article.labels.mentions]),
            )
            for article in five.articles
        )
    mine = Gold(articles=articles, registries=Registries(), scheme=about.scheme)
    write(build(mine, about, "- `ann` (mine): person, annotator.\n"), tmp_path / "dataset")
    made = hub_repository(tmp_path / "dataset", HubAsked())
    folder = written(made, tmp_path / "hub")
    assert {place[0] for place in places(folder)} == {"articles", "entities"}
    assert [task["id"] for task in yaml.safe_load(made.files["eval.yaml.pending"])["tasks"]] == ["entities"]
    assert any("the card says no licence" in note for note in made.notes)
    assert not re.search(r"\]\(LICENSE", made.files["README.md"].decode())


def plain(mention: Mention) -> Mention:
    """A mention of nobody in particular."""
    return msgspec.structs.replace(mention, entity=None, literal=None)


@pytest.mark.long
def test_the_command_writes_the_same_twice_and_nothing_of_others(root: Path, five_folder: Path, tmp_path: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def export(*words: str, code: int = 0) -> str:
        done = run("export", "hub", "--gold", five_folder, "-o", "hub", *words, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stderr.decode()

    said = export()
    assert "without the texts of validation, test; --text gated" in said
    assert "eval.yaml.pending" in said
    first = contents()
    export()
    assert contents() == first
    (tmp_path / "hub/notes.txt").write_text("mine")
    export("--text", "gated")
    assert (tmp_path / "hub/notes.txt").read_text() == "mine"
    assert not (tmp_path / "hub/onrecord.json").exists()
    (tmp_path / "hub/onrecord.json").write_text("mine")
    before = contents()
    assert "not-ours" in export(code=2)
    assert contents() == before
    shutil.rmtree(tmp_path / "hub")
    shutil.copytree(root / "dataset/gold", tmp_path / "hub")
    before = contents()
    assert "not of a hub made here" in export(code=2)
    assert contents() == before
