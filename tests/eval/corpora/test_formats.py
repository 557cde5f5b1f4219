"""Both sides of a corpus in the formats of other tools: the same text, the same tokens, hashes of what was read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from onrecord.dataset import FaultsError
from onrecord.eval.corpora.files import (
    cluster_report,
    read_cluster_corpora,
    read_span_corpora,
    score_span_paths,
    span_report,
)
from onrecord.eval.readers import ClusterFormat, SpanFormat


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def codes(error: pytest.ExceptionInfo[FaultsError]) -> list[tuple[str, int | None, str]]:
    return [(fault.code, fault.line, fault.found) for fault in error.value.faults]


def coref(*rows: str) -> bytes:
    return "\n".join(["#begin document (d); part 000", *rows, "#end document", ""]).encode()


E2E = {"doc_key": "d", "sentences": [["Ann", "saw", "her"]], "clusters": [[[0, 0], [2, 2]]]}


@pytest.mark.parametrize(
    ("format", "gold", "response", "found"),
    [
        ("conll-coref", coref("Ann (1)", "saw -", "her (1)"), coref("Oh -", "Ann (1)", "saw -", "her (1)"), "Oh"),
        ("conll-coref", coref("Ann's (1)", "dog -"), coref("Ann (1)", "'s -", "dog -"), "Ann"),
        ("conll-coref", coref("d 0 0 Ann (1)"), coref("d 0 0 Ann (1)", "d 0 1 saw -"), "saw"),
        ("e2e", E2E, E2E | {"sentences": [["Ann", "saw"], ["hers"]]}, "hers"),
        (
            "preco",
            {"id": "d", "sentences": [["Ann"]], "mention_clusters": []},
            {"id": "d", "sentences": [["An"]], "mention_clusters": []},
            "An",
        ),
        ("conllu", b"1\tAnn\t_\t_\t_\t_\t_\t_\t_\t_\n", b"1\tBo\t_\t_\t_\t_\t_\t_\t_\t_\n", "Bo"),
    ],
)
def test_clusters_of_other_tokens(
    tmp_path: Path, format: ClusterFormat, gold: object, response: object, found: str
) -> None:
    paths = written(tmp_path, "gold", gold), written(tmp_path, "response", response)
    with pytest.raises(FaultsError) as error:
        read_cluster_corpora(*paths, format)
    assert [(fault.code, fault.found.rsplit(": ", 1)[1]) for fault in error.value.faults] == [("token", found)]
    assert len(read_cluster_corpora(*paths, format, other_tokens=True).differences) == 1
    assert read_cluster_corpora(paths[0], paths[0], format).differences == []


def test_predicted_clusters_of_e2e_are_those_of_the_response(tmp_path: Path) -> None:
    path = written(tmp_path, "both", E2E | {"predicted_clusters": [[[0, 0], [1, 1]]]})
    corpora = read_cluster_corpora(path, path, "e2e")
    assert [each.end for each in corpora.gold[0].mentions] == [1, 3]
    assert [each.end for each in corpora.predicted[0].mentions] == [1, 2]
    assert cluster_report(corpora, None).scores["muc"].f1 == 0.0


def test_spans_of_another_text(tmp_path: Path) -> None:
    gold = written(tmp_path, "gold", {"text": "Ann met", "ents": [{"start": 0, "end": 3, "label": "PER"}]})
    other = written(tmp_path, "other", {"text": "Ann sat", "ents": []})
    with pytest.raises(FaultsError) as error:
        read_span_corpora(gold, other, "spacy")
    assert codes(error) == [("text", 1, "character 4 of document 1: sat")]
    assert span_report(read_span_corpora(gold, gold, "spacy"), how=None).scores["strict"].f1 == 1.0


@pytest.mark.parametrize("format", ["prodigy", "doccano"])
def test_what_was_passed_over_is_in_the_report(tmp_path: Path, format: SpanFormat) -> None:
    value = {"text": "Ann", "label": [], "spans": [], "note": 1}
    path = written(tmp_path, "gold", value)
    report = span_report(read_span_corpora(path, path, format), how=None)
    assert report.passed_over == {"field 'note'": 2, ("field 'label'" if format == "prodigy" else "field 'spans'"): 2}


def test_the_hash_of_brat_is_of_what_was_read(tmp_path: Path) -> None:
    line = b"T1\tX 0 1\ta\n"
    one = written(tmp_path, "gold/a.ann", line)
    written(tmp_path, "predicted/sub/a.ann", line)
    nothing = hashlib.sha256().hexdigest()
    with_file = read_span_corpora(tmp_path / "gold", one, "brat")
    assert with_file.predictions_sha256 == hashlib.sha256(line).hexdigest()
    with_folder = read_span_corpora(one, tmp_path / "gold", "brat")
    assert with_folder.gold_sha256 == hashlib.sha256(line).hexdigest()
    assert with_folder.predictions_sha256 == with_file.gold_sha256 != nothing
    with pytest.raises(FaultsError) as error:
        read_span_corpora(tmp_path / "gold", tmp_path / "predicted", "brat")
    assert codes(error) == [("document", None, "sub/a")]


def spans(doc_id: str, **more: object) -> bytes:
    return json.dumps({"doc_id": doc_id, "spans": [{"start": 0, "end": 3, "type": "PER"} | more]}).encode() + b"\n"


def test_fields_of_anyones_own_in_json_lines(tmp_path: Path) -> None:
    gold = written(tmp_path, "gold", b"".join(spans(f"d{n}") for n in range(40)))
    lines = [spans(f"d{n}", text="Ann", score=0.5, x_why={"type": "T"}) for n in range(39, -1, -1)]
    report = score_span_paths(gold, written(tmp_path, "predicted", b"".join(lines)), how=None)
    assert report.scores["strict"].f1 == 1.0
    assert report.passed_over == {"field 'text'": 40, "field 'score'": 40, "field 'x_why'": 40}
    whole = read_span_corpora(gold, tmp_path / "predicted", "jsonl")
    assert whole.passed_over == report.passed_over
    labelled = b"".join(line.replace(b'"type": "PER"', b'"label": "PER"') for line in lines)
    assert score_span_paths(gold, written(tmp_path, "labelled", labelled), how=None).scores["strict"].f1 == 1.0


@pytest.mark.parametrize("field", ["kinds", "Optional", "fragment", "alternative", "typ"])
def test_a_field_that_is_misspelt_is_a_fault(tmp_path: Path, field: str) -> None:
    gold = written(tmp_path, "gold", spans("d"))
    with pytest.raises(FaultsError) as error:
        score_span_paths(gold, written(tmp_path, "predicted", spans("d", **{field: "x"})), how=None)
    assert [(fault.code, fault.pointer) for fault in error.value.faults] == [("unknown-field", f"/spans/0/{field}")]


def test_a_repeated_key_beside_a_stray_field_is_a_fault(tmp_path: Path) -> None:
    gold = written(tmp_path, "gold", spans("d"))
    raw = b'{"doc_id": "d", "text": "a", "spans": [{"start": 0, "start": 1, "end": 3, "type": "PER"}]}\n'
    with pytest.raises(FaultsError) as error:
        score_span_paths(gold, written(tmp_path, "predicted", raw), how=None)
    assert [fault.code for fault in error.value.faults] == ["repeated-key"]


def test_fields_of_anyones_own_in_clusters(tmp_path: Path) -> None:
    value = {"doc_id": "d", "text": "x", "mentions": [{"start": 0, "end": 1, "cluster": "c", "head": 3}]}
    corpora = read_cluster_corpora(written(tmp_path, "a", value), tmp_path / "a", "jsonl")
    assert corpora.passed_over == {"field 'text'": 2, "field 'head'": 2}
    ours = {"doc_id": "d", "text_sha256": "", "x_run": 1, "mentions": []}
    assert read_cluster_corpora(written(tmp_path, "b", ours), tmp_path / "b", "ours").passed_over == {
        "field 'x_run'": 2
    }
