"""Commands killed at random instants: what they leave is the old or the new, and the next run leaves nothing else.

``python -m tests.kills --kills 300`` is the long run, twenty minutes; ``tests/cli/test_kills.py`` a short one. Half
of the kills come at any time of a run, half within a few milliseconds of its beginning to write.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.dataset import read_folder

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]
RULES = str(ROOT / "eval/baselines/rules.jsonl")
DATASET = str(ROOT / "dataset")
SPAN = {"start": 0, "end": 5, "type": "PER"}
QUICK = ("--draws", "0")

Tree = Mapping[str, tuple[int, bytes]]
"""Permissions and content of every file by name."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A command that writes, and where."""

    name: str
    words: Sequence[str]
    """Run in a folder of its own."""
    output: str
    """Under it, what is written."""
    before: Sequence[Sequence[str]] = ()
    """Commands that make what is there before."""
    each: bool = False
    """Whether every file of the output is old or new by itself, and not all of them together."""
    once: bool = False
    """Whether it refuses what is there already."""


def cases() -> list[Case]:
    """Every command that writes, but those that need a server."""
    gold = ("--gold", DATASET)
    old = ("predict", "--split", "test", *gold, "-o", "out/p.jsonl")
    board = ("board", "build", "results", *gold, "--no-baselines", "--no-reports", *QUICK, "-o", "out/site")
    add = ("board", "add", RULES, *gold, "--to", "results", "--team", "t", "--system")
    corpus = ("--corpus", "corpus")
    said = ("--date", "2030-01-01", "--organization", "o")
    logs = ("export", "every-eval-ever", "record.json", *gold, *said, "-o", "out")
    return [
        Case("score", ("score", RULES, *gold, *QUICK, "-o", "out/p.jsonl"), "out", (old,)),
        Case("score each", ("score", "--each", RULES, RULES, *gold, *QUICK, "-o", "out/r"), "out", each=True),
        Case("report", ("report", RULES, *gold, *QUICK, "-o", "out/p.jsonl"), "out", (old,)),
        Case("predict", ("predict", *gold, "-o", "out/p.jsonl"), "out", (old,)),
        Case("ground", ("ground", RULES, *gold, "-o", "out/p.jsonl"), "out", (old,)),
        Case("convert", ("convert", "spans.jsonl", "--from", "jsonl", *gold, "-o", "out/p.jsonl"), "out", (old,)),
        Case(
            "prompt",
            ("prompt", "requests", *gold, "--model", "m", "--split", "all", "-o", "out/p.jsonl"),
            "out",
            (old,),
        ),
        Case("release", ("release", *gold, "--standoff", "-o", "out/p.jsonl"), "out", (old,)),
        Case("export", ("export", "codabench", *gold, "--start", "2030-01-01", "-o", "out/p.jsonl"), "out", (old,)),
        Case(
            "export hub",
            ("export", "hub", *gold, "-o", "out/d"),
            "out",
            (("export", "hub", *gold, "--text", "gated", "-o", "out/d"),),
        ),
        Case(
            "export every-eval-ever",
            (*logs, "--model-id", "a/b"),
            "out",
            (("score", RULES, *gold, *QUICK, "-o", "record.json"), (*logs, "--model-id", "a/c")),
        ),
        Case(
            "board add", ("board", "add", RULES, *gold, "--to", "out", "--team", "t", "--system", "s"), "out", once=True
        ),
        Case("board build", board, "out", ((*add, "a"), board, (*add, "b"))),
        Case("init", ("init", "out/corpus"), "out", once=True),
        Case("ingest", ("ingest", "texts", "--topic", "t", "--seeds", "out"), "out", each=True),
        Case(
            "build",
            ("build", *corpus, "-o", "out/d"),
            "out",
            (("build", "--corpus", "older", "-o", "out/d"),),
        ),
        Case(
            "rehydrate",
            ("rehydrate", "release.json", str(ROOT / "seeds"), "-o", "out/d"),
            "out",
            (
                ("release", *gold, "--standoff", "-o", "release.json"),
                ("build", "--corpus", "older", "-o", "out/d"),
            ),
        ),
    ]


def tree(folder: Path) -> Tree:
    """What is in a folder, staging left out."""
    return {
        path.relative_to(folder).as_posix(): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".onrecord-") for part in path.relative_to(folder).parts)
    }


def staging(folder: Path) -> list[str]:
    """What is staged anywhere in a folder, which may change while it is looked at."""
    found: list[str] = []
    for parent, folders, _ in os.walk(folder):
        found += [f"{parent}/{name}" for name in folders if name.startswith(".onrecord-")]
    return found


class Bench:
    """A folder in which a case is run, killed and run again."""

    def __init__(self, case: Case, place: Path) -> None:
        self.case = case
        self.kept, self.work = place / "kept", place / "work"
        (self.kept / "texts").mkdir(parents=True)
        for name in ("results", "tmp", "out"):
            (self.kept / name).mkdir()
        for number in range(12):
            text = f"A title {number}\n\nShe said on Monday that it rains in town {number}.\n"
            (self.kept / "texts" / f"{number}.txt").write_text(text, encoding="utf-8")
        shutil.copytree(ROOT / "annotation" / "exports", self.kept / "corpus" / "annotation" / "exports")
        shutil.copytree(ROOT / "annotation" / "registries", self.kept / "corpus" / "annotation" / "registries")
        for name in ("onrecord.toml", "DATASHEET.md", "annotation/annotators.jsonl", "annotation/GUIDELINES.md"):
            shutil.copy(ROOT / name, self.kept / "corpus" / name)
        shutil.copytree(ROOT / "seeds", self.kept / "corpus" / "seeds")
        shutil.copytree(self.kept / "corpus", self.kept / "older")
        for export in (self.kept / "older" / "annotation" / "exports").rglob("*.json"):
            export.write_text(json.dumps(json.loads(export.read_bytes())[:-1]), encoding="utf-8")
        documents = [article.document for article in read_folder(ROOT / "dataset").articles]
        spans = [{"doc_id": each.id, "text": each.text, "spans": [SPAN]} for each in documents]
        lines = "".join(json.dumps(each) + "\n" for each in spans)
        (self.kept / "spans.jsonl").write_text(lines, encoding="utf-8")
        for words in case.before:
            self.run(words, self.kept)
        (self.kept / "out" / "theirs").write_text("stays", encoding="utf-8")
        self.old = tree(self.kept / case.output)
        self.reset()
        self.seconds = -time.monotonic()
        self.run(case.words, self.work)
        self.seconds += time.monotonic()
        self.new = tree(self.work / case.output)
        assert self.old != self.new, f"{case.name} changes nothing"

    def reset(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.kept, self.work, symlinks=True)

    def start(self, words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
        kept = {**os.environ, "TMPDIR": str(folder / "tmp"), "ONRECORD_CACHE": str(folder / "cache")}
        return subprocess.Popen(
            [*COMMAND, *words],
            cwd=folder,
            env=kept,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, words: Sequence[str], folder: Path, refused: bool = False) -> None:
        process = self.start(words, folder)
        said = process.communicate()[1].decode("utf-8", "replace")
        assert process.returncode in ((0, 2) if refused else (0,)), f"{' '.join(words)}\n{said}"

    def kill(self, chance: random.Random) -> str:
        """Kill a run at some instant, look at what it left, and run it again; says which state it left.

        Raises:
            AssertionError: That was neither, or the next run left something or did something else.
        """
        self.reset()
        process = self.start(self.case.words, self.work)
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0.05, self.seconds * 1.1))
        else:
            deadline = time.monotonic() + self.seconds * 3
            while not staging(self.work / "out") and process.poll() is None and time.monotonic() < deadline:
                pass
            time.sleep(chance.uniform(0, chance.choice([0.002, 0.02, 0.15])))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        found = tree(self.work / self.case.output)
        state = self.state(found)
        self.run(self.case.words, self.work, refused=self.case.once and found == self.new)
        again = tree(self.work / self.case.output)
        assert self.state(again) == "new", f"{self.case.name}: the next run made {self.other(again)}"
        assert staging(self.work) == [], f"{self.case.name}: left behind: {staging(self.work)}"
        return state

    def state(self, found: Tree) -> str:
        if found == self.new:
            return "new"
        if found == self.old:
            return "old"
        every = found.keys() | self.old.keys() | self.new.keys()
        known = all(found.get(name) in (self.old.get(name), self.new.get(name)) for name in every)
        assert self.case.each, f"{self.case.name}: a mixture: {self.other(found)}"
        assert known, f"{self.case.name}: half a file: {self.other(found)}"
        return "some"

    def other(self, found: Tree) -> list[str]:
        """The files that are not as they should be in the end."""
        return sorted(name for name in found.keys() | self.new.keys() if found.get(name) != self.new.get(name))


def main() -> None:
    """The long run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", action="append", help="only these")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    chosen = [case for case in cases() if asked.case is None or case.name in asked.case]
    found: Counter[str] = Counter()
    failed: list[str] = []
    for number, case in enumerate(chosen):
        share = asked.kills // len(chosen) + (number < asked.kills % len(chosen))
        with tempfile.TemporaryDirectory() as place:
            bench = Bench(case, Path(place))
            states: Counter[str] = Counter()
            for _ in range(share):
                try:
                    states[bench.kill(chance)] += 1
                except AssertionError as error:
                    states["failed"] += 1
                    failed.append(str(error))
        found += states
        print(f"{case.name}: {json.dumps(states)}", flush=True)
    print(f"{asked.kills} kills: {json.dumps(found)}")
    for each in failed:
        print(each)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
