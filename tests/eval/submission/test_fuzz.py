"""Bytes from a stranger: whatever they are, a score or faults with lines; never a traceback, a hang or a flood."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cost.forked import MOST_MEMORY, SLOWEST
from tests.cost.mutants import VALUES, mutated_bytes, mutated_lines, mutated_values
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.eval import read_submission, score_submission
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.unpacking import opened
from onrecord.eval.submission.validation import validate

LIMITS = Limits(max_bytes=2**22, max_line_bytes=2**20, max_lines=1000)


def mutated_archives(raw: bytes, randomly: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.jsonl", raw)
    packed = randomly.choice([gzip.compress(raw, mtime=0), buffer.getvalue()])
    head, tail = packed[:60], packed[60:]
    return (
        mutated_bytes(head, randomly) + tail
        if randomly.random() < 0.5
        else head[:4] + mutated_bytes(packed[4:], randomly)
    )


@pytest.fixture(scope="module")
def small(root: Path) -> bytes:
    """The baseline's predictions, a few items of each layer, so that ten thousand are soon checked."""
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]
    for line in lines:
        for layer in ("mentions", "quotes", "stances", "events"):
            line[layer] = line[layer][:6]
        kept = {mention.get("entity") for mention in line["mentions"]}
        line["quotes"] = [{**quote, "speaker": ["unknown"], "relays": [], "parent": None} for quote in line["quotes"]]
        line["stances"] = [s for s in line["stances"] if {s["holder"], s["target"]["id"]} <= kept]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture(scope="module")
def expected(gold: Gold) -> Expected:
    return Expected.of([article.document for article in gold.articles], gold.registries)


def faults_of(content: bytes, expected: Expected) -> Iterator[Fault]:
    """What is found in some bytes, however they are packed; within the time that it may take."""
    begun = time.perf_counter()
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            with opened(Path(file.name), LIMITS) as pieces:
                found = validate("mutant", pieces, expected, LIMITS)
        except FaultsError as error:
            yield from error.faults
        else:
            yield from found.findings.faults
    assert time.perf_counter() - begun < SLOWEST


@pytest.mark.parametrize("mutated", [mutated_bytes, mutated_values, mutated_lines, mutated_archives])
@pytest.mark.parametrize("chunk", [0, *(pytest.param(later, marks=pytest.mark.long) for later in range(1, 5))])
def test_ten_thousand_mutants_are_scored_or_refused_with_a_line(
    gold: Gold, small: bytes, expected: Expected, mutated: Callable[[bytes, random.Random], bytes], chunk: int
) -> None:
    documents = [article.document for article in gold.articles]
    assert list(faults_of(small, expected)) == []
    refused, taken = 0, 0
    for seed in range(500 * chunk, 500 * chunk + examples(500)):
        mutant = mutated(small, random.Random(seed))
        faults = list(faults_of(mutant, expected))
        refused += bool(faults)
        for fault in faults:
            assert fault.found, seed
            assert fault.expected, seed
            assert fault.line or fault.code.startswith(("archive", "file")), (seed, fault)
        if not faults and mutated is not mutated_archives and taken < 5:
            taken += 1
            submission = read_submission("mutant", mutant, documents, gold.registries)
            result = score_submission(gold.articles, gold.registries, submission, "all")
            values = [score.value for each in result.layers for score in each.scores.values()]
            assert all(value is None or 0 <= value <= 1 for value in values), seed
    assert refused > 0.4 * examples(500)


json_keys = st.text(max_size=4) | st.sampled_from(["mentions", "id"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(VALUES[:8]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(json_keys, inner, max_size=4),
    max_leaves=12,
)
json_lines = st.lists(json_values.map(lambda value: json.dumps(value).encode()), max_size=4).map(b"\n".join)


@settings(max_examples=examples(500), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200) | st.lists(json_values.map(lambda v: json.dumps(v).encode()), max_size=4).map(b"\n".join)
)
def test_any_bytes_at_all_have_an_answer(expected: Expected, content: bytes) -> None:
    assert all(fault.line or fault.code.startswith(("archive", "file")) for fault in faults_of(content, expected))


DANGLING: bytes = b'{"holder":"nobody-%d","target":{"kind":"entity","id":"no"},"label":"favor"}'

FLOODS: dict[str, Callable[[bytes], bytes]] = {
    "brackets": lambda line: b"[" * 7_000_000,
    "closed brackets": lambda line: b"[" + b"[]," * 2_300_000 + b"[]]",
    "a deep array": lambda line: b"[" * 3_500_000 + b"]" * 3_500_000,
    "numbers": lambda line: b'{"mentions":[' + b"0," * 3_500_000 + b"0]}",
    "mentions": lambda line: line.replace(
        b'"mentions":[', b'"mentions":[' + b'{"start":0,"end":1,"text":"P","type":"PER"},' * 180_000, 1
    ),
    "wrong surfaces": lambda line: line.replace(
        b'"mentions":[', b'"mentions":[' + b'{"start":0,"end":1,"text":"#","type":"PER"},' * 1900, 1
    ),
    "dangling references": lambda line: line.replace(
        b'"stances":[', b'"stances":[' + b",".join(DANGLING % n for n in range(1900)) + b",", 1
    ),
    "keys": lambda line: b"{" + b",".join(b'"k%d":0' % n for n in range(400_000)) + b"}",
    "the same key": lambda line: b'{"a":0' + b',"a":0' * 400_000 + b"}",
    "a long number": lambda line: b'{"a":' + b"9" * 7_000_000 + b"}",
    "a long string": lambda line: b'{"doc_id":"' + b"a" * 8_000_000 + b'"}',
    "escapes": lambda line: b'{"doc_id":"' + b"\\u0000" * 1_300_000 + b'"}',
    "a long line": lambda line: b"a" * 30_000_000,
    "many lines": lambda line: b"{}\n" * 2_000_000,
    "many blank lines": lambda line: b"\n" * 20_000_000,
    "many wrong lines": lambda line: (line[:2000] + b"\n") * 20_000,
    "zeros packed": lambda line: gzip.compress(b"\x00" * 10**8),
    "spaces packed": lambda line: gzip.compress(b" " * 10**8),
    "many empty gzip files": lambda line: gzip.compress(b"") * 200_000,
}

WATCHED = """
import sys
from onrecord.cli import main
peak = sys.argv.pop(1)
try:
    main()
finally:  # what the kernel says of a child would include its parent's memory, which it was forked from
    lines = [line.split() for line in open("/proc/self/status")]
    open(peak, "w").write(next(line[1] for line in lines if line[0] == "VmHWM:"))
"""
"""The command, which writes down the kilobytes that it took at most."""


@pytest.mark.long
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_answered_in_time_and_in_little_memory(root: Path, tmp_path: Path, name: str) -> None:
    first = (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()[0]
    (tmp_path / "p.jsonl").write_bytes(FLOODS[name](first))
    command = [sys.executable, "-c", WATCHED, str(tmp_path / "peak"), "validate", str(tmp_path / "p.jsonl")]
    begun = time.perf_counter()
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=root, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    answer = (tmp_path / "said").read_text("utf-8", "replace")
    assert process.returncode == 2, answer[-2000:]
    assert "Traceback" not in answer
    assert "fault" in answer
    assert int((tmp_path / "peak").read_text()) / 1024 < MOST_MEMORY
    # a busy machine may be slow to give a processor; what was used of one says how long it would take
    assert min(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime) < SLOWEST
