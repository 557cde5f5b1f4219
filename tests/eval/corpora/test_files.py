"""Files of corpora, whatever they come in: told by their content, within limits."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from unittest import mock

import pytest

from onrecord.dataset import FaultsError
from onrecord.eval.corpora.files import read_cluster_corpora, read_span_corpora, score_span_paths
from onrecord.eval.readers import read_spans
from onrecord.eval.submission.unpacking import opened_corpus

LINE = b'{"doc_id": "a", "spans": [{"start": 0, "end": 5, "type": "PER"}]}\n'
CONLL = b"Ann B-PER\nsays O\n\n"
BOMB = gzip.compress(LINE + b"\n" * 2**22)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


PACKED = {
    "gold": gzip.compress(LINE),
    "gold.jsonl.gz": LINE,
    "gold.jsonl": zipped(gold__jsonl=LINE),
    "gold.gz": zipped(anything=LINE),
    "two.gz": gzip.compress(LINE[:20]) + gzip.compress(LINE[20:]),
}


@pytest.mark.parametrize("name", PACKED)
def test_the_content_tells_what_a_file_is_packed_in(tmp_path: Path, name: str) -> None:
    plain, packed = written(tmp_path, "plain", LINE), written(tmp_path, name, PACKED[name])
    found, expected = (score_span_paths(plain, path, how=None) for path in (packed, plain))
    assert found.as_json() == expected.as_json()
    assert found.predictions_sha256 == found.gold_sha256
    assert read_spans(packed, None, "jsonl") == read_spans(plain, None, "jsonl")


def test_lines_of_a_packed_file_come_whole(tmp_path: Path) -> None:
    lines = [os.urandom(number % 70_000).hex().encode() + b"\n" for number in range(0, 200_000, 7_001)]
    for number, content in enumerate((b"".join(lines), gzip.compress(b"".join(lines)), zipped(a=b"".join(lines)))):
        with opened_corpus(written(tmp_path, str(number), content)) as stream:
            assert stream.readlines(100_000) + list(stream) == lines
        with opened_corpus(tmp_path / str(number)) as stream:
            assert stream.readline() + stream.read() == b"".join(lines)


def test_other_formats_may_be_packed_too(tmp_path: Path) -> None:
    plain = written(tmp_path, "plain", CONLL)
    packed = written(tmp_path, "packed", zipped(a__conll=CONLL))
    corpora = read_span_corpora(plain, packed, "conll")
    assert corpora.gold_sha256 == corpora.predictions_sha256
    assert [each.spans for each in corpora.gold] == [each.spans for each in corpora.predicted]


REFUSED = {
    "archive-ratio": BOMB,
    "archive": gzip.compress(LINE)[:-9],
    "archive-members": zipped(a__jsonl=LINE, b__jsonl=LINE),
    "archive-path": zipped(**{"../a": LINE}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_unpacked_is_one_fault(tmp_path: Path, code: str) -> None:
    plain, packed = written(tmp_path, "plain", LINE), written(tmp_path, "packed", REFUSED[code])
    for read in (
        lambda: score_span_paths(plain, packed, how=None),
        lambda: score_span_paths(packed, plain, how=None, jobs=2),
        lambda: read_span_corpora(plain, packed, "conll"),
        lambda: read_cluster_corpora(packed, plain, "jsonl"),
        lambda: read_spans(packed, None, "jsonl"),
    ):
        with pytest.raises(FaultsError) as error:
            read()
        (fault,) = error.value.faults
        assert (fault.code, fault.file) == (code, str(packed))
        assert "--max" not in fault.expected  # these commands have no such option


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    plain, pipe = written(tmp_path, "plain", LINE), tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(FaultsError) as error:
            score_span_paths(plain, path)
        assert [fault.code for fault in error.value.faults] == ["file"]


def test_the_files_of_a_brat_folder_are_opened_in_the_same_way(tmp_path: Path) -> None:
    written(tmp_path, "a.ann", BOMB)
    os.mkfifo(tmp_path / "b.ann")
    with pytest.raises(FaultsError) as error:
        read_spans(tmp_path, None, "brat")
    assert [fault.code for fault in error.value.faults] == ["archive-ratio", "file"]


def test_the_hash_of_a_brat_folder_is_of_names_and_content(tmp_path: Path) -> None:
    content = b"T1\tPER 0 3\tAnn\n"
    written(tmp_path, "a.ann", content)
    corpora = read_span_corpora(tmp_path, tmp_path, "brat")
    assert corpora.gold_sha256 == hashlib.sha256(b"a.ann\n%d\n" % len(content) + content).hexdigest()


def test_standard_input_may_be_packed(tmp_path: Path) -> None:
    plain = written(tmp_path, "plain", LINE)
    expected = score_span_paths(plain, plain, how=None).as_json()
    for content in (LINE, gzip.compress(LINE), zipped(a=LINE)):
        with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(content))):
            assert score_span_paths(plain, Path("-"), how=None).as_json() == expected


def test_what_a_shell_puts_for_a_command_is_read(tmp_path: Path) -> None:
    plain = written(tmp_path, "plain", LINE)
    packed = written(tmp_path, "packed", gzip.compress(LINE))
    program = "import sys; from onrecord.cli import main; sys.argv = ['onrecord', *sys.argv[1:]]; main()"
    words = f'{sys.executable} -c "{program}" spans <(cat {packed}) {plain} --json'
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["measures"]["strict"]["f1"] == 1
