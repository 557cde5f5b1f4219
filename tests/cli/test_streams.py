"""Standard streams that are closed, full, or read by nobody; ``-o`` to standard output, to pipes and to links."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.test_cli import run

from onrecord.dataset.reading.platform import has_fork

pytestmark = pytest.mark.skipif(not has_fork(), reason="streams of Unix")

RULES = "eval/baselines/rules.jsonl"
COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]
QUICK = ("--draws", "0")


def shell(root: Path, words: str, streams: str) -> subprocess.CompletedProcess[bytes]:
    """A command whose streams are as a shell's redirections say."""
    command = ["bash", "-c", f'"$0" -c "from onrecord.cli import main; main()" {words} {streams}', sys.executable]
    return subprocess.run(command, cwd=root, capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize("words", ["validate -", "score -", "signature explain -", "spans - -", "annotation submit - "])
def test_standard_input_that_is_closed_is_a_fault(root: Path, words: str) -> None:
    more = "--annotator a --round r" if words.startswith("annotation") else ""
    done = shell(root, f"{words} {more}", "<&-")
    assert done.returncode == 2
    assert b"standard input, which is closed" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [f"score {RULES} --draws 0", f"score {RULES} --json --draws 0", "predict", "--help"])
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_output_that_is_closed_goes_nowhere(root: Path, words: str, streams: str) -> None:
    done = shell(root, words, streams)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (f"score {RULES} --draws 0", 0),
        (f"score {RULES} --draws 0 --json", 0),
        (f"report {RULES} --draws 0 --format text -o -", 0),
        ("predict", 0),
        ("schema predictions", 0),
        ("annotation agreement annotation/exports/blind", 0),
        ("validate README.md", 2),
        ("signature explain x", 2),
    ],
)
@pytest.mark.parametrize("into", ["| true", "2>&1 | true", "2>&1 | head -c 1 >&2"])
def test_a_reader_that_leaves_is_no_error(root: Path, words: str, code: int, into: str) -> None:
    done = shell(root, words, f"{into}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("score", RULES, *QUICK),
        ("report", RULES, *QUICK),
        ("predict",),
        ("ground", RULES),
        ("release", "--standoff"),
        ("prompt", "requests", "--model", "m"),
        ("export", "codabench", "--start", "2030-01-01"),
        ("spans", "two.jsonl", "two.jsonl", *QUICK),
    ],
)
def test_a_dash_is_standard_output(root: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "two.jsonl").write_text('{"doc_id": "d", "spans": [{"start": 0, "end": 1, "type": "a"}]}\n')
    given = [str(root / word) if word == RULES else word for word in words]
    gold = () if words[0] == "spans" else ("--gold", str(root / "dataset"))
    streamed = run(*given, *gold, "-o", "-", cwd=tmp_path)
    assert streamed.returncode == 0, streamed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["two.jsonl"]
    written = run(*given, *gold, "-o", "f", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "f").read_bytes() == streamed.stdout


@pytest.mark.parametrize("words", [("build",), ("rehydrate", "r.json", "seeds"), ("board", "build", "eval/results")])
def test_a_folder_cannot_go_to_standard_output(root: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "-o", "-", cwd=root)
    assert done.returncode == 2
    assert not (root / "-").exists()


def test_a_pipe_without_reader_is_refused(root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run("predict", "-o", tmp_path / "pipe", cwd=root)
    assert done.returncode == 2
    assert b"nobody reads" in done.stderr


@pytest.mark.parametrize("words", [("score", RULES, *QUICK), ("build",), ("init",), ("--corpus", "LOOP", "build")])
def test_a_circle_of_links_is_said(root: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "loop").symlink_to("loop")
    given = [str(tmp_path / "loop") if word == "LOOP" else word for word in words]
    output = [] if "LOOP" in words else [*([] if words[0] == "init" else ["-o"]), str(tmp_path / "loop")]
    done = run(*given, *output, cwd=root)
    assert done.returncode == 2, done.stderr
    assert b"Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


@pytest.mark.parametrize("words", [("report", RULES, *QUICK, "-o", "OUT"), ("release", "--standoff", "-o", "OUT")])
def test_a_card_that_is_no_text_is_a_fault(root: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    for name in ("data", "corpus.json"):
        (tmp_path / name).symlink_to(root / "dataset" / name)
    (tmp_path / "README.md").write_bytes((root / "dataset/README.md").read_bytes() + b"\xff\xfe")
    done = run(*(str(tmp_path / "out") if w == "OUT" else w for w in words), "--gold", tmp_path, cwd=root)
    assert done.returncode == 2
    assert b"README.md: [encoding]" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("compat", ["nervaluate", "seqeval"])
def test_what_another_tool_cannot_compare_is_a_fault(root: Path, tmp_path: Path, compat: str) -> None:
    span = {"start": 0, "end": 1, "type": "a"}
    for name, id in (("a", "one"), ("b", "two")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"doc_id": id, "spans": [span]}) + "\n")
        (tmp_path / f"{name}.conll").write_text(f"x B-{name}\n\n" * (1 + (name == "b")))
    kind = "jsonl" if compat == "nervaluate" else "conll"
    done = run("spans", f"a.{kind}", f"b.{kind}", "--format", kind, "--compat", compat, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("-", RULES), (RULES, "-")])
def test_a_stream_is_compared(root: Path, words: tuple[str, ...]) -> None:
    compared = ("compare", *words, "--json", "--draws", "10")
    done = run(*compared, cwd=root, stdin=(root / RULES).read_bytes())
    assert done.returncode == 0, done.stderr
    both = run("compare", RULES, RULES, "--json", "--draws", "10", cwd=root)
    assert json.loads(done.stdout)["contrasts"][0]["measures"] == json.loads(both.stdout)["contrasts"][0]["measures"]


@pytest.mark.parametrize("words", [f"<(cat {RULES}) {RULES}", f"{RULES} <(cat {RULES})"])
def test_a_pipe_of_the_shell_is_compared(root: Path, words: str) -> None:
    done = shell(root, f"compare {words} --headlines --draws 10", "")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("more", ["--jobs 2", "--state state.parquet"])
def test_what_can_be_read_once_is_not_cut_into_parts(root: Path, more: str) -> None:
    for source in ("-", f"<(cat {RULES})"):
        done = shell(root, f"score {source} {more}", f"< {RULES}")
        assert done.returncode == 2
        assert b"read twice" in done.stderr
        assert not (root / "state.parquet").exists()


@pytest.mark.skipif(has_fork() and os.geteuid() == 0, reason="the administrator may read everything")
def test_a_teams_folder_that_cannot_be_read_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "results" / "closed").mkdir(parents=True)
    (tmp_path / "results" / "closed").chmod(0)
    words = ("board", "build", tmp_path / "results", "-o", tmp_path / "site", "--no-baselines", *QUICK)
    done = run(*words, cwd=root)
    assert done.returncode == 0
    assert b"closed cannot be read" in done.stderr
