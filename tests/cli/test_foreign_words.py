"""Whatever a stranger writes where, no command says it to a terminal, a page or a spreadsheet so that it acts there."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onrecord.cli import main
from onrecord.dataset.reading.foreign import is_unseen, one_line, plain, visible, visible_json
from onrecord.eval.rendering.spreadsheet import csv_bytes, safe_cell

PIECES = (
    *("\x1b[2J", "\x1b]8;;http://e.x\x07", "\x9b31m", "\x1b]0;t\x07", "\x1bP+q\x1b\\", "\r", "\x08", "\x07"),
    *("\u202e", "\u2066", "\u200b", "\u3164", "\u2800", "\ufe0f", "\U000e0041", "\u2028", "\x85", "\xad"),
    *("=cmd|'/C calc'!A0", ";=1+1", "\t@x", "|+1", "\n=2", "@team", "a@b.org", "www.x.y", "#12", "`", "|", "<b>", '"'),
    *("name", " ", "漢", "é", ",", ";"),
)
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)

OWN = re.compile(r"\x1b\[(?:\d*(?:;\d+)*m|\?25[lh]|\d*[AK])")
"""What our own colours, spinners and bars are made of; no hostile piece is like it."""


class Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal, and records what it is told."""

    def __init__(self, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def told(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined,no-any-return]


@contextlib.contextmanager
def recorded(words: list[str], terminal: bool) -> Iterator[tuple[Terminal, Terminal]]:
    """A command's standard output and error."""
    out, err = Terminal(terminal), Terminal(terminal)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["onrecord", *words])
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", err)
        for name in ("ONRECORD_ALL_FAULTS", "ONRECORD_CORPUS", "FORCE_COLOR"):  # a command leaves the first two behind
            patched.setenv(name, "")
            patched.delenv(name)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, 2)
        yield out, err


def acting(text: str) -> list[str]:
    """The characters of a text that are not seen, our own colours left out."""
    return sorted({char for char in OWN.sub("", text) if char not in "\r\n\t" and is_unseen(char)})


def lines_of(root: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """The baseline's predictions, each line changed."""
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]
    for line in lines:
        change(line)
    return "".join(json.dumps(line) + "\n" for line in lines)


def predictions(root: Path, folder: Path, word: str) -> list[list[str]]:
    """Files that are wrong in every way that names a foreign word."""
    written = {
        "type": lines_of(root, lambda v: v["mentions"][0].update(type=word)),
        "id": lines_of(root, lambda v: v["mentions"][0].update(entity=word)),
        "key": lines_of(root, lambda v: v.update({word: 1})),
        "text": lines_of(root, lambda v: v["mentions"][0].update(text=word)),
        "doc": lines_of(root, lambda v: v.update(doc_id=word)),
        "raw": word * 3,
    }
    for name, text in written.items():
        (folder / f"{name}.jsonl").write_bytes(text.encode("utf-8"))
    commands = [["validate", f"{name}.jsonl"] for name in written]
    commands += [["validate", "type.jsonl", "--json"], ["score", "id.jsonl"], ["ground", "text.jsonl", "-o", "-"]]
    return [*commands, ["score", "key.jsonl", "--labels", "type.jsonl"], ["report", "doc.jsonl"]]


def exports(root: Path, folder: Path, word: str) -> list[list[str]]:
    """Accounts, labels and ids of Label Studio that are hostile."""
    blind = sorted((root / "annotation/exports/blind").glob("*.json"))[:2]
    (folder / "e").mkdir(exist_ok=True)
    for number, path in enumerate(blind):
        tasks = json.loads(path.read_bytes())
        for task in tasks:
            for annotation in task["annotations"]:
                annotation["completed_by"]["email"] = f"{word}{number}@x.org"
        (folder / "e" / path.name).write_text(json.dumps(tasks), encoding="utf-8")
    (folder / "f").mkdir(exist_ok=True)
    tasks[0]["annotations"][0]["result"][0].update(from_name=word, id=word)
    tasks[1]["data"]["doc_id"] = word
    (folder / "f" / "x.json").write_text(json.dumps(tasks), encoding="utf-8")
    seeds = ["--seeds", str(root / "seeds")]
    return [
        ["annotation", "agreement", "e", *seeds, "--disagreements"],
        ["annotation", "agreement", "e", *seeds, "--json"],
        ["annotation", "agreement", "f", *seeds],
    ]


def ceilings(root: Path, folder: Path, word: str) -> list[list[str]]:
    """A dataset folder that says foreign things of its annotators."""
    if not (folder / "d").exists():
        shutil.copytree(root / "dataset", folder / "d", ignore=shutil.ignore_patterns("onrecord"))
    ceiling = json.loads((root / "dataset/ceiling.json").read_bytes())
    for split in ceiling.values():
        for row in split["rows"]:
            row["name"] = word
    (folder / "d" / "ceiling.json").write_text(json.dumps(ceiling), encoding="utf-8")
    card = (root / "dataset/README.md").read_text(encoding="utf-8")
    card = card.replace("## Who made the labels\n\n", f"## Who made the labels\n\n- `{word}` (r): {word}, x.\n")
    (folder / "d" / "README.md").write_text(card, encoding="utf-8")
    rules, gold = str(root / "eval/baselines/rules.jsonl"), ["--gold", "d"]
    return [
        ["score", rules, *gold],
        *(["report", rules, *gold, "--draws", "0", "-o", f"r.{kind}"] for kind in ("html", "md", "txt")),
        ["report", rules, *gold, "--draws", "0", "--format", "markdown", "-o", "-"],
        ["export", "hub", *gold, "-o", "h"],
    ]


def board(root: Path, folder: Path, word: str) -> list[list[str]]:
    """Entries with hostile words; those that a schema refuses are named, the others are shown."""
    entry = folder / "results" / "t" / "s"
    entry.mkdir(parents=True, exist_ok=True)
    about = {"team": "t", "system": "s", "name": word, "description": word, "retracted": f"why {word}"}
    (entry / "about.json").write_text(json.dumps(about), encoding="utf-8")
    shutil.copy(root / "eval/baselines/rules.jsonl", entry / "predictions.jsonl")
    quick = ["--no-baselines", "--no-reports", "--draws", "0"]
    shutil.rmtree(folder / "site", ignore_errors=True)
    return [["board", "build", "results", *quick, "-o", "site"]]


def others(root: Path, folder: Path, word: str) -> list[list[str]]:
    """Signatures, corpora of others, seeds, replies."""
    line = json.dumps({"doc_id": word, "text": word, "spans": [{"start": 0, "end": 1, "type": word}]})
    (folder / "s.jsonl").write_text(f"{line}\n", encoding="utf-8")
    flat = one_line(word).replace(" ", "")
    (folder / "tags.conll").write_text(f"a B-{flat}\nb {word}\n\n", encoding="utf-8")
    (folder / "replies.jsonl").write_text(json.dumps({"custom_id": word, "response": word}) + "\n", encoding="utf-8")
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "a.txt").write_text(f"{word}\n\nBy {word}\n\nShe said {word}.\n", encoding="utf-8")
    return [
        ["signature", "explain", f"onrecord|split:{word}|docs:3|version:0.1.0"],
        ["signature", "parse", f"onrecord|split:{word}|docs:3|version:0.1.0"],
        ["spans", "s.jsonl", "s.jsonl", "--draws", "0"],
        ["spans", "s.jsonl", "s.jsonl", "--draws", "0", "-o", "-"],
        ["spans", "tags.conll", "tags.conll", "--format", "conll", "--draws", "0"],
        ["convert", "s.jsonl", "--from", "jsonl"],
        ["prompt", "read", "replies.jsonl", "-o", "-"],
        ["ingest", "texts", "--topic", "t", "--seeds", "seeds"],
        ["validate", f"no{word}.jsonl".replace("/", "")],
        ["--corpus", f"no{word}".replace("/", ""), "build"],
    ]


def is_formula(csv: str) -> list[str]:
    """The cells that any spreadsheet would take for formulas, whatever it takes for the end of a cell."""
    bare = csv.replace('"', "")
    return [cell for cell in re.split(r"[;\t|\r\n]|^|,", bare) if cell.strip().startswith(tuple("=@＝＋－＠"))]


NO_GOLD = ("spans", "signature", "ingest", "annotation", "--corpus")
SHOWN = (".html", ".md", ".txt", ".csv")


@pytest.mark.long
@pytest.mark.parametrize("made", [predictions, exports, ceilings, board, others])
def test_no_command_lets_foreign_words_act(
    made: Callable[[Path, Path, str], list[list[str]]], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(WORDS, st.booleans())
    def hold(word: str, terminal: bool) -> None:
        for words in made(root, tmp_path, word):
            asked = [each.replace("\x00", "") for each in words]
            gold = ["--gold", str(root / "dataset")]
            if "--gold" in asked or asked[0] in NO_GOLD:
                gold = []
            with recorded([*asked, *gold], terminal) as (out, err):
                piped = not terminal and ("--json" in asked or asked[-1] == "-" or asked[0] in ("convert", "signature"))
                assert piped or acting(out.told) == [], words
                assert acting(err.told) == [], words
                assert "Traceback" not in err.told, words
        for path in tmp_path.rglob("*"):
            if path.suffix in SHOWN and not {"texts", "seeds", "d"} & {*path.parts}:
                text = path.read_text(encoding="utf-8")
                assert acting(text) == [], path.name
                if path.suffix == ".csv":
                    assert is_formula(text) == []

    hold()


@given(st.text() | WORDS)
def test_a_visible_text_is_seen_and_is_the_same_again(text: str) -> None:
    for write in (visible, one_line, plain):
        once = write(text)
        assert not [char for char in once if char not in "\n\t" and is_unseen(char)]
        assert write(once) == once
    assert "\n" not in one_line(text)


@given(
    st.recursive(st.text() | WORDS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_visible_json_says_the_same(value: object) -> None:
    for indent in (None, 1):
        written = visible_json(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.loads(written) == value
        assert acting(written) == []


@given(st.lists(WORDS | st.text(), min_size=1, max_size=4))
def test_no_cell_is_a_formula_wherever_a_spreadsheet_ends_it(cells: list[str]) -> None:
    csv = csv_bytes(["a"] * len(cells), [cells]).decode("utf-8")
    for separator in ";\t|":
        for line in re.split(r"[\r\n]", csv):
            for cell in line.split(separator):
                assert not re.match(r"[\s\"']*(?<!')[=+\-@＝＋－＠]", cell) or cell.lstrip('\t "').startswith("'"), cell
    assert all(safe_cell(each).replace("'", "") == visible(each, "\t\r\n").replace("'", "") for each in cells)
