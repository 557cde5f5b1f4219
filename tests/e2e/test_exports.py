"""The exported programs as the platforms run them: in a Python that does not see this package."""

from __future__ import annotations

import gzip
import io
import json
import os
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.eval.conftest import as_bytes, lines_of

from onrecord.dataset import Gold
from onrecord.eval.platforms.archive import LIBRARIES
from onrecord.eval.platforms.keys import columns

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]

BASELINE = Path("eval/baselines/rules.jsonl")


def run(*words: str | Path, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries that scoring needs and nothing else."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in LIBRARIES:
        for part in {Path(str(file)).parts[0] for file in metadata.files(name) or []} - {".."}:
            (folder / part).symlink_to(Path(str(metadata.distribution(name).locate_file(part))))
    return folder


def isolated(libraries: Path) -> list[str]:
    """A Python without site-packages and without the working folder, that sees some libraries at most.

    Nothing can be installed: pip is told that there is no index.
    """
    variables = ("PIP_NO_INDEX=1", f"TMPDIR={libraries.parent}", f"PYTHONPATH={libraries}")
    return ["env", "-i", *variables, sys.executable, "-S", "-P"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    done = run("export", "codabench", "--start", "2027-01-01", "-o", path, root=root)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def expected(root: Path) -> dict[str, Any]:
    """What ``onrecord score --json`` says of the baseline."""
    done = run("score", BASELINE, "--json", root=root)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def app(bundle: Path, tmp_path: Path) -> Path:
    """Codabench's folders, with everything but a submission."""
    app = tmp_path / "app"
    with zipfile.ZipFile(bundle) as archive:
        settings = yaml.safe_load(archive.read("competition.yaml"))
        task = settings["tasks"][0]
        for name, folder in ((task["scoring_program"], "program"), (task["reference_data"], "input/ref")):
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                inner.extractall(app / folder)
    (app / "input" / "res").mkdir()
    (app / "output").mkdir()
    return app


def codabench(app: Path, libraries: Path, extra: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line of metadata.yaml."""
    command = yaml.safe_load((app / "program" / "metadata.yaml").read_text())["command"].replace("/app/", f"{app}/")
    words = shlex.split(command)
    assert words[0] == "python3"
    return subprocess.run(
        [*isolated(libraries), *words[1:]], capture_output=True, text=True, check=False, timeout=120, cwd=app
    )


def values(record: dict[str, Any]) -> dict[str, float | None]:
    return {
        f"{layer}:{name}": score["value"]
        for layer, each in record["layers"].items()
        for name, score in each["measures"].items()
    }


# Codabench


def test_the_isolated_python_sees_the_vendored_source_alone(app: Path, libraries: Path) -> None:
    code = (
        f"import runpy; runpy.run_path({str(app / 'program' / 'libraries.py')!r})['provide'](__import__('pathlib')"
        f".Path({str(app / 'program')!r})); import onrecord.eval, onrecord.dataset, sys;"
        "print(onrecord.eval.__file__); print(onrecord.dataset.__file__); print('pyarrow' in sys.modules)"
    )
    none = subprocess.run([*isolated(libraries), "-c", "import onrecord"], capture_output=True, check=False)
    assert none.returncode == 1
    done = subprocess.run([*isolated(libraries), "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [
        str(app / "program/vendored/onrecord/eval/__init__.py"),
        str(app / "program/vendored/onrecord/dataset/__init__.py"),
        "False",
    ], done.stderr


@pytest.mark.parametrize("packed", ["plain", "gzip", "in a folder"])
def test_codabench_scores_are_those_of_the_command(
    app: Path, libraries: Path, root: Path, expected: dict[str, Any], packed: str
) -> None:
    raw = (root / BASELINE).read_bytes()
    if packed == "gzip":
        (app / "input/res/rules.jsonl.gz").write_bytes(gzip.compress(raw))
    elif packed == "plain":
        (app / "input/res/rules.jsonl").write_bytes(raw)
    else:
        (app / "input/res/mine").mkdir()
        (app / "input/res/mine/rules.jsonl").write_bytes(raw)
        (app / "input/res/__MACOSX").mkdir()
        (app / "input/res/__MACOSX/._rules.jsonl").write_bytes(b"\0\5\x16\7")
    done = codabench(app, libraries)
    assert done.returncode == 0, done.stderr
    scores = json.loads((app / "output/scores.json").read_text())
    whole = values(expected)
    assert scores == {c.key: value for c in columns() if (value := whole[c.measure]) is not None}
    assert scores
    assert done.stdout.strip() == expected["signature"]


def test_what_is_undefined_has_no_number_there(app: Path, libraries: Path, root: Path) -> None:
    """Of a file without quotes it is not known how often the speaker is right."""
    file = app / "input/res/none.jsonl"
    lines = [json.loads(line) for line in (root / BASELINE).read_bytes().splitlines()]
    none: dict[str, list[str]] = {"quotes": [], "stances": []}  # which refer to quotes
    file.write_text("".join(json.dumps({**line, **none}) + "\n" for line in lines), encoding="utf-8")
    done = codabench(app, libraries)
    assert done.returncode == 0, done.stderr
    scores = json.loads((app / "output/scores.json").read_text())
    whole = values(json.loads(run("score", file, "--json", root=root).stdout))
    assert scores == {c.key: value for c in columns() if (value := whole[c.measure]) is not None}
    assert 0 < len(scores) < len(columns())
    assert f"{100 * (whole['entities:strict'] or 0):.1f}" in (app / "output/detailed_results.html").read_text()


def test_the_sample_submission_of_the_bundle_is_scored(app: Path, bundle: Path, libraries: Path) -> None:
    with (
        zipfile.ZipFile(bundle) as archive,
        zipfile.ZipFile(io.BytesIO(archive.read("sample_submission.zip"))) as inner,
    ):
        inner.extractall(app / "input/res")
    done = codabench(app, libraries)
    assert done.returncode == 0, done.stderr
    assert json.loads((app / "output/scores.json").read_text())["entities_strict"] > 0.5


def test_gold_itself_scores_one_on_the_headlines(app: Path, libraries: Path, gold: Gold) -> None:
    lines = lines_of(gold.articles, gold.registries)
    lines[0]["entities"] = [
        {"id": row.id, "name": row.name, **({"wikidata": row.wikidata} if row.wikidata else {})}
        for row in gold.registries.entities
    ]
    (app / "input/res/gold.jsonl").write_bytes(as_bytes(lines))
    done = codabench(app, libraries)
    assert done.returncode == 0, done.stderr
    scores = json.loads((app / "output/scores.json").read_text())
    assert {c.key: scores[c.key] for c in columns() if c.headline} == {c.key: 1 for c in columns() if c.headline}


def refused(app: Path, libraries: Path) -> str:
    done = codabench(app, libraries)
    assert done.returncode == 2, done.stderr
    assert list((app / "output").iterdir()) == []
    assert "nothing was scored" in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_every_fault_of_a_refused_file_is_told(app: Path, libraries: Path, root: Path) -> None:
    lines = [json.loads(line) for line in (root / BASELINE).read_text().splitlines()]
    lines[0]["mentions"][0]["text"] = "not so \x1b[31m"
    lines[1]["mentions"][1]["type"] = "PERSON"
    lines[1]["mentions"][2]["end"] = 10**7
    (app / "input/res/bad.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = refused(app, libraries)
    assert "bad.jsonl:1 /mentions/0/text" in said
    assert "bad.jsonl:2 /mentions/1/type" in said
    assert "bad.jsonl:2 /mentions/2" in said
    assert "3 faults" in said
    assert "\x1b" not in said
    assert str(app) not in said


def test_an_empty_folder_is_refused(app: Path, libraries: Path) -> None:
    assert "no file" in refused(app, libraries)


def test_a_folder_that_is_not_there_is_refused(app: Path, libraries: Path) -> None:
    (app / "input/res").rmdir()
    assert "no file" in refused(app, libraries)


def test_two_files_are_refused_by_name(app: Path, libraries: Path, root: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        shutil.copy(root / BASELINE, app / "input/res" / name)
    assert "a.jsonl, b.jsonl" in refused(app, libraries)


@pytest.mark.parametrize("name", ["predictions.json", "predictions.zip", "scores.json", "x\n\x1b[2J.csv"])
def test_a_file_of_another_kind_is_refused_by_name(app: Path, libraries: Path, root: Path, name: str) -> None:
    shutil.copy(root / BASELINE, app / "input/res/a.jsonl")
    (app / "input/res" / name).write_bytes(b"{}")
    said = refused(app, libraries)
    assert name.encode("unicode_escape").decode() in said
    assert "\x1b" not in said


def test_a_bomb_is_refused(app: Path, libraries: Path) -> None:
    (app / "input/res/bomb.jsonl.gz").write_bytes(gzip.compress(bytes(200 * 2**20)))
    assert "bomb.jsonl.gz" in refused(app, libraries)


def test_an_archive_with_a_way_out_of_its_folder_is_refused(app: Path, libraries: Path, root: Path) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("../../ref/reference.jsonl", (root / BASELINE).read_bytes())
    (app / "input/res/predictions.jsonl").write_bytes(sink.getvalue())  # it is told by its bytes, not by its name
    assert "archive-path" in refused(app, libraries)
    assert sorted(path.name for path in (app / "input/ref").iterdir()) == ["reference.json"]


@pytest.mark.parametrize("target", ["../ref/reference.json", "../ref"])
def test_a_link_to_the_gold_is_not_followed(app: Path, libraries: Path, target: str) -> None:
    (app / "input/res/mine.jsonl").symlink_to(target)
    said = refused(app, libraries)
    assert "a link" in said
    assert "minsk" not in said.lower()


def test_a_broken_scorer_shows_no_label(app: Path, libraries: Path, root: Path) -> None:
    shutil.copy(root / BASELINE, app / "input/res/a.jsonl")
    module = app / "program/vendored/onrecord/eval/scoring/result.py"
    source = module.read_text()
    head = "    articles = sorted(articles, key=lambda article: article.document.id)\n"
    assert head in source
    module.write_text(source.replace(head, head + "    raise ValueError(repr(articles))\n"))
    done = codabench(app, libraries)
    assert done.returncode == 3
    assert "ValueError at" in done.stderr
    assert "result.py:" in done.stderr
    assert len(done.stderr) < 500
    assert list((app / "output").iterdir()) == []


def test_missing_libraries_that_cannot_be_installed_are_said_so(app: Path, libraries: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in libraries.iterdir():
        if path.name.startswith("msgspec"):
            (few / path.name).symlink_to(path.resolve())
    done = codabench(app, few)
    assert done.returncode == 3
    assert "installing what the scorer needs and this machine lacks: numpy" in done.stderr
    assert "msgspec" not in done.stderr
    assert "run the scorer in an image that has them" in done.stderr
    assert list(tmp_path.glob("onrecord-libraries-*")) == []
    assert list((app / "output").iterdir()) == []


def test_missing_libraries_are_installed_into_a_folder_of_their_own(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "toy_library-1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr("toy_library.py", "ANSWER = 42\n")
        for name, said in (
            ("METADATA", "Metadata-Version: 2.1\nName: toy-library\nVersion: 1.2\n"),
            ("WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("RECORD", ""),
        ):
            wheel.writestr(f"toy_library-1.2.dist-info/{name}", said)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    install = runpy.run_path(str(app / "program/libraries.py"))["install"]
    target = Path(install(["toy-library<2,>=1"]))
    assert target.parent == tmp_path
    assert (target / "toy_library.py").read_text() == "ANSWER = 42\n"


@pytest.mark.parametrize(
    ("requirement", "there"),
    [
        ("msgspec<1,>=0.19", True),
        ("msgspec>=0.19,<1", True),
        ("msgspec>=9", False),
        ("msgspec<0.1", False),
        ("no-such-library", False),
    ],
)
def test_a_library_in_another_version_counts_as_missing(app: Path, requirement: str, there: bool) -> None:
    assert runpy.run_path(str(app / "program/libraries.py"))["satisfied"](requirement) is there


def test_another_copy_of_the_scorer_is_not_used(app: Path) -> None:
    """This process has imported the installed one."""
    found = runpy.run_path(str(app / "program/libraries.py"))
    with pytest.raises(found["MissingError"], match="another copy"):
        found["provide"](app / "program")


# EvalAI


@pytest.fixture(scope="module")
def challenge(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A challenge as EvalAI unpacks it: the script as a package."""
    folder = tmp_path_factory.mktemp("challenge")
    path = folder / "evalai.zip"
    done = run("export", "evalai", "--start", "2027-01-01", "--end", "2027-02-01", "-o", path, root=root)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    with zipfile.ZipFile(folder / "evaluation_script.zip") as archive:
        archive.extractall(folder / "challenge_data" / "challenge_1")
    (folder / "challenge_data" / "__init__.py").touch()
    return folder


def evalai(challenge: Path, libraries: Path, submission: Path, phase: str = "test") -> subprocess.CompletedProcess[str]:
    code = (
        f"import json, sys; sys.path.insert(0, {str(challenge)!r})\n"
        "from challenge_data.challenge_1 import evaluate\n"
        f"found = evaluate({str(challenge / 'annotations/test.json')!r}, {str(submission)!r}, {phase!r}, "
        "submission_metadata={'id': 1})\n"
        "import onrecord.eval; print(onrecord.eval.__file__); print(json.dumps(found))"
    )
    return subprocess.run([*isolated(libraries), "-c", code], capture_output=True, text=True, check=False, timeout=120)


def test_evalai_gets_the_scores_of_the_command(
    challenge: Path, libraries: Path, root: Path, expected: dict[str, Any]
) -> None:
    done = evalai(challenge, libraries, root / BASELINE)
    assert done.returncode == 0, done.stderr
    where, said = done.stdout.splitlines()
    assert where == str(challenge / "challenge_data/challenge_1/vendored/onrecord/eval/__init__.py")
    found = json.loads(said)
    assert set(found) == {"result", "error", "submission_metadata", "submission_result"}
    settings = yaml.safe_load((challenge / "challenge_config.yaml").read_text())
    whole = values(expected)
    names = {column.key: column.measure for column in columns()}
    boards = {
        split["codename"]: board["schema"]["labels"]
        for split, board in zip(settings["dataset_splits"], settings["leaderboard"], strict=True)
    }
    rows = {codename: row for each in found["result"] for codename, row in each.items()}
    assert {codename: list(row) for codename, row in rows.items()} == boards
    for row in rows.values():
        assert row == {key: whole[names[key]] for key in row}
    errors = {codename: row for each in found["error"] for codename, row in each.items()}
    assert errors
    for codename, row in errors.items():
        assert list(row) == [f"error_{key}" for key in boards[codename]]
    interval = expected["layers"]["entities"]["measures"]["strict"]["interval"]
    half = (interval["high"] - interval["low"]) / 2
    assert errors["test_entities"]["error_entities_strict"] == pytest.approx(half, abs=0)
    assert json.loads(found["submission_metadata"]) == {"signature": expected["signature"]}
    assert found["submission_result"] == {c.key: v for c in columns() if (v := whole[c.measure]) is not None}


def test_a_file_without_a_layer_has_no_row_on_its_board(
    challenge: Path, libraries: Path, root: Path, tmp_path: Path
) -> None:
    lines = [json.loads(line) for line in (root / BASELINE).read_text().splitlines()]
    kept = [{name: line[name] for name in ("doc_id", "text_sha256", "mentions")} for line in lines]
    (tmp_path / "mentions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in kept))
    done = evalai(challenge, libraries, tmp_path / "mentions.jsonl")
    assert done.returncode == 0, done.stderr
    rows = {name for each in json.loads(done.stdout.splitlines()[1])["result"] for name in each}
    assert rows == {"test_entities", "test_entity_ids", "test_links"}


def test_a_refused_submission_raises_with_its_faults(challenge: Path, libraries: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"doc_id": "x", "text_sha256": 1}\n')
    done = evalai(challenge, libraries, tmp_path / "bad.jsonl")
    assert done.returncode == 1
    assert "RefusedError: bad.jsonl" in done.stderr
    assert "nothing was scored" in done.stderr


def test_another_phase_is_no_phase_of_the_challenge(challenge: Path, libraries: Path, root: Path) -> None:
    done = evalai(challenge, libraries, root / BASELINE, "dev")
    assert "BrokenError: the scorer does not work: LookupError" in done.stderr


# the commands


def test_the_commands_write_the_same_bytes_twice(bundle: Path, root: Path, tmp_path: Path) -> None:
    done = run("export", "codabench", "--start", "2027-01-01", "-o", tmp_path / "again.zip", root=root)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_results_for_the_hub_are_those_of_the_command(root: Path, tmp_path: Path, expected: dict[str, Any]) -> None:
    path = tmp_path / ".eval_results" / "onrecord.yaml"
    words: tuple[str | Path, ...] = ("--dataset-id", "org/news", "--date", "2027-01-01", "--task-id", "quotes=who")
    words += ("--revision", "a" * 40, "--source-url", "https://example.org", "--source-org", "us", "-o", path)
    done = run("export", "hf-eval-results", BASELINE, *words, root=root)
    assert done.returncode == 0, done.stderr
    found = {entry["dataset"]["task_id"]: entry["value"] for entry in yaml.safe_load(path.read_text())}
    assert found == {
        "who" if layer == "quotes" else layer: each["measures"][each["headline"]]["value"]
        for layer, each in expected["layers"].items()
    }
    (first, *_) = yaml.safe_load(path.read_text())
    assert first["dataset"]["revision"] == "a" * 40
    assert first["source"] == {"url": "https://example.org", "org": "us"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("codabench", "-o", "x.zip"), "--start"),
        (("codabench", "-o", "x.zip", "--start", "soon"), "soon"),
        (("codabench", "-o", "x.zip", "--start", "2027-02-01", "--end", "2027-01-01"), "after the start"),
        (("codabench", "-o", "x.zip", "--start", "2027-02-01", "--docker-image", "a b"), "--docker-image"),
        (("codabench", "-o", "x.zip", "--start", "2027-02-01", "--gold", "none"), "no such file"),
        (("evalai", "-o", "x.zip", "--start", "2027-02-01"), "--end"),
        (("hf-eval-results", str(BASELINE), "--dataset-id", "x", "--date", "2027-01-01"), "ORG/NAME"),
        (("hf-eval-results", str(BASELINE), "--dataset-id", "o/n", "--date", "1 May"), "YYYY-MM-DD"),
        (
            ("hf-eval-results", str(BASELINE), "--dataset-id", "o/n", "--date", "2027-01-01", "--task-id", "q"),
            "LAYER=ID",
        ),
        (("hf-eval-results", "none.jsonl", "--dataset-id", "o/n", "--date", "2027-01-01"), "none.jsonl"),
        (
            ("hf-eval-results", str(BASELINE), "--dataset-id", "o/n", "--date", "2027-01-01", "--revision", "v1"),
            "a commit",
        ),
        (("hub", "-o", "hub", "--split", "all"), "not on all"),
        (("hub", "-o", "hub", "--gold", "none"), "no such file"),
        (("hub", "-o", "hub", "--dataset-id", "news"), "ORG/NAME"),
        (("hub", "-o", "hub", "--framework", "inspect-ai"), "field_spec"),
        (("hub", "-o", "hub", "--text", "whole"), "--text"),
        (("hub", "-o", "-"), "standard output"),
    ],
)
def test_bad_options_are_said_so_and_nothing_is_written(
    root: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "dataset").symlink_to(root / "dataset")
    (tmp_path / "eval").symlink_to(root / "eval")
    done = run("export", *words, root=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "eval"]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"the old one")
    yield path
    assert [each.name for each in tmp_path.iterdir() if not each.name.startswith(".")] == ["bundle.zip"]


@pytest.mark.long
def test_a_killed_export_leaves_the_old_file_or_the_new_one(old: Path, root: Path, bundle: Path) -> None:
    for wait in (0.3, 0.6, 0.9):
        words = [*COMMAND, "export", "codabench", "--start", "2027-01-01", "-o", str(old)]
        process = subprocess.Popen(words, cwd=root, stderr=subprocess.DEVNULL, env=os.environ)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert old.read_bytes() in (b"the old one", bundle.read_bytes())
