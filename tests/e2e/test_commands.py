"""The annotation commands against a real server, as a person types them; killed and run again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from tests.conftest import ROOT
from tests.eval.conftest import lines_about, lines_of

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.accounts import Access
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.server import Running, find
from onrecord.dataset import Document
from onrecord.dataset.gold import Gold, ordered
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Labels, Registries
from onrecord.dataset.seeds.documents import descriptions, read_seed

pytestmark = pytest.mark.labelstudio

MANY = len(descriptions(ROOT / "seeds"))
"""Documents of the corpus."""
FIVE = [described.id for described, _ in map(read_seed, sorted((ROOT / "seeds").glob("*.json")))]
"""Those of the web, for what takes long."""
COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()", "annotation"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, server: Running) -> Iterator[Path]:
    """The data folder of a server that ``serve`` runs (the session's own server has made the environment by then)."""
    folder = tmp_path_factory.mktemp("served")
    process = serve(folder)
    yield folder
    stop(process)


def serve(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--data", str(folder), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    url = process.stdout.readline().decode().strip()
    assert url.startswith("http://127.0.0.1:"), url
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def run(*words: str | Path | int, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def five_predictions(five: Gold, tmp_path: Path) -> Path:
    """What the rules say of the five."""
    path = tmp_path / "five.jsonl"
    path.write_bytes(lines_about(ROOT / "eval/baselines/rules.jsonl", five))
    return path


def test_push_submit_pull_build(data: Path, root: Path, tmp_path: Path) -> None:
    words = ("--annotator", "first", "--round", "again", "--data", data)
    pushed = run("push", *words, "--proposed", "eval/baselines/rules.jsonl", root=root)
    assert pushed.returncode == 0, pushed.stderr
    assert f"{MANY} documents added" in pushed.stderr
    assert pushed.stdout.startswith("http://127.0.0.1:")
    submitted = run("submit", "eval/baselines/rules.jsonl", *words, root=root)
    assert f"{MANY} documents annotated" in submitted.stderr, submitted.stderr
    again = run("submit", "eval/baselines/rules.jsonl", *words, root=root)
    assert f"0 documents annotated, {MANY} were already" in again.stderr
    pulled = run("pull", "--round", "again", "--data", data, "-o", tmp_path, root=root)
    assert pulled.returncode == 0, pulled.stderr
    assert (tmp_path / "again" / "first.json").is_file()
    assert f"{MANY} of {MANY} tasks submitted" in pulled.stdout


def test_labels_of_a_program_go_in_as_its_account_with_rows_of_its_own(
    data: Path, root: Path, tmp_path: Path, gold: Gold
) -> None:
    rows = Path(shutil.copytree(root / "annotation/registries", tmp_path / "rows"))
    for name, old, new in (("entities", "minsk", "the-city"), ("utterances", "utterance-peskov", "saying-peskov")):
        text = (rows / f"{name}.jsonl").read_text("utf-8")
        assert f'"id": "{old}' in text
        (rows / f"{name}.jsonl").write_text(text.replace(f'"id": "{old}', f'"id": "{new}'), "utf-8")
    events = rows / "events.jsonl"
    events.write_text(events.read_text("utf-8").replace('"place": "minsk"', '"place": "the-city"'), "utf-8")
    lines = json.dumps([line for line in lines_of(gold.articles[1:3]) if line.pop("event_descriptions") is not None])
    lines = lines.replace('"entity": "minsk"', '"entity": "the-city"').replace(
        '"literal": "minsk"', '"literal": "the-city"'
    )
    lines = lines.replace('"id": "minsk"', '"id": "the-city"').replace("utterance-peskov", "saying-peskov")
    labels = tmp_path / "labels.jsonl"
    labels.write_text("".join(json.dumps(line) + "\n" for line in json.loads(lines)), "utf-8")
    valid = subprocess.run([*COMMAND[:-1], "validate", labels, "--registries", rows], cwd=root, capture_output=True)
    assert valid.returncode == 0, valid.stderr
    words = ("--annotator", "model-a", "--round", "models", "--data", data, "--registries", rows)
    assert run("push", *words, root=root).returncode == 0
    submitted = run("submit", labels, *words, root=root)
    assert "2 documents annotated" in submitted.stderr, submitted.stderr
    pulled = run("pull", "--round", "models", "--data", data, "-o", tmp_path, root=root)
    assert pulled.returncode == 0, pulled.stderr
    found = read_exports(tmp_path / "models", [article.document for article in gold.articles])
    assert {each.annotator for each in found} == {"model-a"}
    mine = {line["doc_id"]: line for line in json.loads(lines)}
    for each in found:
        line = mine[each.document]
        kept = {layer: line[layer] for layer in LAYERS}
        assert each.labels == ordered(msgspec.convert(kept, Labels))
    assert "the-city" in {mention.entity for each in found for mention in each.labels.mentions}


def test_a_round_without_a_project_is_said_so(data: Path, root: Path) -> None:
    done = run("pull", "--round", "never", "--data", data, root=root)
    assert done.returncode == 2
    assert "no project of the round 'never'" in done.stderr
    done = run(
        "submit", "eval/baselines/rules.jsonl", "--annotator", "x", "--round", "never", "--data", data, root=root
    )
    assert done.returncode == 2
    assert "push first" in done.stderr


def test_a_second_server_on_the_same_data_is_refused(data: Path, root: Path) -> None:
    done = run("serve", "--data", data, root=root)
    assert done.returncode == 2
    assert "runs already" in done.stderr


def test_the_server_listens_on_loopback_alone_and_secrets_are_the_user_s(data: Path) -> None:
    running = find(data)
    assert running is not None
    port = running.url.rpartition(":")[2]
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {row[1] for row in listening if row[3] == "0A" and int(row[1].split(":")[1], 16) == int(port)}
    assert addresses == {f"0100007F:{int(port):04X}"}
    environment = Path(f"/proc/{running.pid}/environ").read_bytes()
    assert b"COLLECT_ANALYTICS=false" in environment
    for name in ("server.json", "accounts.json"):
        if (data / name).exists():
            assert (data / name).stat().st_mode & 0o077 == 0


def test_nothing_is_lost_when_the_server_is_killed(
    root: Path, tmp_path: Path, server: Running, five_predictions: Path
) -> None:
    folder = tmp_path / "data"
    words = ("--annotator", "first", "--round", "killed", "--data", folder)
    documents = [word for id in FIVE for word in ("--document", id)]
    process = serve(folder)
    assert run("push", *words, "--document", FIVE[0], root=root).returncode == 0
    running = find(folder)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    stop(process)
    down = run("push", *words, root=root)
    assert down.returncode == 2
    assert "no server runs" in down.stderr
    process = serve(folder)
    try:
        again = run("push", *words, *documents, root=root)
        assert f"{len(FIVE) - 1} documents added, 1 were there" in again.stderr, again.stderr
        assert run("submit", five_predictions, *words, root=root).returncode == 0
        pulled = run("pull", "--round", "killed", "--data", folder, "-o", tmp_path / "out", root=root)
        assert f"{len(FIVE)} of {len(FIVE)} tasks submitted" in pulled.stdout
    finally:
        stop(process)


def test_two_annotators_push_at_once(data: Path, root: Path, tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [*COMMAND, "push", "--annotator", name, "--round", "both", "--data", str(data)],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in ("ann", "bob")
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    time.sleep(0.1)
    pulled = run("pull", "--round", "both", "--data", data, "-o", tmp_path, root=root)
    assert pulled.returncode == 0, pulled.stderr
    assert {path.name for path in (tmp_path / "both").iterdir()} == {"ann.json", "bob.json"}


def test_writers_of_this_machine_take_turns(data: Path) -> None:
    """The server repeats a request that met a locked database, so that two at once may make a project twice."""
    access = Access.find(data, None, None)

    def make(name: str) -> int:
        with access.writing():
            client = ls.connect(access.url, access.token)
            return ls.push(client, "met", name, [], Registries(), {}, lambda _: None).project

    names = [f"annotator{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        made = dict(zip(names, pool.map(make, names), strict=True))
    assert ls.projects_of(ls.connect(access.url, access.token), "met") == made


def test_home_is_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONRECORD_HOME", str(tmp_path))
    monkeypatch.delenv("ONRECORD_LABEL_STUDIO", raising=False)
    home = ServerHome.default()
    assert home.folder == tmp_path
    assert home.binary is None
    half = home.environment / "bin"
    half.mkdir(parents=True)
    (half / "label-studio").write_text("")
    assert home.binary is None, "an environment that was cut off is not taken for whole"


def test_there_is_one_home_for_a_checkout_and_one_for_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, root: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("ONRECORD_HOME", raising=False)
    assert ServerHome.default().folder == root.resolve() / ".onrecord"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    path = [str(tmp_path / "site-packages"), *sys.path]
    code = f"import sys; sys.path[:0] = {path}; from onrecord.annotation.label_studio.home import ServerHome"
    for package in ("dataset", "annotation"):
        shutil.copytree(root / package / "onrecord", tmp_path / "site-packages" / "onrecord", dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"{code}; print(ServerHome.default().folder)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(tmp_path / "share" / "onrecord")


def test_a_server_comes_back_on_its_port_and_on_the_one_that_is_asked_for(tmp_path: Path, server: Running) -> None:
    folder = tmp_path / "data"
    process = serve(folder)
    first = find(folder)
    stop(process)
    process = serve(folder)
    again = find(folder)
    stop(process)
    assert first is not None
    assert again is not None
    assert again.url == first.url, "links to tasks have it"
    port = int(first.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        taken = run("serve", "--data", folder, "--port", port, root=tmp_path)
        assert taken.returncode == 2
        assert f"port {port} of 127.0.0.1 cannot be used" in taken.stderr
        process = serve(folder)
        other = find(folder)
        stop(process)
        assert other is not None
        assert other.url != first.url
        assert process.stderr is not None
        assert f"port {port} of last time is taken".encode() in process.stderr.read()
    process = serve(folder, "--port", str(port))
    asked = find(folder)
    stop(process)
    assert asked is not None
    assert asked.url == first.url


def test_adjudication_shows_both_versions_and_starts_from_the_merged_one(
    data: Path, root: Path, tmp_path: Path, documents: list[Document]
) -> None:
    words = ("--annotator", "eve", "--round", "judged", "--data", data)
    pushed = run("adjudicate", *words, root=root)
    assert pushed.returncode == 0, pushed.stderr
    assert "to decide" in pushed.stderr
    running = find(data)
    assert running is not None
    client = ls.connect(running.url, running.token)
    project = ls.projects_of(client, "judged")["eve"]
    fresh = {document.id for document in documents if document.split == "fresh"}
    for document, task in ls.tasks_of(client, project).items():
        versions = [each.model_version for each in client.predictions.list(task=task["id"])]
        readers = ["reader-g", "reader-h"] if document in fresh else ["reader-e", "reader-f"]
        assert sorted(str(each) for each in versions) == ["merged", *readers]
        assert versions[-1] == "merged" or versions[0] == "merged"
    again = run("adjudicate", *words, root=root)
    assert again.returncode == 0, again.stderr
    assert len(ls.tasks_of(client, project)) == len(documents)


def test_a_pull_while_somebody_annotates_gives_whole_files(
    data: Path, root: Path, tmp_path: Path, documents: list[Document]
) -> None:
    words = ("--annotator", "busy", "--round", "meanwhile", "--data", data)
    assert run("push", *words, root=root).returncode == 0
    submitting = subprocess.Popen([*COMMAND, "submit", "eval/baselines/rules.jsonl", *map(str, words)], cwd=root)
    counts = []
    while submitting.poll() is None:
        pulled = run("pull", "--round", "meanwhile", "--data", data, "-o", tmp_path, root=root)
        assert pulled.returncode == 0, pulled.stderr
        counts.append(int(pulled.stdout.split(": ")[1].split()[0]))
    last = run("pull", "--round", "meanwhile", "--data", data, "-o", tmp_path, root=root)
    counts.append(int(last.stdout.split(": ")[1].split()[0]))
    assert counts == sorted(counts)
    assert counts[-1] == len(documents)


def test_a_submission_cut_off_by_the_server_s_death_is_finished_by_the_same_command(
    root: Path, tmp_path: Path, server: Running
) -> None:
    folder = tmp_path / "data"
    words = ("--annotator", "cut", "--round", "cut", "--data", folder)
    process = serve(folder)
    assert run("push", *words, root=root).returncode == 0
    running = find(folder)
    assert running is not None
    submitting = subprocess.Popen(
        [*COMMAND, "submit", "eval/baselines/rules.jsonl", *map(str, words)], cwd=root, stderr=subprocess.PIPE
    )
    assert submitting.stderr is not None
    for line in submitting.stderr:
        if line.startswith(b"000_"):  # the first document is in
            os.kill(running.pid, signal.SIGKILL)
            break
    said = submitting.stderr.read()
    assert submitting.wait(120) == 2
    assert b"Traceback" not in said
    assert b"give the same command again" in said
    stop(process)
    process = serve(folder)
    try:
        again = run("submit", "eval/baselines/rules.jsonl", *words, root=root)
        assert again.returncode == 0, again.stderr
        pulled = run("pull", "--round", "cut", "--data", folder, "-o", tmp_path / "out", root=root)
        assert f"{MANY} of {MANY} tasks submitted" in pulled.stdout
        assert pulled.returncode == 0, pulled.stderr
    finally:
        stop(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_cut_off_leaves_no_server_behind(
    tmp_path: Path, server: Running, number: signal.Signals
) -> None:
    folder = tmp_path / "cut"
    process = subprocess.Popen(
        [*COMMAND, "serve", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # tests run in the background of a shell inherit an ignored Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(b"starting"):
            break
    deadline = time.monotonic() + 30
    while not (started := processes_with(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started
    process.send_signal(number)
    assert process.wait(60) == 130
    assert processes_with(folder) == []


def processes_with(folder: Path) -> list[int]:
    """Servers whose data lie in a folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = each.read_bytes()
        except OSError:
            continue
        if f"LABEL_STUDIO_BASE_DATA_DIR={folder.resolve()}\0".encode() in environment:
            found.append(int(each.parent.name))
    return found
