"""What a score of a few articles does not import: that takes longer than to score them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onrecord.eval.layers.scored import scored_layers

PARSER = ("typer", "click", "onrecord.cli.options", "onrecord.cli.compare")
"""What reads options, which ``onrecord score FILE`` has none of."""

NEVER = (
    "pyarrow",
    "pandas",
    "sklearn",
    "scipy",
    "datasets",
    "rich",
    "label_studio_sdk",
    "httpx",
    "trafilatura",
    "importlib.metadata",
    "asyncio",
    "onrecord.annotation",
    "onrecord.cli.board",
    "onrecord.eval.board",
    "onrecord.eval.compat",
    "onrecord.eval.corpora",
    "onrecord.eval.platforms",
    "onrecord.eval.readers",
    "onrecord.eval.report",
    "onrecord.eval.schemas",
)


def run(*words: str, root: Path, cache: Path, trace: bool = False) -> subprocess.CompletedProcess[str]:
    flags = ["-X", "importtime"] if trace else []
    command = [sys.executable, *flags, "-c", "from onrecord.cli import main; main()", *words]
    env = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    env["ONRECORD_CACHE"] = str(cache)
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=120, env=env)


def imported(*words: str, root: Path, cache: Path) -> set[str]:
    """Every module that a command imports, and every package that one of them is in."""
    lines = run(*words, root=root, cache=cache, trace=True).stderr.splitlines()
    names = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    return {".".join(parts[:n]) for name in names if (parts := name.split(".")) for n in range(1, len(parts) + 1)}


@pytest.fixture(scope="module")
def cache(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has the gold."""
    folder = tmp_path_factory.mktemp("cache")
    run("score", "eval/baselines/rules.jsonl", root=root, cache=folder)
    return folder


@pytest.mark.parametrize("more", [(), ("--gold", "dataset")])
def test_a_score_without_options_imports_neither_a_parser_nor_what_it_does_not_use(
    more: tuple[str, ...], root: Path, cache: Path
) -> None:
    found = imported("score", "eval/baselines/rules.jsonl", *more, root=root, cache=cache)
    assert {"numpy", "msgspec", "onrecord.eval.scoring.score_stream"} <= found
    assert sorted(found & {*PARSER, *NEVER, "onrecord.eval.scoring.record"}) == []


def test_a_score_with_options_imports_no_other_command(root: Path, cache: Path) -> None:
    found = imported("score", "eval/baselines/rules.jsonl", "--headlines", root=root, cache=cache)
    assert "typer" in found
    assert sorted(found & {*NEVER, "onrecord.cli.compare"}) == []


def test_gold_that_is_not_kept_is_read_with_pyarrow(root: Path, tmp_path: Path) -> None:
    assert "pyarrow" in imported("score", "eval/baselines/rules.jsonl", root=root, cache=tmp_path)


def test_a_score_says_the_same_with_the_parser_and_without(root: Path, cache: Path) -> None:
    file = "eval/baselines/rules.jsonl"
    ways = ((), ("--gold", "dataset"), ("--seed", "0"))
    plain, gold, parsed = (run("score", file, *more, root=root, cache=cache) for more in ways)
    assert (plain.stdout, plain.stderr) == (gold.stdout, gold.stderr) == (parsed.stdout, parsed.stderr)


def test_headlines_say_what_they_are_and_nothing_of_other_measures(root: Path, cache: Path) -> None:
    done = run("score", "eval/baselines/rules.jsonl", "--headlines", "--draws", "0", root=root, cache=cache)
    assert done.returncode == 0, done.stderr
    told = done.stdout
    for layer in scored_layers():
        assert f"{layer.headline.full}: {layer.headline.definition}\n" in told
    assert "reader-f on reader-e" in told
    assert not [line for line in told.splitlines() if line.startswith("–")]


def test_the_demo_ends_in_the_headlines_and_the_path_of_the_page(root: Path) -> None:
    recipe = (root / "Makefile").read_text("utf-8").split("\ndemo:")[1].split("\n\n")[0].splitlines()
    assert "--headlines" in recipe[-2]
    assert recipe[-1].startswith("\t@echo")
    assert recipe[-1].endswith('results/rules.test.html"')
    assert "-o results/rules.test.html" in recipe[-3]
