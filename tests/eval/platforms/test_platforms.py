"""Exports as values: what is in the archives, and what is written for the Hub."""

from __future__ import annotations

import dataclasses
import datetime
import io
import math
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import FaultsError, Gold, gold_hash
from onrecord.dataset.gold import in_split
from onrecord.eval import Result
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.platforms import pages
from onrecord.eval.platforms.archive import LIBRARIES, requirements, scorer_files, zip_bytes
from onrecord.eval.platforms.codabench import COMMAND, codabench_bundle
from onrecord.eval.platforms.competition import Competition, competition
from onrecord.eval.platforms.evalai import evalai_challenge
from onrecord.eval.platforms.evalai_boards import boards
from onrecord.eval.platforms.hub import Origin, benchmark, eval_results, yaml_bytes
from onrecord.eval.platforms.hub_rules import hub_rules
from onrecord.eval.platforms.keys import columns, numbers
from onrecord.eval.platforms.logo import SIDE, logo
from onrecord.eval.platforms.reference import Reference, read_reference, reference_bytes, reference_of
from onrecord.eval.platforms.running import broken, detail_page, scores_json
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.scoring.score_file import score
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.submission.reading import Submission, read_submission

START, END = datetime.datetime(2027, 1, 1, 12), datetime.datetime(2027, 3, 1)

DAY = "2027-01-01"

MOST_CHARACTERS = 36
"""Of a key; Codabench keeps no longer ones."""


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="module")
def made(gold: Gold, root: Path) -> Competition:
    return competition(gold, root / "dataset", "test", "A <b>title</b>: {{ 1 }}", START, END)


@pytest.fixture(scope="module")
def bundle(made: Competition) -> dict[str, bytes]:
    return files_of(codabench_bundle(made))


@pytest.fixture(scope="module")
def challenge(made: Competition) -> dict[str, bytes]:
    return files_of(evalai_challenge(made))


@pytest.fixture(scope="module")
def report(root: Path) -> Report:
    return score(root / "eval" / "baselines" / "rules.jsonl", root / "dataset", how=None)


# columns


def test_every_measure_of_the_table_has_a_key_and_the_headlines_come_first() -> None:
    shown = {
        f"{layer.name}:{measure.name}" for layer in scored_layers() for measure in layer.measures if not measure.detail
    }
    assert {column.measure for column in columns()} == shown
    assert [column.layer for column in columns() if column.headline] == [layer.name for layer in scored_layers()]
    assert all(column.headline for column in columns()[: len(scored_layers())])


def test_keys_are_plain_short_and_unique() -> None:
    keys = [column.key for column in columns()]
    assert len(set(keys)) == len(keys)
    assert all(key.isascii() and key.isidentifier() and len(key) <= MOST_CHARACTERS for key in keys)


def test_what_is_undefined_has_no_number(gold: Gold, root: Path) -> None:
    """Such as how often the speaker is right where no quote is found."""
    empty: dict[str, list[str]] = {"mentions": [], "quotes": [], "stances": [], "events": []}
    lines = [{"doc_id": each.document.id, **empty} for each in in_split(gold, "test")]
    result = score(lines, root / "dataset", how=None).result
    found = numbers(result)
    undefined = {column.key for column in columns() if result.values[column.measure] is None}
    assert undefined
    assert set(found) == {column.key for column in columns()} - undefined
    with pytest.raises(ArithmeticError):
        scores_json({"a": math.nan})


# the reference


def test_a_reference_has_the_labels_of_its_split_alone(gold: Gold, tmp_path: Path) -> None:
    made = reference_of(gold, "test")
    (tmp_path / "r.json").write_bytes(reference_bytes(made))
    read = read_reference(tmp_path / "r.json")
    assert read == made
    assert gold_hash(in_split(read.gold, "test")) == gold_hash(in_split(gold, "test")) == read.gold_hash
    others = [article for article in read.gold.articles if article.document.split != "test"]
    assert others
    assert not any(list(article.labels.items()) for article in others)
    assert [a.document for a in read.gold.articles] == [a.document for a in gold.articles]


def test_a_changed_reference_is_refused_without_a_word_of_it(gold: Gold, tmp_path: Path) -> None:
    raw = reference_bytes(reference_of(gold, "test"))
    (tmp_path / "changed.json").write_bytes(raw.replace(b'"favor"', b'"against"', 1))
    (tmp_path / "cut.json").write_bytes(raw[:-100])
    for name in ("changed.json", "cut.json"):
        with pytest.raises(FaultsError) as caught:
            read_reference(tmp_path / name)
        assert caught.value.faults[0].code == "reference"
        assert "minsk" not in str(caught.value).lower()


def test_a_split_without_articles_is_refused(gold: Gold) -> None:
    with pytest.raises(FaultsError, match="no article"):
        reference_of(msgspec.structs.replace(gold, articles=()), "test")


# archives


def test_the_same_files_give_the_same_bytes_and_no_time(made: Competition) -> None:
    assert codabench_bundle(made) == codabench_bundle(made)
    assert evalai_challenge(made) == evalai_challenge(made)
    assert zip_bytes({"a": b"1", "b": b"2"}) == zip_bytes({"b": b"2", "a": b"1"})
    with zipfile.ZipFile(io.BytesIO(codabench_bundle(made))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_archive_is_small(made: Competition) -> None:
    assert len(codabench_bundle(made)) < 2_000_000
    assert len(evalai_challenge(made)) < 2_000_000


def test_the_scorer_comes_as_source_without_commands(root: Path) -> None:
    files = scorer_files()
    vendored = {name.removeprefix("vendored/"): raw for name, raw in files.items() if name.startswith("vendored/")}
    assert vendored["onrecord/eval/scoring/result.py"] == (root / "eval/onrecord/eval/scoring/result.py").read_bytes()
    assert not any("/cli/" in name or "/annotation/" in name or "__pycache__" in name for name in vendored)
    for portion in ("dataset", "eval"):
        there = {str(p.relative_to(root / portion)) for p in (root / portion / "onrecord" / portion).rglob("*.py")}
        assert there <= set(vendored)


def test_the_libraries_are_those_that_the_project_asks_for(root: Path) -> None:
    asked = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    bounds = {
        line.split(">")[0]: set(line.removeprefix(line.split(">")[0]).split(",")) for line in asked if ">" in line
    }
    found = {line.split("<")[0]: set(line.removeprefix(line.split("<")[0]).split(",")) for line in requirements()}
    assert found == {name: bounds[name] for name in LIBRARIES}


def test_the_logo_is_a_picture_with_marks() -> None:
    raw = logo()
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(raw):
        (length,) = struct.unpack(">I", raw[at : at + 4])
        name, content = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        assert struct.unpack(">I", raw[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + content),)
        chunks[name] = content
        at += 12 + length
    lines = zlib.decompress(chunks[b"IDAT"])
    assert len(lines) == SIDE * (SIDE // 8 + 1)
    inked = sum(each.bit_count() for each in lines)
    assert 0.05 * SIDE**2 < inked < 0.5 * SIDE**2


# Codabench

KNOWN = {
    "": {
        *("version", "title", "description", "image", "terms", "docker_image", "enable_detailed_results", "pages"),
        *("phases", "tasks", "solutions", "leaderboards"),
    },
    "pages": {"title", "file"},
    "phases": {
        *("index", "name", "description", "start", "end", "max_submissions_per_day", "execution_time_limit"),
        *("accepts_only_result_submissions", "starting_kit", "tasks"),
    },
    "tasks": {"index", "name", "description", "scoring_program", "reference_data"},
    "solutions": {"index", "path", "tasks"},
    "leaderboards": {"title", "key", "submission_rule", "columns"},
    "columns": {"title", "key", "index", "sorting", "precision", "hidden"},
}
"""Fields that Codabench's description of the format has, and that are used."""

REQUIRED = {
    "": {"version", "title", "image", "terms"},
    "pages": {"title", "file"},
    "phases": {"name", "start", "tasks"},
    "tasks": {"index", "name", "scoring_program"},
    "solutions": {"index", "tasks", "path"},
    "leaderboards": {"title", "key", "columns"},
    "columns": {"title", "key", "index"},
}


def test_competition_yaml_has_the_documented_fields_and_no_others(bundle: dict[str, bytes]) -> None:
    settings = yaml.safe_load(bundle["competition.yaml"])
    parts: list[tuple[str, dict[str, Any]]] = [("", settings)]
    parts += [
        (name, each) for name in ("pages", "phases", "tasks", "solutions", "leaderboards") for each in settings[name]
    ]
    parts += [("columns", each) for each in settings["leaderboards"][0]["columns"]]
    for name, part in parts:
        assert REQUIRED[name] <= set(part) <= KNOWN[name], name
    for name, part in parts:
        if "key" in part:
            assert len(part["key"]) <= MOST_CHARACTERS, name
    assert settings["version"] == 2
    assert settings["title"] == "A <b>title</b>: {{ 1 }}"


def test_every_file_that_competition_yaml_names_is_there(bundle: dict[str, bytes]) -> None:
    settings = yaml.safe_load(bundle["competition.yaml"])
    named = {settings["image"], settings["terms"], *(page["file"] for page in settings["pages"])}
    for task in settings["tasks"]:
        named |= {task["scoring_program"], task["reference_data"]}
    named |= {each["path"] for each in settings["solutions"]} | {each["starting_kit"] for each in settings["phases"]}
    assert named == set(bundle) - {"competition.yaml"}


def test_indexes_fit_and_dates_are_dates(bundle: dict[str, bytes]) -> None:
    settings = yaml.safe_load(bundle["competition.yaml"])
    for part in ("phases", "tasks", "solutions"):
        assert [each["index"] for each in settings[part]] == list(range(len(settings[part])))
    listed = settings["leaderboards"][0]["columns"]
    assert [each["index"] for each in listed] == list(range(len(columns())))
    assert {each["sorting"] for each in listed} == {"desc"}
    assert (settings["phases"][0]["start"], settings["phases"][0]["end"]) == (START, END)


def test_a_competition_without_an_end_says_none(made: Competition) -> None:
    endless = files_of(codabench_bundle(dataclasses.replace(made, end=None)))
    assert "end" not in yaml.safe_load(endless["competition.yaml"])["phases"][0]
    with pytest.raises(FaultsError, match="no end"):
        evalai_challenge(dataclasses.replace(made, end=None))


def test_the_scoring_program_says_how_it_is_run(bundle: dict[str, bytes]) -> None:
    program = files_of(bundle["scoring_program.zip"])
    assert yaml.safe_load(program["metadata.yaml"]) == {"command": COMMAND}
    assert {"scoring.py", "libraries.py", "requirements.txt"} <= set(program)


def test_the_pages_say_who_made_the_labels_and_show_none_of_them(bundle: dict[str, bytes], gold: Gold) -> None:
    text = bundle["pages/overview.md"].decode()
    assert "language model" in text
    assert "No person has checked" in text
    everything = b"".join(raw for name, raw in bundle.items() if name.startswith("pages/"))
    claims = [claim.text.encode() for claim in gold.registries.claims]
    assert claims
    assert not any(claim in everything for claim in claims)
    for column in columns():
        assert inert(column.measure).encode() in everything


def test_the_sample_is_a_submission(made: Competition, gold: Gold) -> None:
    documents = [article.document for article in gold.articles]
    required = [article.document.id for article in in_split(gold, "test")]
    raw = files_of(made.sample_zip())["predictions.jsonl"]
    read = read_submission("s.jsonl", raw, documents, gold.registries, required)
    assert set(read.documents) == set(required)
    example = pages.beginning(raw.partition(b"\n")[0])
    assert example.decode() in made.pages(columns())["data"].markdown().decode()
    read_submission("e.jsonl", example, documents, gold.registries)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:1)", "a | b", "`x`", "![i](u)", "*b* _c_"]
)
def test_pages_show_text_as_text(text: str) -> None:
    page = pages.Page(text, [text, pages.PageTable([text], [[text]]), pages.Code(text)])
    plain = page.html().decode()
    assert "<script" not in plain
    marked = page.markdown().decode().partition("```")[0]
    assert "<" not in marked.replace("\\<", "")
    assert "](" not in marked.replace("\\]", "")
    assert "`" not in marked.replace("\\`", "")


def test_the_terms_are_those_of_the_dataset(bundle: dict[str, bytes], root: Path) -> None:
    said = bundle["pages/terms.md"].decode()
    assert "CC BY 4.0" in said
    assert "belongs to its publisher or author" in said
    assert "**" not in said.replace("\\*", "*")
    assert (root / "dataset/LICENSE-DATA.md").read_text().count("**") > 0


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert pages.Page("t", [pages.Code("a\n````\nb")]).markdown().decode().split("\n")[2] == "`````"


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "a\x1b[31m", "x" * 101])
def test_a_title_that_cannot_be_shown_is_refused(gold: Gold, root: Path, title: str) -> None:
    with pytest.raises(FaultsError, match="title"):
        competition(gold, root / "dataset", "test", title, START, END)


def test_an_end_before_the_start_is_refused(gold: Gold, root: Path) -> None:
    with pytest.raises(FaultsError, match="after the start"):
        competition(gold, root / "dataset", "test", "t", END, START)


# EvalAI


def test_the_challenge_fits_together(challenge: dict[str, bytes], gold: Gold) -> None:
    settings = yaml.safe_load(challenge["challenge_config.yaml"])
    named = {settings[field] for field in ("description", "evaluation_details", "terms_and_conditions", "image")}
    named |= {settings["submission_guidelines"], settings["evaluation_script"]}
    named |= {phase["test_annotation_file"] for phase in settings["challenge_phases"]}
    assert named == set(challenge) - {"challenge_config.yaml", "sample_submission.zip"}
    ids = {
        part: {each["id"] for each in settings[part]} for part in ("leaderboard", "challenge_phases", "dataset_splits")
    }
    for each in settings["challenge_phase_splits"]:
        assert each["leaderboard_id"] in ids["leaderboard"]
        assert each["challenge_phase_id"] in ids["challenge_phases"]
        assert each["dataset_split_id"] in ids["dataset_splits"]
    for board in settings["leaderboard"]:
        assert board["schema"]["default_order_by"] in board["schema"]["labels"]
    assert (settings["start_date"], settings["end_date"]) == (START, END)
    assert {"__init__.py", "main.py", "libraries.py"} <= set(files_of(challenge["evaluation_script.zip"]))
    codenames = [each["codename"] for each in settings["dataset_splits"]]
    assert codenames == list(boards(reference_of(gold, "test")))


def test_a_board_has_what_is_defined_for_any_file_with_its_layer(gold: Gold) -> None:
    found = boards(reference_of(gold, "test"))
    assert [columns[0].measure for columns in found.values()] == [layer.headline.full for layer in scored_layers()]
    keys = {column.key for columns in found.values() for column in columns}
    assert "quotes_speaker" not in keys  # a share of the quotes found, of which there may be none
    assert "quotes_joint" in keys


def test_a_layer_that_has_no_gold_has_no_board(gold: Gold) -> None:
    bare = tuple(
        msgspec.structs.replace(a, labels=msgspec.structs.replace(a.labels, stances=())) for a in gold.articles
    )
    found = boards(reference_of(msgspec.structs.replace(gold, articles=bare), "test"))
    assert "test_stances" not in found
    assert "test_quotes" in found


# the Hub


def test_one_entry_a_headline_with_the_scorers_number(report: Report) -> None:
    entries = yaml.safe_load(yaml_bytes(eval_results(report, "org/news", DAY)))
    for entry, layer in zip(entries, scored_layers(), strict=True):
        assert entry["dataset"] == {"id": "org/news", "task_id": layer.name}
        assert entry["value"] == report.result.values[layer.headline.full]
        assert entry["date"] == DAY
        assert "source" not in entry
        assert entry["notes"].endswith(str(report.signature))


def test_a_layer_that_is_not_submitted_has_no_entry(
    perfect: Lines, read: Callable[[Lines], Submission], scored: Callable[[Lines], Result]
) -> None:
    for line in perfect:
        del line["stances"]
    entries = eval_results(Report.of(scored(perfect)), "org/news", DAY)
    assert [entry["dataset"]["task_id"] for entry in entries] == [
        x.name for x in scored_layers() if x.name != "stances"
    ]


def test_the_benchmark_has_the_tasks_that_the_entries_name(report: Report) -> None:
    made = yaml.safe_load(yaml_bytes(benchmark("News", "of: it", "test")))
    assert set(made) == {"name", "description", "evaluation_framework", "tasks"}
    named = {entry["dataset"]["task_id"] for entry in eval_results(report, "o/n", DAY)}
    assert {task["id"] for task in made["tasks"]} == named
    assert {(task["config"], task["split"]) for task in made["tasks"]} == {("articles", "test")}


@pytest.mark.parametrize(
    "name", ["!!python/object/apply:os.system [x]", "yes", "1e3", "a: b", "# c", "&a *b", "'\"", "é💥"]
)
def test_a_hostile_name_stays_a_string(report: Report, name: str) -> None:
    url = "https://example.org/?q=a:%20b#!!x"
    entries = yaml.safe_load(yaml_bytes(eval_results(report, "o/n", DAY, origin=Origin(url, name))))
    assert {(entry["source"]["url"], entry["source"]["name"]) for entry in entries} == {(url, name)}
    assert yaml.safe_load(yaml_bytes(benchmark(name, name, "test")))["name"] == name


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"date": "2027-02-30"}, "--date"),
        ({"date": "20270101"}, "--date"),
        ({"date": "2027-01-01T00:00"}, "--date"),
        ({"date": "٢٠٢٧-01-01"}, "--date"),
        ({"dataset": "news"}, "--dataset-id"),
        ({"dataset": "a/b/c"}, "--dataset-id"),
        ({"dataset": "../b"}, "--dataset-id"),
        ({"dataset": "a/b\n"}, "--dataset-id"),
        ({"tasks": {"verbs": "v"}}, "--task-id"),
        ({"tasks": {"quotes": "a b"}}, "--task-id"),
        ({"tasks": {"quotes": "events"}}, "--task-id"),
        ({"origin": Origin("javascript:alert(1)")}, "--source-url"),
        ({"origin": Origin("https://")}, "--source-url"),
        ({"origin": Origin("https://u:p@example.org")}, "--source-url"),
        ({"origin": Origin("https://[x")}, "--source-url"),
        ({"origin": Origin("https://example.org/a b")}, "--source-url"),
        ({"origin": Origin(None, "logs")}, "--source-name"),
        ({"origin": Origin("https://example.org", "a\nb")}, "--source-name"),
        ({"origin": Origin(user="me")}, "--source-user"),
        ({"origin": Origin("https://example.org", org="a b")}, "--source-org"),
        ({"revision": "main"}, "--revision"),
        ({"revision": "A" * 40}, "--revision"),
    ],
)
def test_what_the_hub_would_not_take_is_refused(report: Report, change: dict[str, Any], option: str) -> None:
    given: dict[str, Any] = {"dataset": "o/n", "date": DAY} | change
    with pytest.raises(FaultsError) as caught:
        eval_results(report, **given)
    assert {fault.file for fault in caught.value.faults} == {option}


def test_an_entry_has_the_keys_of_the_hub_and_no_others(report: Report) -> None:
    origin = Origin("https://example.org/logs", "Logs", "me", "us")
    rules = hub_rules()
    for entry in yaml.safe_load(yaml_bytes(eval_results(report, "o/n", DAY, None, origin, "0" * 40))):
        for value, keys in (
            (entry, rules.result),
            (entry["dataset"], rules.result_dataset),
            (entry["source"], rules.result_source),
        ):
            assert {*keys.required} <= {*value} <= {*keys.required, *keys.optional}
        assert entry["dataset"]["revision"] == "0" * 40
        assert entry["source"] == {"url": "https://example.org/logs", "name": "Logs", "user": "me", "org": "us"}


@pytest.mark.parametrize("framework", ["Onrecord", "a b", "inspect-ai", ""])
def test_a_framework_that_cannot_be_listed_or_asks_for_more_is_refused(framework: str) -> None:
    with pytest.raises(FaultsError, match="--framework"):
        benchmark("News", "of it", "test", framework)


def test_a_task_may_have_another_id(report: Report) -> None:
    entries = eval_results(report, "o/n", DAY, {"quotes": "who-said-what"})
    assert [entry["dataset"]["task_id"] for entry in entries][3] == "who-said-what"


# what the programs show


def test_the_page_of_details_escapes_what_a_stranger_names(report: Report) -> None:
    named = dataclasses.replace(report, result=dataclasses.replace(report.result, submission="<img src=x onerror=a>"))
    page = detail_page(named)
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "default-src 'none'" in page
    assert f"{100 * (report.result.values['entities:strict'] or 0):.1f}" in page


def test_an_error_of_the_scorer_is_told_without_its_message() -> None:
    try:
        dict[str, int]()["claim-belarus-joins-offensive"]
    except KeyError as error:
        said = broken(error)
    assert "KeyError at test_platforms.py:" in said
    assert "belarus" not in said


def test_a_perfect_file_gets_one_where_that_can_be(gold: Gold, perfect: Lines, tmp_path: Path) -> None:
    from onrecord.eval.platforms.evalai_boards import evaluated

    made: Reference = reference_of(gold, "test")
    (tmp_path / "r.json").write_bytes(reference_bytes(made))
    (tmp_path / "p.jsonl").write_bytes(as_bytes(perfect))
    found = evaluated(tmp_path / "r.json", tmp_path / "p.jsonl", "test")
    rows = {codename: row for each in found["result"] for codename, row in each.items()}
    for codename, shown in boards(made).items():
        if codename != "test_links":  # gold says its ids, not what they are linked to
            assert rows[codename][shown[0].key] == 1, codename
