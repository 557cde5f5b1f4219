"""Articles of one's own, in no dataset: asked about, read, checked and looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_cli import run
from tests.eval.prompting.small import REPLY, TEXT

pytestmark = pytest.mark.long

SEEDS = ("--seeds", "seeds")


@pytest.fixture
def id(tmp_path: Path) -> str:
    """The id of the only article of a folder."""
    (tmp_path / "pool.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    said("ingest", "pool.txt", "--topic", "velden", *SEEDS, cwd=tmp_path)
    (made,) = (tmp_path / "seeds").glob("*.json")
    return made.stem


def said(*words: str | Path, cwd: Path, code: int = 0) -> str:
    done = run(*words, cwd=cwd)
    both = (done.stdout + done.stderr).decode()
    assert done.returncode == code, both
    assert "Traceback" not in both
    return both


def test_an_article_of_ones_own_is_asked_about_and_its_reply_is_shown(tmp_path: Path, id: str) -> None:
    asked = json.loads(said("prompt", "requests", "--model", "m", *SEEDS, cwd=tmp_path))
    assert asked["custom_id"] == id
    assert asked["body"]["messages"][1]["content"] == f"The article:\n\n{TEXT}"
    reply = {**REPLY, "quotes": [*REPLY["quotes"], {"content": ["The pool is a disgrace"], "speaker": ["unknown"]}]}
    (tmp_path / "replies.jsonl").write_text(json.dumps({"doc_id": id, "reply": reply}) + "\n", encoding="utf-8")
    told = said("prompt", "read", "replies.jsonl", "-o", "made.jsonl", *SEEDS, cwd=tmp_path)
    assert "quotes: 3 items, 2 kept, 1 not" in told
    assert "made.jsonl: valid; 1 article" in said("validate", "made.jsonl", *SEEDS, cwd=tmp_path)
    shown = [line.strip() for line in said("show", "made.jsonl", *SEEDS, cwd=tmp_path).splitlines()]
    start = TEXT.index("Ilse Brandt")
    assert f"{start}-{start + 11}  Ilse Brandt  (PER, name, entity Ilse Brandt)" in shown
    assert "target The pool will close., denies" in "\n".join(shown)
    assert shown[-2:] == [
        "no predictions: 1",
        'quotes, lost: {"content": ["The pool is a disgrace"], "speaker": ["unknown"]}',
    ]
    link = json.loads(said("prompt", "link", "replies.jsonl", "--model", "m", *SEEDS, cwd=tmp_path))
    assert link["custom_id"] == "velden"
    assert '"1962"' in said("prompt", "grammar", id, *SEEDS, cwd=tmp_path)


def test_files_of_others_are_of_ones_own_articles_too(tmp_path: Path, id: str) -> None:
    words = {"doc_id": id, "mentions": [{"text": "Jürgen Łoś", "type": "PER"}]}
    (tmp_path / "words.jsonl").write_text(json.dumps(words) + "\n", encoding="utf-8")
    said("ground", "words.jsonl", "-o", "grounded.jsonl", *SEEDS, cwd=tmp_path)
    spans = [{"start": TEXT.index("Jürgen"), "end": TEXT.index("Jürgen") + 10, "label": "PER"}]
    (tmp_path / "prodigy.jsonl").write_text(json.dumps({"text": TEXT, "spans": spans}) + "\n", encoding="utf-8")
    said("convert", "prodigy.jsonl", "--from", "prodigy", "-o", "converted.jsonl", *SEEDS, cwd=tmp_path)
    made = [json.loads((tmp_path / name).read_bytes()) for name in ("grounded.jsonl", "converted.jsonl")]
    assert [[mention["text"] for mention in line["mentions"]] for line in made] == [["Jürgen Łoś"]] * 2
    assert "valid" in said("validate", "grounded.jsonl", *SEEDS, cwd=tmp_path)


def test_a_corpus_gives_its_scheme_and_its_registries_before_it_is_built(tmp_path: Path, id: str) -> None:
    said("init", "mine", "--layers", "mentions", cwd=tmp_path)
    mine = tmp_path / "mine"
    said("ingest", "../pool.txt", "--topic", "velden", cwd=mine)
    row = '{"id": "brandt-i", "type": "PER", "name": "Ilse Brandt", "aliases": ["Brandt"], "wikidata": null, '
    (mine / "annotation" / "registries" / "entities.jsonl").write_text(row + '"wikidata_note": "none"}\n', "utf-8")
    asked = json.loads(said("prompt", "requests", "--model", "m", *SEEDS, cwd=mine))
    assert set(asked["body"]["response_format"]["json_schema"]["schema"]["properties"]) == {"mentions"}
    reply = {"doc_id": id, "reply": {"mentions": [{"text": "Ilse Brandt", "type": "PER", "entity": "Brandt"}]}}
    (mine / "replies.jsonl").write_text(json.dumps(reply) + "\n", encoding="utf-8")
    said("prompt", "read", "replies.jsonl", "-o", "made.jsonl", *SEEDS, cwd=mine)
    assert json.loads((mine / "made.jsonl").read_bytes())["mentions"][0]["entity"] == "brandt-i"
    from_elsewhere = said("prompt", "requests", "--model", "m", "--seeds", "mine/seeds", cwd=tmp_path)
    assert json.loads(from_elsewhere) == asked
    assert "entity Ilse Brandt" in said("show", "mine/made.jsonl", "--seeds", "mine/seeds", cwd=tmp_path)
    assert "onrecord build" in said("prompt", "requests", "--model", "m", cwd=mine, code=2)


def test_what_is_asked_of_seeds_that_they_are_not_is_told(tmp_path: Path, id: str) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("x", encoding="utf-8")
    told = said("prompt", "requests", "--model", "m", "--seeds", "texts", cwd=tmp_path, code=2)
    assert "onrecord ingest" in told
    assert "or of --seeds" in said("show", "x.jsonl", "--gold", "g", *SEEDS, cwd=tmp_path, code=2)
    assert "no article of split 'train'" in said(
        "prompt", "requests", "--model", "m", "--split", "train", *SEEDS, cwd=tmp_path, code=2
    )
    (tmp_path / "replies.jsonl").write_text(json.dumps({"doc_id": id, "reply": {}}) + "\n", encoding="utf-8")
    assert "--seeds say which articles" in said("prompt", "read", "replies.jsonl", "-o", "x", cwd=tmp_path, code=2)
    (tmp_path / "wrong.jsonl").write_text('{"doc_id": "poo", "mentions": []}\n{', encoding="utf-8")
    told = said("show", "wrong.jsonl", *SEEDS, cwd=tmp_path, code=2)
    assert "wrong.jsonl:1" in told
    assert "wrong.jsonl:2" in told


def test_exports_that_are_not_there_are_named_where_they_are_to_be(tmp_path: Path) -> None:
    said("init", "mine", cwd=tmp_path)
    (tmp_path / "mine" / "pool.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    said("ingest", "pool.txt", "--topic", "velden", cwd=tmp_path / "mine")
    words = ("annotation", "adjudicate", "--round", "r", "--annotator", "ann")
    told = said(*words, cwd=tmp_path / "mine", code=2)
    assert str(Path("annotation/exports/blind")) in told
    told = said(*words, "--blind", Path("some/where"), cwd=tmp_path / "mine", code=2)
    assert str(Path("some/where")) in told
    assert "exports" not in told.splitlines()[0]
