"""The commands that measure: spans, clusters, compare, signature, and what score can be asked for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.cli.test_cli import run

GOLD = (
    b'{"doc_id":"a","spans":[{"start":0,"end":5,"type":"PER"},{"start":9,"end":12,"type":"ORG"}]}\n'
    b'{"doc_id":"b","spans":[{"start":3,"end":4,"type":"LOC"}]}\n'
)
PREDICTED = b'{"doc_id":"a","spans":[{"start":0,"end":5,"type":"PER"},{"start":9,"end":14,"type":"ORG"}]}\n'


@pytest.mark.long
def test_spans_of_two_files(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(GOLD)
    (tmp_path / "predicted.jsonl.gz").write_bytes(gzip.compress(PREDICTED))
    files = ("spans", tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl.gz")
    done = run(*files, "--types", "--errors", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert "PARTIAL: no predictions for b" in out
    strict = next(line for line in out.splitlines() if line.startswith("strict"))
    assert strict.split()[-2:] == ["1/3", "1/2"]
    assert "LOC → (missed)" in out
    assert "onrecord|task:spans|docs:2|" in out
    one = run(*files, "--json", cwd=tmp_path).stdout
    assert one == run(*files, "--json", "--jobs", "2", cwd=tmp_path).stdout
    piped = run("spans", "-", tmp_path / "predicted.jsonl.gz", "--json", cwd=tmp_path, stdin=GOLD).stdout
    assert piped == one
    value = json.loads(one)
    assert value["errors"]["boundary"] == 1
    assert value["measures"]["strict"]["counts"]["gold"] == 3


def test_a_file_that_unpacks_to_far_too_much_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(GOLD)
    (tmp_path / "predicted.jsonl").write_bytes(gzip.compress(PREDICTED + b" " * 2**22))
    done = run("spans", "gold.jsonl", "predicted.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    said = done.stderr.decode().splitlines()
    assert (said[0], said[-1]) == ("predicted.jsonl: [archive-ratio]", "1 fault; nothing was written")


def test_spans_of_broken_files_say_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(GOLD.replace(b'"end":12', b'"end":9'))
    (tmp_path / "predicted.jsonl").write_bytes(PREDICTED + b"{\n" + PREDICTED)
    done = run("spans", "gold.jsonl", "predicted.jsonl", "-o", "result.json", cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "gold.jsonl:1 /spans/1" in said
    assert "predicted.jsonl:2" in said
    assert "predicted.jsonl:3 /doc_id: [repeated-document]" in said
    assert not (tmp_path / "result.json").exists()


COLUMNS = b"-DOCSTART- O O\n\nThe B-A B-A\ncat I-A I-A\nsat O B-B\n\nA B-B O\n"


def test_columns_and_the_numbers_of_conlleval(tmp_path: Path) -> None:
    (tmp_path / "both.txt").write_bytes(COLUMNS)
    ours = json.loads(run("spans", "both.txt", "--format", "conll", "--json", cwd=tmp_path).stdout)
    assert ours["measures"]["strict"]["f1"] == 0.5
    done = run("spans", "both.txt", "--format", "conll", "--compat", "conlleval", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"processed 5 tokens with 2 phrases; found: 2 phrases; correct: 1." in done.stdout  # -DOCSTART- is one
    assert b"differ" in done.stderr
    nervaluate = run("spans", "both.txt", "--format", "conll", "--compat", "nervaluate", "--json", cwd=tmp_path)
    rows = json.loads(nervaluate.stdout)["rows"]
    assert {row["measure"] for row in rows} == {"ent_type", "partial", "strict", "exact"}
    wrong = run("spans", "both.txt", "--format", "conll", "--compat", "coval", cwd=tmp_path)
    assert wrong.returncode == 2
    assert b"nervaluate" in wrong.stderr


@pytest.mark.parametrize(
    ("rows", "mode"), [(b"a B-X E-X\n", "seqeval-strict:IOB2"), (b"a O S-X\n", "seqeval-strict:IOE1")]
)
def test_tags_that_a_tool_refuses_are_no_crash(rows: bytes, mode: str, tmp_path: Path) -> None:
    (tmp_path / "both.txt").write_bytes(rows)
    done = run("spans", "both.txt", "--format", "conll", "--compat", mode, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{mode} refuses these files: no tag of this scheme".encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_reference_scorer_reads_openings_first(tmp_path: Path) -> None:
    for name, cells in (("key", ("(0", "0)|(0", "0)")), ("response", ("(0", "(0|0)", "0)"))):
        lines = "\n".join(f"d\t0\tw{n}\t{cell}" for n, cell in enumerate(cells))
        (tmp_path / name).write_text(f"#begin document (d); part 000\n{lines}\n\n#end document\n")
    done = run(
        "clusters", "key", "response", "--format", "conll-coref", "--compat", "perl-8.01-all", "--json", cwd=tmp_path
    )
    assert {row["f1"] for row in json.loads(done.stdout)["rows"] if row["measure"] in ("muc", "bcub", "ceafe")} == {1}


def test_corefud_reads_heads_from_conllu_alone(tmp_path: Path) -> None:
    for side, cells in (("key", ("(a-x-2-", "a)", "(a-x-1-)")), ("response", ("", "(a-x-1-)", "(a-x-1-)"))):
        rows = [f"{n}\tw{n}" + "\t_" * 7 + f"\tEntity={cell}" for n, cell in enumerate(cells, start=1)]
        (tmp_path / side).write_text("\n".join(["# newdoc id = d", *rows, "", ""]))
    sides = "clusters", "key", "response", "--compat"
    headed, exact = (
        run(*sides, mode, "--format", "conllu", cwd=tmp_path).stdout for mode in ("corefud", "corefud-exact-match")
    )
    assert headed.endswith(b"CoNLL score: 100.00\n")
    assert exact.endswith(b"CoNLL score: 25.00\n")
    other = run(*sides, "corefud", "--format", "conll-coref", cwd=tmp_path)
    assert other.returncode == 2
    assert b"--format conllu" in other.stderr
    (tmp_path / "response").write_text((tmp_path / "key").read_text().replace("w2", "w3"))
    words = run(*sides, "corefud", "--format", "conllu", cwd=tmp_path)
    assert (words.returncode, words.stdout) == (2, b"")
    (tmp_path / "response").write_text((tmp_path / "key").read_text().replace("a-x-2", "a-x-5"))
    head = run(*sides, "corefud", "--format", "conllu", cwd=tmp_path)
    assert head.returncode == 2
    assert b"corefud refuses these files: a mention of a has 2 words and the head 5" in head.stderr


def test_spans_in_brat(tmp_path: Path) -> None:
    for side, end in (("gold", 5), ("predicted", 4)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "d.ann").write_text(f"T1\tPER 0 {end}\t{'Putin'[:end]}\n")
    value = json.loads(run("spans", "gold", "predicted", "--format", "brat", "--json", cwd=tmp_path).stdout)
    assert value["errors"]["boundary"] == 1


def test_a_tagger_of_another_scheme_as_it_is(root: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]
    for line in lines:
        for mention in line["mentions"]:
            mention["type"] = {"PER": "PERSON", "GRP": "DATE"}.get(mention["type"], mention["type"])
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    plain = run("score", "-", cwd=root, stdin=raw)
    assert plain.returncode == 2
    mapped = run("score", "-", "--labels", "ontonotes", "--json", cwd=root, stdin=raw)
    assert mapped.returncode == 0, mapped.stderr
    value = json.loads(mapped.stdout)
    assert "|labels:ontonotes|" in value["signature"]
    assert value["layers"]["entities"]["measures"]["strict"]["f1"] > 0.8


CLUSTERS = (
    b'{"doc_id":"a","mentions":[{"start":0,"end":2,"cluster":"x"},{"start":4,"end":5,"cluster":"x"}]}\n'
    b'{"doc_id":"b","mentions":[{"start":0,"end":2,"cluster":"x"}]}\n'
)


def test_clusters(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(CLUSTERS)
    (tmp_path / "predicted.jsonl").write_bytes(CLUSTERS.replace(b'"x"', b'"y"', 2))
    done = run("clusters", "gold.jsonl", "predicted.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.decode().splitlines() if line}
    assert rows["muc"][-2:] == ["1/2", "1/1"]
    assert rows["lea[within]"][1] == "100.0"
    coval = run("clusters", "gold.jsonl", "predicted.jsonl", "--compat", "coval", cwd=tmp_path)
    assert b"CoNLL score" in coval.stdout
    (tmp_path / "twice.jsonl").write_bytes(CLUSTERS.replace(b'"start":4,"end":5', b'"start":0,"end":2'))
    refused = run("clusters", "gold.jsonl", "twice.jsonl", cwd=tmp_path)
    assert refused.returncode == 2
    assert b"(0, 2" in refused.stderr


@pytest.mark.long
def test_compare_says_what_changed(root: Path, tmp_path: Path) -> None:
    lines = (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()
    value = json.loads(lines[0])
    removed = next(mention for mention in value["mentions"] if mention["kind"] == "name")
    value["mentions"].remove(removed)
    (tmp_path / "worse.jsonl").write_bytes(b"\n".join([json.dumps(value).encode(), *lines[1:]]))
    files = ("compare", "eval/baselines/rules.jsonl", tmp_path / "worse.jsonl", "--split", "all")
    done = run(*files, "--items", cwd=root)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert "worse.jsonl minus rules.jsonl" in out
    assert f"regressed: {removed['text']}" in out
    value = json.loads(run(*files, "--json", cwd=root).stdout)
    (contrast,) = value["contrasts"]
    assert contrast["measures"]["entities:strict"]["difference"] < 0
    assert run("compare", "eval/baselines/rules.jsonl", cwd=root).returncode == 2


def test_a_signature_is_read_back_and_explained(root: Path) -> None:
    line = run("score", "eval/baselines/rules.jsonl", cwd=root).stdout.decode().splitlines()[-1]
    fields = json.loads(run("signature", "parse", line, cwd=root).stdout)
    assert fields["docs"] == "3"
    explained = run("signature", "explain", "-", cwd=root, stdin=line.encode()).stdout.decode()
    assert "number of documents scored" in explained
    wrong = run("signature", "parse", "onrecord|docs:x|foo:1", cwd=root)
    assert wrong.returncode == 2
    assert b"'docs' cannot be 'x'; 'foo' is not a field" in wrong.stderr


def test_no_number_is_cut_off_in_a_narrow_terminal(root: Path) -> None:
    out = run("score", "eval/baselines/rules.jsonl", "--details", cwd=root, columns=40).stdout.decode()
    assert "…" not in out
    assert "entities:strict[PER]" in out
    assert "stances:tuple[corpus]" in out


def test_formats_that_are_read_whole_tell_the_faults_of_both_files(tmp_path: Path) -> None:
    (tmp_path / "gold.txt").write_bytes(b"The X-A\n\n")
    (tmp_path / "predicted.txt").write_bytes(b"The Y-B\n\n")
    (tmp_path / "gold.jsonl").write_bytes(b"{\n")
    (tmp_path / "predicted.jsonl").write_bytes(b"[]\n")
    for words in (
        ("spans", "gold.txt", "predicted.txt", "--format", "conll"),
        ("clusters", "gold.jsonl", "predicted.jsonl"),
    ):
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert b"gold." in done.stderr
        assert b"predicted." in done.stderr
