"""``onrecord convert``, and the formats that the three commands offer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from tests.cli.test_cli import run

from onrecord.cli.clusters import ClusterFormat
from onrecord.cli.convert import AnyFormat
from onrecord.cli.formats import Scheme
from onrecord.cli.spans import SpanFormat
from onrecord.dataset import Gold, read_folder
from onrecord.eval.readers import formats, read_spans
from onrecord.eval.readers.tags import SCHEMES


def test_every_format_is_offered() -> None:
    assert [each.value for each in SpanFormat] == list(get_args(formats.SpanFormat))
    assert [each.value for each in ClusterFormat] == list(get_args(formats.ClusterFormat))
    known = {*get_args(formats.SpanFormat), *get_args(formats.ClusterFormat)}
    assert {each.value for each in AnyFormat} == known - {"ours"} | {"onrecord-0.2"}
    assert tuple(each.value for each in Scheme) == SCHEMES


@pytest.fixture(scope="module")
def docs(five: Gold) -> list[Doc]:
    """The texts of the dataset, labelled by spaCy."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler: Any = nlp.add_pipe("entity_ruler")
    patterns = [("PERSON", "Putin"), ("PERSON", "Lukashenko"), ("GPE", "Minsk"), ("DATE", "Monday")]
    ruler.add_patterns([{"label": label, "pattern": pattern} for label, pattern in patterns])
    return [nlp(article.document.text) for article in five.articles]


def found(docs: list[Doc]) -> list[list[tuple[int, int, str]]]:
    return [[(each.start_char, each.end_char, each.label_) for each in doc.ents] for doc in docs]


def test_what_spacy_writes_is_read(tmp_path: Path, docs: list[Doc]) -> None:
    lines = "".join(json.dumps(doc.to_json()) + "\n" for doc in docs)
    docs[0].spans["sc"] = [docs[0][0:2]]
    DocBin(docs=docs).to_disk(tmp_path / "docs.spacy")
    for read in (read_spans("f", lines.encode(), "spacy"), read_spans(tmp_path / "docs.spacy", None, "docbin")):
        assert [[(each.start, each.end, each.type) for each in one.spans] for one in read] == found(docs)
    passed = formats.read_documents(tmp_path / "docs.spacy", None, "docbin").passed_over
    assert passed == {"spans of the group 'sc'": 1}


@pytest.mark.long
def test_every_way_from_spacy_gives_the_same_lines(tmp_path: Path, five_folder: Path, docs: list[Doc]) -> None:
    DocBin(docs=docs).to_disk(tmp_path / "docbin")
    (tmp_path / "spacy").write_text(json.dumps([doc.to_json() for doc in docs], indent=1), "utf-8")
    entities = [
        [{"start": a, "end": b, "text": doc.text[a:b], "label": label} for a, b, label in each]
        for doc, each in zip(docs, found(docs), strict=True)
    ]
    (tmp_path / "gliner").write_text(json.dumps(entities), "utf-8")
    tagged, rows = "", ""
    for doc in docs:
        tagged += "-DOCSTART- O\n\n"
        for sentence in doc.sents:
            tokens = [each for each in sentence if not each.is_space]
            tags = [f"{each.ent_iob_}-{each.ent_type_}" if each.ent_type_ else "O" for each in tokens]
            tagged += "".join(f"{each.text}\t{tag}\n" for each, tag in zip(tokens, tags, strict=True)) + "\n"
            rows += json.dumps({"tokens": [each.text for each in tokens], "ner_tags": tags}) + "\n"
    (tmp_path / "conll").write_text(tagged, "utf-8")
    (tmp_path / "hf-tokens").write_text(rows, "utf-8")
    made = {}
    for format in ("docbin", "spacy", "gliner", "conll", "hf-tokens"):
        options = ("--from", format, "--labels", "ontonotes", "--gold", five_folder)
        done = run("convert", tmp_path / format, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "spans of the type 'DATE'" in done.stderr.decode()
        made[format] = done.stdout
    assert len({*made.values()}) == 1
    (tmp_path / "lines.jsonl").write_bytes(made["spacy"])
    checked = run("validate", "lines.jsonl", "--gold", five_folder, "--split", "all", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    mentions = [
        [(each["start"], each["end"]) for each in json.loads(line)["mentions"]] for line in made["spacy"].splitlines()
    ]
    assert mentions == [[(a, b) for a, b, label in each if label != "DATE"] for each in found(docs)]


def test_another_file_is_refused_and_nothing_written(tmp_path: Path, root: Path) -> None:
    (tmp_path / "x").write_bytes(b'{"text": "Ann", "label": [[0, 3, "PER"]], "id": 1}\n')
    options = ("--gold", root / "dataset", "-o", tmp_path / "out.jsonl")
    done = run("convert", "x", "--from", "brat", *options, cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "what seems to be an export of doccano" in said
    assert "give it as doccano" in said
    done = run("convert", "x", "--from", "doccano", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert "x:1: [document]" in done.stderr.decode()
    assert not (tmp_path / "out.jsonl").exists()


def test_columns_as_others_write_them(tmp_path: Path) -> None:
    """Comments, a number before the token, and the letter at the end: what MultiCoNER and UNER have."""
    rows = "# id 1\tdomain=en\n1\tAnn\tPER-B\n2\tLee\tPER-I\n3\tmet\tO\n\n"
    (tmp_path / "gold").write_text(rows, "utf-8")
    options = ("--format", "conll", "--draws", "0")
    done = run(
        "spans", "gold", "gold", *options, "--comment", "#", "--token-column", "1", "--affix", "suffix", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "1/1" in done.stdout.decode()
    done = run("spans", "gold", "gold", *options, "--comment", "#", "--token-column", "1", cwd=tmp_path)
    assert done.returncode == 2
    assert "--affix suffix" in done.stderr.decode()
    (tmp_path / "sub").write_text("Ann B-PER\n##n X\nmet -100\n", "utf-8")
    done = run("spans", "sub", "sub", *options, cwd=tmp_path)
    assert "it marks pieces of words that are not counted" in done.stderr.decode()
    assert "4 faults" in done.stderr.decode()


def test_clusters_of_other_tokens(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text("#begin document (d)\nAnn (1)\nsaw -\n#end document\n", "utf-8")
    (tmp_path / "response").write_text("#begin document (d)\nOh -\nAnn (1)\nsaw -\n#end document\n", "utf-8")
    files = ("clusters", "gold", "response", "--format", "conll-coref")
    done = run(*files, cwd=tmp_path)
    assert done.returncode == 2
    assert "[token]" in done.stderr.decode()
    done = run(*files, "--compat", "perl-8.01-all", cwd=tmp_path)
    assert done.returncode == 0
    assert "the tool does not look at tokens" in done.stderr.decode()


@pytest.mark.long
def test_lines_of_clusters_become_ids(tmp_path: Path, root: Path) -> None:
    article = read_folder(root / "dataset").articles[0].document
    places = [(article.text.index(name), article.text.index(name) + len(name)) for name in ("Putin", "Lukashenko")]
    named = [{"start": start, "end": end, "cluster": "c"} for start, end in places]
    for line in ({"clusters": [places]}, {"mentions": named}):
        (tmp_path / "x").write_text(json.dumps({"doc_id": article.id, **line}) + "\n", "utf-8")
        options = ("--from", "jsonl", "--type", "PER", "--gold", root / "dataset")
        done = run("convert", "x", *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)["mentions"]
        assert [(each["text"], each["type"], each["entity"]) for each in made] == [
            ("Putin", "PER", "e1"),
            ("Lukashenko", "PER", "e1"),
        ]
    (tmp_path / "x").write_text(json.dumps({"doc_id": article.id, "spans": [], "clusters": []}) + "\n", "utf-8")
    assert run("convert", "x", "--from", "jsonl", "--gold", root / "dataset", cwd=tmp_path).returncode == 0


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text('{"doc_id": "d", "text": "x", "spans": [{"start": 0, "end": 1, "score": 1}]}\n')
    done = run("spans", "gold", "gold", "--draws", "0", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.decode().splitlines()[0] == "passed over: field 'score' (2), field 'text' (2)"
