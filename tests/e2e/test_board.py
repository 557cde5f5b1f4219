"""The board in a real browser, and commands that are killed: the old output or the new one, never half of one."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from onrecord.dataset.reading.foreign import visible

ONRECORD = [sys.executable, "-c", "from onrecord.cli import main; main()"]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</title></script><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
    "__proto__",
    "=HYPERLINK(1)",
    "a" * 100,
]


def run(root: Path, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*ONRECORD, *map(str, words)], cwd=root, capture_output=True, timeout=120, check=False)


def enter(results: Path, number: int, name: str, root: Path) -> None:
    folder = results / f"team-{number}" / "system"
    folder.mkdir(parents=True)
    lines = [
        json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for line in lines:
        del line["mentions"][: number + 1]  # the same again would be a copy
    (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    about = {"team": f"team-{number}", "system": "system", "name": name, "description": name}
    about["url"] = "https://example.org/" + "".join(name.split())
    (folder / "about.json").write_text(json.dumps(about))


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for number, name in enumerate(HOSTILE):
        enter(folder, number, name, root)
    retracted = folder / "team-0" / "system" / "about.json"
    retracted.write_text(json.dumps({**json.loads(retracted.read_text()), "retracted": HOSTILE[1]}))
    return folder


@pytest.fixture(scope="module")
def site(root: Path, results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "board"
    done = run(root, "board", "build", results, "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1300, "height": 900})
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


def dialogs_of(page: Page) -> list[str]:
    """What the dialogs say that a page opens from now on."""
    said: list[str] = []

    def take(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", take)
    return said


def test_nothing_in_a_board_runs_and_every_name_is_text(page: Page, site: Path) -> None:
    wrong = dialogs_of(page)
    page.on("console", lambda message: wrong.append(f"console {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(site.joinpath("index.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    page.hover("#overview tbody tr:first-child th")
    said = page.locator("#teams li b").all_text_contents()
    assert {visible(name) for name in HOSTILE} <= set(said)
    assert page.locator("#unranked li").all_text_contents() == [f"{HOSTILE[0]} (team-0): retracted: {HOSTILE[1]}"]
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, form").count() == 0
    assert page.evaluate("[...document.links].every(a => /^(https:|file:)/.test(a.protocol))")
    assert wrong == []
    assert requests == [site.joinpath("index.html").as_uri()]


def test_a_script_that_slips_through_is_stopped_by_the_policy(page: Page, site: Path, tmp_path: Path) -> None:
    """A hole made on purpose: the same page with a foreign script in it."""
    hole = site.joinpath("index.html").read_text().replace("<main>", f"<main>{HOSTILE[0]}<script>alert(2)</script>", 1)
    (tmp_path / "hole.html").write_text(hole)
    dialogs = dialogs_of(page)
    page.goto((tmp_path / "hole.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_timeout(300)
    assert dialogs == []
    (tmp_path / "open.html").write_text(hole.replace("Content-Security-Policy", "x-no-policy"))
    page.goto((tmp_path / "open.html").as_uri())
    page.wait_for_timeout(300)
    assert dialogs, "without the policy the hole is one: the check above can fail"


def test_tables_sort_and_filter(page: Page, site: Path) -> None:
    page.goto(site.joinpath("index.html").as_uri())
    rows = page.locator("#overview tbody:first-of-type tr:visible")
    everything = rows.count()
    page.fill("#filter", "team-3")
    assert rows.count() == 1
    page.fill("#filter", "")
    assert rows.count() == everything
    page.click("#overview thead th:nth-child(2) button")
    teams = page.locator("#overview tbody:first-of-type tr td:nth-child(2)").all_text_contents()
    assert teams == sorted(teams, reverse=True)
    page.keyboard.press("Enter")
    teams = page.locator("#overview tbody:first-of-type tr td:nth-child(2)").all_text_contents()
    assert teams == sorted(teams)


def test_without_the_predictions_of_others_the_files_are_whole(site: Path) -> None:
    value = json.loads((site / "board.json").read_text())
    ids = {entry["record"] for entry in value["entries"] if entry["record"]}
    assert {path.stem for path in (site / "records").iterdir()} == ids
    assert not any(path.name.startswith(".") for path in site.parent.iterdir())


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.long
def test_a_build_that_is_killed_leaves_the_old_board_or_the_new_one(root: Path, results: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    enter(tmp_path / "one", 1, "one", root)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    enter(tmp_path / "two", 2, "two", root)
    quick = ("--no-baselines",)  # they are computed before anything is written
    states = []
    for name in ("one", "two"):
        begun = time.monotonic()
        assert run(root, "board", "build", tmp_path / name, "-o", tmp_path / "site", *quick).returncode == 0
        took = time.monotonic() - begun
        states.append(tree(tmp_path / "site"))
    randomly = random.Random(1)
    seen = set()
    for turn in range(14):
        entries = tmp_path / ("one", "two")[turn % 2]
        command = [*ONRECORD, "board", "build", str(entries), "-o", str(tmp_path / "site"), *quick]
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(randomly.uniform(0.5, 1.05) * took)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = tree(tmp_path / "site")
        assert now in states
        seen.add(states.index(now))
    assert run(root, "board", "build", tmp_path / "one", "-o", tmp_path / "site", *quick).returncode == 0
    assert tree(tmp_path / "site") == states[0]
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".site.")]
    assert left == [], "what killed builds have left is swept up by the next"


def test_two_builds_at_once_leave_one_whole_board(root: Path, results: Path, tmp_path: Path) -> None:
    """Case 33 of the checklist: the last one wins, and nothing is mixed."""
    command = [*ONRECORD, "board", "build", str(results), "-o", str(tmp_path / "site")]
    commands = [command, [*command, "--no-baselines"]]
    processes = [subprocess.Popen(c, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for c in commands]
    codes = [process.wait(120) for process in processes]
    for process in processes:
        assert process.stderr is not None
        process.stderr.close()
    assert 0 in codes
    now = tree(tmp_path / "site")
    entries = json.loads(now["board.json"])["entries"]
    written = {name for name in now if name.startswith("records/")}
    assert written == {f"records/{entry['record']}.json" for entry in entries if entry["record"]}


@pytest.mark.long
def test_an_entry_that_is_added_is_there_whole_or_not_at_all(root: Path, tmp_path: Path) -> None:
    """Case 34: killed at any point, and done again."""
    words = ["board", "add", "eval/baselines/rules.jsonl", "--to", str(tmp_path / "r"), "--team", "t", "--system", "s"]
    randomly = random.Random(2)
    for _ in range(8):
        process = subprocess.Popen([*ONRECORD, *words], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(randomly.uniform(0.2, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (tmp_path / "r/t/s").exists():
            assert len(tree(tmp_path / "r/t/s")) == 3
            shutil.rmtree(tmp_path / "r/t/s")
    assert run(root, *words).returncode == 0
    again = run(root, *words)
    assert again.returncode == 2
    assert b"there already" in again.stderr


def test_names_command_no_terminal(root: Path, tmp_path: Path) -> None:
    """Case 30 of the checklist: in file names, ids, labels and wordings."""
    name = tmp_path / "p\x1b[2J\u202e.jsonl"
    lines = (root / "eval/baselines/rules.jsonl").read_text().splitlines()
    value = json.loads(lines[1])
    value["mentions"][0]["text"] = "\x1b]0;owned\x07\u202e"
    value["\x1b[31m"] = "\x9b31m"
    value["entities"] = [{"id": "\x1b[2J", "name": "\x1b[2J\u2066"}]
    lines[1] = json.dumps(value)
    name.write_text("\n".join(lines))
    shutil.copy(root / "eval/baselines/rules.jsonl", tmp_path / "q\x1b[2J.jsonl")
    for command in ("validate", "score"):
        for file in (name, tmp_path / "q\x1b[2J.jsonl"):
            done = run(root, command, file)
            said = (done.stdout + done.stderr).decode()
            assert said
            assert "Traceback" not in said
            assert not any(character in said for character in "\x1b\x07\x9b\u202e\u2066"), (command, file)


def test_the_report_of_what_is_wrong_is_json_too(root: Path, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_bytes(b'{"doc_id": "\xff"}\n')
    done = run(root, "validate", tmp_path / "p.jsonl", "--json")
    value = json.loads(done.stdout)
    assert done.returncode == 2
    assert (value["valid"], value["errors"]) == (False, {"encoding": 1, "missing-document": 3})
    assert [fault["byte"] for fault in value["faults"] if fault["code"] == "encoding"] == [12]
