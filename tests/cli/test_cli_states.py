"""States: of any submission, damaged by chance, and made by a hostile hand; what is read of one is what was written."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.cli.within import run

from onrecord.dataset.layers import scheme
from onrecord.dataset.reading.faults import OnrecordError
from onrecord.eval.layers.kept_columns import arrays_of
from onrecord.eval.scoring import state_file
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.engine import InProcess
from onrecord.eval.scoring.parts import Setting
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.rounds import score_parts
from onrecord.eval.scoring.state_file import submitted_states
from onrecord.eval.submission.limits import Limits

KINDS = ("copies", "hard")
WORDS = ("type", "kind", "entity", "event", "claim")
Arrays = dict[str, Any]


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A corpus of every kind that there is, its predictions cut into three too, and a state of them."""
    folder = tmp_path_factory.mktemp("states")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(root))
        from benchmarks.articles import Kind, write_corpus

        assert sorted(Kind) == sorted(KINDS)
        for kind in Kind:
            write_corpus(folder / kind, kind, 30, 0)
            lines = (folder / kind / "predictions.jsonl").read_bytes().splitlines(keepends=True)
            (folder / kind / "cut").mkdir()
            for number in range(3):
                (folder / kind / "cut" / f"{number}.jsonl").write_bytes(b"".join(lines[number::3]))
    return folder


@pytest.fixture(scope="module")
def state(corpora: Path) -> Path:
    path = corpora / "hard.parquet"
    setting = setting_of(corpora)
    from onrecord.eval.scoring.rounds import Submitted

    submitted = Submitted.of_files([corpora / "hard" / "predictions.jsonl"], setting)
    with InProcess() as engine:
        found = score_parts(submitted, setting, Asked(), engine, lambda _: None)
        state_file.write_state(path, found, submitted.name, setting, engine.parts())
    return path


def setting_of(corpora: Path) -> Setting:
    return Setting((corpora / "hard" / "dataset").absolute(), "test", None, Limits())


def finished(path: Path, corpora: Path) -> bytes:
    """The record of a state.

    Raises:
        OnrecordError: It is refused.
    """
    setting = setting_of(corpora)
    with InProcess() as engine:
        found = score_parts(submitted_states([path], setting), setting, Asked(), engine, lambda _: None)
    assert found.report is not None
    return record_bytes(record_of(found.report))


def refusal(path: Path, corpora: Path) -> str:
    with pytest.raises(OnrecordError) as refused:
        finished(path, corpora)
    said = str(refused.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said


def record(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str | Path) -> str:
    code, out, err = run(capsys, "score", *arguments, "--gold", folder / "dataset", "--json")
    assert code == 0, err
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_and_states_of_shards_give_what_one_process_gives(
    corpora: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    folder = corpora / kind
    for name in ("predictions.jsonl", "predictions-2.jsonl"):
        expected = record(capsys, folder, folder / name)
        assert record(capsys, folder, folder / name, "--state", tmp_path / name) == expected
        assert record(capsys, folder, "--from-state", tmp_path / name) == expected
    for part in (folder / "cut").iterdir():
        found = run(capsys, "score", part, "--gold", folder / "dataset", "--state", tmp_path / f"{part.stem}.parquet")
        assert found[:2] == (0, "")
    assert record(capsys, folder, "--from-state", tmp_path) == record(capsys, folder, folder / "cut")


def test_a_file_that_hedges_every_stance_has_a_state(
    corpora: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, path = corpora / "copies", tmp_path / "p.jsonl"
    lines = [msgspec.json.decode(line) for line in (folder / "predictions.jsonl").read_bytes().splitlines()]
    said = set()
    for line in lines:
        for stance in list(line["stances"]):
            for label in scheme().labels_of(stance["target"]["kind"]):
                if label != stance["label"]:
                    line["stances"].append({**stance, "id": None, "label": label})
                said |= {f"{label}?"}
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    expected = record(capsys, folder, path, "--state", tmp_path / "whole.parquet")
    assert record(capsys, folder, path) == expected
    assert record(capsys, folder, "--from-state", tmp_path / "whole.parquet") == expected
    rows = pq.read_table(tmp_path / "whole.parquet", columns=["row", "label"]).to_pylist()
    assert said == {f"{label}?" for label in (*scheme().claim_labels, *scheme().stance_labels)}
    assert said <= {row["label"] for row in rows if row["row"] == "tuple"}


@pytest.mark.parametrize("end", [False, True])
def test_a_flipped_bit_is_refused_or_changes_nothing(corpora: Path, state: Path, tmp_path: Path, end: bool) -> None:
    """At the end of the file is what says where everything is."""
    expected, whole, path = finished(state, corpora), state.read_bytes(), tmp_path / "state.parquet"
    draw, refused = random.Random(int(end)), 0
    for _ in range(150):
        spoilt = bytearray(whole)
        spoilt[draw.randrange(len(whole) - 12_000 if end else 0, len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(spoilt)
        try:
            assert finished(path, corpora) == expected
        except OnrecordError as error:
            said = str(error)
            assert "\n" not in said
            assert said.startswith((f"{path} is damaged: ", f"{path} is no state: "))
            refused += 1
    assert refused > 20


def test_a_part_that_is_cut_off_or_exchanged_is_refused(corpora: Path, state: Path, tmp_path: Path) -> None:
    path = tmp_path / "state.parquet"
    for size in (0, 3, 1000, state.stat().st_size // 2, state.stat().st_size - 1):
        path.write_bytes(state.read_bytes()[:size])
        assert "is no state: onrecord score --state writes one" in refusal(path, corpora)
    header = header_of(state)
    write(path, header, b"other data")
    assert "is damaged: the data of part 1 is not what was written" in refusal(path, corpora)
    write(path, header, data_of(state), "0" * 64)
    assert "is damaged: its header is not what was written" in refusal(path, corpora)
    write(path, header, data_of(state), None)
    assert "is damaged: nothing says what its header was" in refusal(path, corpora)
    write(path, header, None)
    assert "is damaged: part 1 cannot be read: " in refusal(path, corpora)


def test_a_state_of_an_older_version_is_one_of_another_format(
    corpora: Path, capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    header, path = header_of(state), tmp_path / "old.parquet"
    header["format"] = "onrecord-state/1"
    for part in header["parts"]:
        del part["data"]
    write(path, header, data_of(state), None)
    assert "is a state of another format: onrecord-state/1, and not onrecord-state/2" in refusal(path, corpora)
    code, out, err = run(capsys, "score", "--from-state", path, "--gold", corpora / "hard" / "dataset")
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("submission", "x"),
        ("submission", "A" * 64),
        ("submission", f"{'0' * 64}\n"),
        ("parts", [{"name": "p", "sha256": "0" * 63, "data": "0" * 64, "documents": []}]),
        ("parts", [{"name": "p", "sha256": "0" * 64, "documents": []}]),
        ("parts", -1),
        ("name", None),
        ("policy", []),
    ],
)
def test_a_header_that_is_none_is_refused(corpora: Path, state: Path, tmp_path: Path, field: str, value: Any) -> None:
    path = tmp_path / "state.parquet"
    write(path, header_of(state) | {field: value}, data_of(state))
    assert "is no state that can be read: " in refusal(path, corpora)


def test_more_parts_than_there_are_are_refused(corpora: Path, state: Path, tmp_path: Path) -> None:
    path, header = tmp_path / "state.parquet", header_of(state)
    header["parts"] *= 1
    header["parts"].append({"name": "p", "sha256": "0" * 64, "data": "0" * 64, "documents": []})
    write(path, header, data_of(state))
    assert "is damaged: part 2 cannot be read: " in refusal(path, corpora)


def setting_at(name: str, place: int, value: int) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name].reshape(-1)[place] = value

    return change


def replaced(name: str, of: Callable[[Any], Any]) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = of(arrays[name])

    return change


def circle(arrays: Arrays) -> None:
    arrays["quotes.parent"][:2] = [1, 0]


RANGE = "has numbers out of their range"
HOSTILE: list[tuple[Callable[[Arrays], None], str]] = [
    (setting_at("mentions.document", -1, 30), f"mentions.document {RANGE}"),
    (setting_at("mentions.document", 0, -1), f"mentions.document {RANGE}"),
    (setting_at("events.document", 0, 5), "events.document is not ascending"),
    (setting_at("mentions.start", 3, -1), f"mentions.start {RANGE}"),
    (setting_at("mentions.end", 3, 2**31 - 1), f"mentions.end {RANGE}"),
    (setting_at("mentions.end", 3, 0), f"mentions.start {RANGE}"),
    (setting_at("mentions.type", 3, 7), f"mentions.type {RANGE}"),
    (setting_at("mentions.type", 3, -1), f"mentions.type {RANGE}"),
    (setting_at("mentions.kind", 3, 3), f"mentions.kind {RANGE}"),
    (setting_at("mentions.id", 3, 10_000), f"mentions.id {RANGE}"),
    (setting_at("mentions.id", 3, -2), f"mentions.id {RANGE}"),
    (setting_at("events.kind", 3, 4), f"events.kind {RANGE}"),
    (setting_at("events.type", 3, 1), f"events.type {RANGE}"),
    (setting_at("quotes.mode", 3, 2), f"quotes.mode {RANGE}"),
    (setting_at("quotes.slices", 3, 1), f"quotes.slices {RANGE}"),
    (setting_at("quotes.parent", 3, 10_000), f"quotes.parent {RANGE}"),
    (setting_at("quotes.parent", 0, 300), "quotes.parent leads to another document"),
    (setting_at("quotes.parent", 0, 0), "quotes.parent leads in a circle"),
    (circle, "quotes.parent leads in a circle"),
    (setting_at("quotes.source", 0, 10_000), f"quotes.source {RANGE}"),
    (setting_at("quotes.cue", 1, -1), f"quotes.cue {RANGE}"),
    (setting_at("quotes.content.first", 0, 1), "quotes.content.first does not lead through"),
    (setting_at("quotes.content.first", 5, 0), "quotes.content.first does not lead through"),
    (setting_at("quotes.content.first", -1, 2**62), "quotes.content.first does not lead through"),
    (setting_at("quotes.content.first", 1, 0), "quotes.content lacks values"),
    (setting_at("quotes.content.values", 1, 10_000), f"quotes.content.values {RANGE}"),
    (setting_at("quotes.letters.values", 0, 10_000), f"quotes.letters.values {RANGE}"),
    (setting_at("quotes.speaker.values", 0, -1), f"quotes.speaker.values {RANGE}"),
    (setting_at("quotes.relays.values", 0, 10_000), f"quotes.relays.values {RANGE}"),
    (setting_at("stances.kind", 0, 3), f"stances.kind {RANGE}"),
    (setting_at("stances.target", 0, 10_000), f"stances.target {RANGE}"),
    (setting_at("stances.holder", 0, -1), f"stances.holder {RANGE}"),
    (setting_at("stances.label", 0, 6), f"stances.label {RANGE}"),
    (setting_at("stances.basis", 0, 3), f"stances.basis {RANGE}"),
    (setting_at("stances.evidence.values", 0, -5), f"stances.evidence.values {RANGE}"),
    (replaced("mentions.start", lambda array: array.astype(float) * np.nan), "mentions.start is of float64"),
    (replaced("mentions.start", lambda array: array.astype("V4")), "mentions.start is of |V4"),
    (replaced("mentions.optional", lambda array: array.astype(np.int8)), "mentions.optional is no column"),
    (replaced("mentions.end", lambda array: array[:-1]), "mentions.end has the shape"),
    (replaced("mentions.document", lambda array: array.reshape(-1, 1)), "mentions.document has the shape"),
    (replaced("mentions.document", lambda array: array[0]), "mentions.document has the shape"),
    (replaced("quotes.pieces", lambda array: array[:-1]), "quotes.pieces has the shape"),
    (replaced("quotes.content.values", lambda array: array.reshape(-1)), "quotes.content"),
    (replaced("stances.evidence.first", lambda array: array[:-1]), "stances.evidence.first has the shape"),
    (lambda arrays: arrays.pop("stances.label"), "there is no array"),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_arrays_that_no_file_has_are_refused_with_a_right_hash(
    corpora: Path, state: Path, tmp_path: Path, number: int
) -> None:
    change, says = HOSTILE[number]
    head, columns = state_file._unpacked(data_of(state))
    arrays = {name: array.copy() for name, array in arrays_of(columns).items()}
    change(arrays)
    words = {name: getattr(columns.codes, name).words for name in WORDS}
    path = tmp_path / "state.parquet"
    write(path, header_of(state), packed(msgspec.json.encode(head), arrays, words))
    assert f"is no state that can be read: part 1: {says}" in refusal(path, corpora)


@pytest.mark.parametrize(
    ("field", "change", "says"),
    [
        ("digests", lambda digests: dict.fromkeys(digests, "AAAA"), "a digest is no SHA-256"),
        ("sha256", lambda _: "0" * 64, "it is another part than the header says"),
        ("digests", lambda digests: dict(list(digests.items())[1:]), "it is another part than the header says"),
        ("left_out", lambda _: {"PER": -1}, "a negative number of mentions"),
        ("left_out", lambda _: {"PER": 1.5}, "Expected `int`, got `float`"),
        ("unplaced", lambda _: {"nowhere": []}, "documents with items that are not in the text that there are not"),
        ("described", lambda said: said | {"sources": [["a", "b"]]}, "rows of the registry that there are not: b"),
        ("described", lambda said: said | {"claims": {"a": {"id": "b", "text": ""}}}, "a description is of another id"),
        ("ends", lambda ends: ends | {"layers": ["nothing"]}, "layers that there are not: nothing"),
        ("ends", lambda ends: ends | {"waiting": {}}, "the kinds of ids are others"),
    ],
)
def test_a_head_that_no_file_has_is_refused_with_a_right_hash(
    corpora: Path, state: Path, tmp_path: Path, field: str, change: Callable[[Any], Any], says: str
) -> None:
    head, columns = state_file._unpacked(data_of(state))
    changed = msgspec.json.decode(msgspec.json.encode(head))
    changed[field] = change(changed[field])
    words = {name: getattr(columns.codes, name).words for name in WORDS}
    path = tmp_path / "state.parquet"
    write(path, header_of(state), packed(msgspec.json.encode(changed), arrays_of(columns), words))
    assert f"is no state that can be read: part 1: {says}" in refusal(path, corpora)


@pytest.mark.parametrize(
    ("name", "added", "says"),
    [
        ("type", ["FOO"], "types of mentions that there are not: FOO"),
        ("kind", ["verb"], "kinds of mentions that there are not: verb"),
        ("type", ["PER"], "a word has two codes"),
        ("nothing", ["a"], "Vocabularies"),
    ],
)
def test_words_that_no_file_has_are_refused_with_a_right_hash(
    corpora: Path, state: Path, tmp_path: Path, name: str, added: list[str], says: str
) -> None:
    head, columns = state_file._unpacked(data_of(state))
    words = {name: list(getattr(columns.codes, name).words) for name in WORDS}
    words[name] = words.get(name, []) + added
    path = tmp_path / "state.parquet"
    write(path, header_of(state), packed(msgspec.json.encode(head), arrays_of(columns), words))
    assert says in refusal(path, corpora)


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff" * 8, bytes(8), b"\x02" + bytes(7) + b"{}", b"PK\x03\x04" + bytes(40)]
)
def test_data_that_is_none_is_refused_with_a_right_hash(
    corpora: Path, state: Path, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "state.parquet"
    write(path, header_of(state), data)
    assert "is no state that can be read: part 1: " in refusal(path, corpora)


@pytest.mark.parametrize(
    "described",
    [
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2), }",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (10000000000000000000000,), }",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1000000000000,), }",
        "-" * 9000 + "1",
        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (), }",
    ],
)
def test_an_array_that_is_none_is_refused_with_a_right_hash(
    corpora: Path, state: Path, tmp_path: Path, described: str
) -> None:
    head, columns = state_file._unpacked(data_of(state))
    words = {name: getattr(columns.codes, name).words for name in WORDS}
    data = packed(msgspec.json.encode(head), arrays_of(columns), words)
    first = data.index(b"\x93NUMPY", data.index(b"\x93NUMPY") + 1)
    header = f"{described}\n".encode()
    path = tmp_path / "state.parquet"
    hostile = data[:first] + b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64)
    write(path, header_of(state), hostile)
    assert "is no state that can be read: part 1: " in refusal(path, corpora)


def packed(head: bytes, arrays: Arrays, words: dict[str, list[str]]) -> bytes:
    """What a part holds, as a hostile hand writes it."""
    into = io.BytesIO()
    into.write(len(head).to_bytes(8, "little") + head)
    names = msgspec.json.encode({"arrays": list(arrays), "words": words})
    for array in (np.frombuffer(names, np.uint8), *arrays.values()):
        into.write(bytes(-into.tell() % 64))
        np.save(into, array, allow_pickle=False)
    return into.getvalue()


def header_of(state: Path) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(pq.read_metadata(state).metadata[b"onrecord"])
    return found


def data_of(state: Path) -> bytes:
    found: bytes = pq.ParquetFile(state).read_row_group(0, columns=["data"]).column("data")[0].as_py()
    return found


def write(path: Path, header: dict[str, Any], data: bytes | None, digest: str | None = "right") -> None:
    """A state with one part, whose hash is right where it has one, unless the data is other data."""
    if data is not None and data != b"other data" and digest == "right" and isinstance(header["parts"], list):
        first, *rest = header["parts"]
        header = header | {
            "parts": [first | ({"data": hashlib.sha256(data).hexdigest()} if "data" in first else {}), *rest]
        }
    raw = msgspec.json.encode(header)
    digest = hashlib.sha256(raw).hexdigest() if digest == "right" else digest
    schema = state_file._schema()
    with pq.ParquetWriter(path, schema) as writer:
        writer.write_table(state_file._table(schema, {"row": ["part"], "name": ["p"], "data": [data]}))
        writer.add_key_value_metadata({b"onrecord": raw} | ({} if digest is None else {b"onrecord-sha256": digest}))


def test_a_state_that_cannot_be_written_is_said_before_anything_is_scored(
    corpora: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scored(*_: object) -> None:
        raise AssertionError("it was scored")

    monkeypatch.setattr("onrecord.cli.scoring.submitted", scored)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    file.write_bytes(b"kept")
    (tmp_path / "around").symlink_to(tmp_path / "around")
    predictions, gold = corpora / "copies" / "predictions.jsonl", corpora / "copies" / "dataset"
    for state, says in (
        (tmp_path, f"{tmp_path}: is a folder, and no file"),
        (Path(), ".: is a folder, and no file"),
        (tmp_path / "none" / "a.parquet", f"{tmp_path / 'none'}: there is no such folder"),
        (file / "a.parquet", f"{file}: is a file, and no folder"),
        (tmp_path / "around", f"{tmp_path / 'around'}: is a link that leads in a circle"),
        (Path("/dev/null"), "/dev/null is no file, and what is written needs one"),
        (Path("-"), "- is no file, and what is written needs one"),
    ):
        code, out, err = run(capsys, "score", predictions, "--gold", gold, "--state", state)
        assert (code, out, err) == (2, "", f"{says}\n")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["around", "file"]


def test_what_a_link_leads_to_is_written(corpora: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.parquet"
    link.symlink_to(tmp_path / "there" / "state.parquet")
    folder = corpora / "copies"
    expected = record(capsys, folder, folder / "predictions.jsonl", "--state", link)
    assert link.is_symlink()
    shutil.move(tmp_path / "there" / "state.parquet", tmp_path / "state.parquet")
    assert record(capsys, folder, "--from-state", tmp_path / "state.parquet") == expected
