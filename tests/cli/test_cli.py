"""The command as people type it: real processes, real files, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("datasets", "pandas", "sklearn", "label_studio_sdk", "pyarrow", "numpy", "scipy", "trafilatura")


def run(*words: str | Path, cwd: Path, stdin: bytes = b"", columns: int = 80) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from onrecord.cli import main; main()", *map(str, words)]
    env = {**os.environ, "COLUMNS": str(columns)}
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, timeout=120, check=False, env=env)


def test_help_imports_nothing_heavy(root: Path) -> None:
    code = (
        "import sys; sys.argv = ['onrecord', '--help']\n"
        "from onrecord.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"
    for command in ("score", "compare", "spans", "clusters", "signature", "predict", "ingest", "build", "annotation"):
        assert command in done.stdout


def test_scoring_imports_only_what_it_needs(root: Path) -> None:
    code = (
        "import sys; sys.argv = ['onrecord', 'score', 'eval/baselines/rules.jsonl']\n"
        "from onrecord.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'datasets', 'pandas', 'sklearn', 'label_studio_sdk', 'scipy'} & set(sys.modules)),"
        " file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


def test_score_prints_a_table_and_writes_the_result(root: Path, tmp_path: Path) -> None:
    done = run("score", "eval/baselines/rules.jsonl", "-o", tmp_path / "r.json", cwd=root)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert "entities:strict" in out
    assert "onrecord|task:articles|split:test|" in out
    assert f"result: {tmp_path / 'r.json'}" in out
    assert json.loads((tmp_path / "r.json").read_bytes())["format"] == "onrecord-record/1"


def test_commands_compose(root: Path) -> None:
    predicted = run("predict", "--split", "test", cwd=root)
    assert len(predicted.stdout.splitlines()) == 3
    scored = run("score", "-", "--json", cwd=root, stdin=predicted.stdout)
    value = json.loads(scored.stdout)
    assert value["coverage"]["missing"] == []
    assert value["layers"]["entities"]["measures"]["strict"]["f1"] > 0.5


def test_a_broken_file_gets_all_its_faults_no_score_and_exit_code_2(root: Path, tmp_path: Path) -> None:
    raw = (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()
    raw[0] = raw[0].replace(b'"type":"PER"', b'"type":"PERSON"', 1)
    raw[1] = b"{"
    (tmp_path / "p.jsonl").write_bytes(b"\n".join(raw))
    done = run("score", tmp_path / "p.jsonl", "-o", tmp_path / "r.json", cwd=root)
    assert done.returncode == 2
    assert done.stdout == b""
    said = done.stderr.decode()
    assert "p.jsonl:1 /mentions/0/type: [label]" in said
    assert "p.jsonl:2: [json]" in said
    assert "2 faults" in said
    assert not (tmp_path / "r.json").exists()
    machine = run("score", tmp_path / "p.jsonl", "--json", cwd=root)
    assert machine.returncode == 2
    assert {fault["line"] for fault in json.loads(machine.stdout)["faults"]} == {1, 2}


@pytest.mark.parametrize(
    "words",
    [
        ("score", "nothing.jsonl"),
        ("score", "eval/baselines/rules.jsonl", "--gold", "nowhere"),
        ("score", "eval/baselines/rules.jsonl", "--split", "train"),
        ("build", "--annotation", "nowhere"),
        ("build", "--exports", "nowhere"),
        ("build", "--seeds", "tests"),
        ("ingest", "README.md", "--topic", "t"),
        ("annotation", "push", "--annotator", "a", "--round", "r", "--data", "nowhere"),
        ("annotation", "pull", "--round", "r", "--url", "http://127.0.0.1:1"),
        pytest.param(
            ("annotation", "pull", "--round", "r", "--url", "http://127.0.0.1:1", "--token", "t"),
            marks=pytest.mark.long,
        ),
        ("nonsense",),
    ],
)
def test_mistakes_are_explained_without_a_traceback(root: Path, words: tuple[str, ...]) -> None:
    done = run(*words, cwd=root)
    assert done.returncode == 2, done.stderr
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def test_a_round_trip_from_ingest_to_a_second_look(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Leaders meet in the town hall\n\nThey met and they talked at length.\n")
    done = run("ingest", tmp_path / "a.txt", "--topic", "t", "--seeds", tmp_path / "seeds", cwd=root)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.decode().strip()).is_file()
    assert b"no date of publication" in done.stderr


@pytest.mark.long
def test_build_check_says_what_differs(root: Path, tmp_path: Path) -> None:
    done = run("build", "--check", "-o", tmp_path, cwd=root)
    assert done.returncode == 2
    assert done.stdout.count(b"differs: ") >= 20
    assert list(tmp_path.iterdir()) == []
    assert run("build", "--check", cwd=root).returncode == 0


def test_the_version_is_printed(root: Path) -> None:
    assert run("--version", cwd=root).stdout.startswith(b"onrecord 0.")


@pytest.mark.long
def test_a_standoff_release_restores_the_folder_byte_for_byte(root: Path, tmp_path: Path) -> None:
    done = run("release", "--standoff", "-o", tmp_path / "r.json", cwd=root)
    assert done.returncode == 0, done.stderr
    done = run("rehydrate", tmp_path / "r.json", "seeds", "-o", tmp_path / "d", cwd=root)
    assert done.returncode == 0, done.stderr
    written = sorted(path.relative_to(tmp_path / "d") for path in (tmp_path / "d").rglob("*") if path.is_file())
    there = {path.relative_to(root / "dataset") for path in (root / "dataset").rglob("*") if path.is_file()}
    unknown = {Path("ceiling.json"), Path("errata.json"), Path("LICENSE-DATA.md")}
    assert {*written} == {
        each for each in there if each.parts[0] != "onrecord"
    } - unknown  # all but what is known only from the exports: the annotators' scores and the errata
    for name in written:
        if name.name != "manifest.json":  # names those two as well
            assert (tmp_path / "d" / name).read_bytes() == (root / "dataset" / name).read_bytes()
    (tmp_path / "none").mkdir()
    done = run("rehydrate", tmp_path / "r.json", tmp_path / "none", "-o", tmp_path / "e", cwd=root)
    assert done.returncode == 2
    articles = len(list((root / "dataset/gold").glob("*.json")))
    assert f"{articles} faults".encode() in done.stderr
    assert not (tmp_path / "e").exists()


@pytest.mark.long
def test_diff_says_what_changed_and_what_it_does_to_scores(root: Path) -> None:
    done = run("diff", "dataset", "dataset", "--predictions", "eval/baselines/rules.jsonl", cwd=root)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert out.startswith("0 changes")
    assert "(+0.0)" in out
    assert json.loads(run("diff", "dataset", "dataset", "--json", cwd=root).stdout) == {"changes": [], "scores": []}


@pytest.mark.long
@pytest.mark.parametrize(
    ("missing", "words", "extra"),
    [
        ("spacy", ("spans", "LICENSE", "LICENSE", "--format", "docbin"), "spacy"),
        ("spacy", ("predict", "--system", "spacy:some", "-o", "never.jsonl"), "spacy"),
        ("inspect_ai", ("prompt", "log", "LICENSE", "-o", "never.jsonl"), "inspect"),
        (
            "label_studio_sdk",
            ("annotation", "pull", "--round", "r", "--url", "http://127.0.0.1:1", "--token", "t"),
            "annotate",
        ),
    ],
)
def test_a_missing_library_is_named_with_what_brings_it(
    root: Path, missing: str, words: tuple[str, ...], extra: str
) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from onrecord.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert f"onrecord[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.long
def test_a_dataset_is_built_and_exported_without_what_loads_it(root: Path, tmp_path: Path) -> None:
    """The workflow of a release installs little."""
    code = "import sys; sys.modules.update(dict.fromkeys({}, None)); from onrecord.cli import main; main()"
    without = code.format(("datasets", "huggingface_hub"))
    for words in (("build", "--check"), ("export", "hub", "-o", str(tmp_path / "hub"))):
        done = subprocess.run([sys.executable, "-c", without, *words], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "hub/README.md").is_file()


@pytest.mark.long
def test_a_refused_file_leaves_a_failed_record_in_a_folder_of_records(root: Path, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_bytes(b"nonsense\n{\n[]\n")
    (tmp_path / "records").mkdir()
    for _ in range(2):
        assert run("score", tmp_path / "p.jsonl", "-o", tmp_path / "records", cwd=root).returncode == 2
    (path,) = (tmp_path / "records").iterdir()
    value = json.loads(path.read_bytes())
    assert (value["status"], value["id"], value["layers"]) == ("failed", path.stem, {})
    assert value["errors"]["json"] == 2
    assert {fault["line"] for fault in value["faults"]} == {1, 2, 3}


def test_the_options_default_to_the_limits_that_are_documented(root: Path) -> None:
    """They are typed in the command, which imports nothing to say its help."""
    import dataclasses
    import inspect

    from onrecord.cli.score import score
    from onrecord.cli.validate import validate
    from onrecord.eval.submission.limits import DEFAULT_LIMITS

    for command in (score, validate):
        said = {name: each.default for name, each in inspect.signature(command).parameters.items()}
        assert {name: said[name] for name in dataclasses.asdict(DEFAULT_LIMITS)} == dataclasses.asdict(DEFAULT_LIMITS)


@pytest.mark.long
def test_a_limit_can_be_raised(root: Path, tmp_path: Path) -> None:
    file = "eval/baselines/rules.jsonl"
    for command in ("validate", "score"):
        refused = run(command, file, "--max-line-bytes", "1000", cwd=root)
        assert refused.returncode == 2
        assert b"[line-too-long]" in refused.stderr
        assert b"--max-line-bytes" in refused.stderr
        assert run(command, file, "--max-line-bytes", "100000", cwd=root).returncode == 0


def test_a_split_without_an_article_is_told_apart_from_one_that_there_is_not(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(root / "dataset", folder, ignore=shutil.ignore_patterns("onrecord"))
    about = json.loads((folder / "corpus.json").read_bytes())
    about["splits"]["names"] = ["train", *about["splits"]["names"]]
    (folder / "corpus.json").write_text(json.dumps(about), encoding="utf-8")
    for split, said in (("train", "no article of split 'train'"), ("trian", "no split 'trian'")):
        done = run("export", "hub", "--split", split, "-o", tmp_path / "hub", "--gold", folder, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert f"found: {said}" in done.stderr.decode()
    assert not (tmp_path / "hub").exists()
