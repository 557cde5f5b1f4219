"""What a shell asks of a command: a version, completion, and peace behind ``head``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ONRECORD = "import sys; sys.argv[0] = 'onrecord'; from onrecord.cli import main; main()"


NO_SHELL = """
import shellingham
def none(): raise shellingham.ShellDetectionFailure
shellingham.detect_shell = none
"""
"""As where a service runs a command."""


def run(*words: str, root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ONRECORD, *words]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **more}
    )


def unread(*words: str, root: Path, **more: str) -> tuple[int, str]:
    """Run a command whose output nobody reads; its exit code, and what it said."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ONRECORD, *words],
            cwd=root,
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **more},
        )
    finally:
        os.close(write)
    return done.returncode, done.stderr


RULES = "eval/baselines/rules.jsonl"


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("-V",),
        ("score", RULES),
        ("score", RULES, "--json"),
        ("score", RULES, "--details", "--seed", "0"),
        ("validate", RULES),
        ("validate", RULES, "--json"),
        ("predict", "--split", "test"),
        ("schema", "predictions"),
        ("report", RULES, "--format", "text", "-o", "-"),
        ("compare", RULES, RULES, "--draws", "50"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("more", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "rich"])
def test_where_nobody_reads_on_a_command_ends_in_peace(
    words: tuple[str, ...], more: dict[str, str], root: Path
) -> None:
    code, said = unread(*words, root=root, **more)
    assert code == 0, said
    assert [word for word in ("Traceback", "Broken", "Exception") if word in said] == []


def test_a_refusal_is_one_although_nobody_reads_what_is_printed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    code, said = unread("validate", str(tmp_path / "bad.jsonl"), root=root)
    assert code == 2
    assert "[missing-field]" in said


def test_a_record_is_written_although_nobody_reads_the_table(root: Path, tmp_path: Path) -> None:
    code, _ = unread("score", RULES, "-o", str(tmp_path / "r.json"), root=root)
    assert code == 0
    assert (tmp_path / "r.json").is_file()


def test_the_version_has_a_short_option(root: Path) -> None:
    short, long = run("-V", root=root), run("--version", root=root)
    assert short.stdout == long.stdout
    assert short.stdout.startswith("onrecord ")


@pytest.mark.parametrize(
    ("shell", "begins"),
    [("bash", "_onrecord_completion() {"), ("zsh", "#compdef onrecord"), ("fish", "complete --command onrecord")],
)
@pytest.mark.parametrize("asked", ["--show-completion {}", "--show-completion={}"])
def test_completion_is_shown_for_the_shell_that_is_named(shell: str, begins: str, asked: str, root: Path) -> None:
    shown = run(*asked.format(shell).split(), root=root)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(begins)
    assert "_ONRECORD_COMPLETE" in shown.stdout


def test_completion_is_installed_for_the_shell_that_is_named(root: Path, tmp_path: Path) -> None:
    done = run("--install-completion", "fish", root=root, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["onrecord.fish"]


def test_a_shell_that_there_is_not_and_none_at_all_are_refused(root: Path) -> None:
    wrong = run("--show-completion", "tsch", root=root)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'tsch' is not one of 'bash'" in wrong.stderr
    command = [sys.executable, "-c", NO_SHELL + ONRECORD, "--show-completion"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'--show-completion' requires an argument" in done.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("onrecord sc", {"score", "schema"}),
        ("onrecord annotation pu", {"push", "pull"}),
        ("onrecord score --allow", {"--allow-missing"}),
    ],
)
def test_completion_offers_commands_and_options(typed: str, offered: set[str], root: Path) -> None:
    place = str(len(typed.split()) - 1)
    done = run(root=root, COMP_WORDS=typed, COMP_CWORD=place, _ONRECORD_COMPLETE="complete_bash")
    assert set(done.stdout.split()) == offered
