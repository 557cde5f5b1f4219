"""``onrecord prompt`` and ``onrecord ground`` as people type them: from articles to a score by files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.eval.prompting.ideal import ideal

from onrecord.dataset import Gold

pytestmark = pytest.mark.long


def run(root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from onrecord.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False, env={**os.environ})


@pytest.fixture(scope="module")
def replies(five: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a batch service would give back, had it a model without faults."""
    path = tmp_path_factory.mktemp("replies") / "replies.jsonl"
    lines = [
        {
            "custom_id": article.document.id,
            "error": None,
            "response": {
                "status_code": 200,
                "body": {"choices": [{"message": {"content": json.dumps(ideal(five, article), ensure_ascii=False)}}]},
            },
        }
        for article in five.articles
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_from_articles_to_a_score(root: Path, five: Gold, five_folder: Path, replies: Path, tmp_path: Path) -> None:
    asked = tmp_path / "requests.jsonl"
    done = run(root, "prompt", "requests", "--model", "m", "--split", "all", "--gold", five_folder, "-o", asked)
    assert done.returncode == 0, done.stderr
    ids = [json.loads(line)["custom_id"] for line in asked.read_text(encoding="utf-8").splitlines()]
    assert ids == [article.document.id for article in five.articles]
    made, report = tmp_path / "predictions.jsonl", tmp_path / "report.json"
    done = run(root, "prompt", "read", replies, "--split", "all", "--gold", five_folder, "-o", made, "--report", report)
    assert done.returncode == 0, done.stderr
    mentions, quotes = (sum(len(each.labels.of(layer)) for each in five.articles) for layer in ("mentions", "quotes"))
    assert f"{mentions} items, {mentions} kept" in done.stderr
    assert "ambiguous" in done.stderr
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["layers"]["quotes"]["kept"] == told["layers"]["quotes"]["said"] == quotes
    assert run(root, "validate", made, "--split", "all", "--gold", five_folder).returncode == 0
    result = run(root, "score", made, "--split", "all", "--gold", five_folder)
    values = {row[0]: row[1] for line in result.stdout.splitlines() if len(row := line.split()) > 2}
    assert {
        values[name] for name in ("entities:strict", "entity_ids:lea", "quotes:joint", "stances:tuple", "events:lea")
    } == {"100.0"}
    again = tmp_path / "again.jsonl"
    assert run(root, "prompt", "read", replies, "--split", "all", "--gold", five_folder, "-o", again).returncode == 0
    assert again.read_bytes() == made.read_bytes()


def test_topics_are_asked_about_in_a_second_step(root: Path, five: Gold, five_folder: Path, replies: Path) -> None:
    done = run(root, "prompt", "link", replies, "--model", "m", "--split", "all", "--gold", five_folder)
    assert done.returncode == 0, done.stderr
    topics = {json.loads(line)["custom_id"] for line in done.stdout.splitlines()}
    assert topics == {article.document.topic for article in five.articles}


def test_a_made_up_quote_costs_what_a_misplaced_one_does(root: Path, five: Gold, tmp_path: Path) -> None:
    articles = [each for each in five.articles if each.document.split == "test"]
    found = {}
    for name, words in (("right", []), ("made up", ["We shall all be there"])):
        replies: list[dict[str, Any]]
        replies = [{"doc_id": each.document.id, "reply": ideal(five, each)} for each in articles]
        quotes = replies[0]["reply"]["quotes"]
        quotes += [{**quotes[0], "id": "x", "content": [each]} for each in words]
        path, made = tmp_path / f"{name}.replies.jsonl", tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in replies), encoding="utf-8")
        assert run(root, "prompt", "read", path, "-o", made).returncode == 0
        for way in ((), ("--jobs", "2")):
            record = tmp_path / "record.json"
            assert run(root, "score", made, "-o", record, *way).returncode == 0
            found[name, way] = json.loads(record.read_bytes())["layers"]["quotes"]
    many = sum(not quote.optional for each in articles for quote in each.labels.quotes)
    was, now = (found[name, ()]["measures"]["joint"] for name in ("right", "made up"))
    assert (was["precision"], now["precision"]) == (1, pytest.approx(many / (many + 1)))
    assert was["recall"] == now["recall"]
    assert found["made up", ()] == found["made up", ("--jobs", "2")]
    told = run(root, "compare", tmp_path / "right.jsonl", tmp_path / "made up.jsonl", "--items")
    assert "regressed: We shall all be there (predicted): absent -> not_in_text" in told.stdout
    shown = run(root, "report", tmp_path / "made up.jsonl", "--format", "text", "-o", "-")
    assert "not_in_text" in shown.stdout


def test_faults_of_replies_are_said_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('{"custom_id": "000"}\n{broken\n', encoding="utf-8")
    done = run(root, "prompt", "read", path, "-o", tmp_path / "made.jsonl")
    assert done.returncode == 2
    assert "2 faults" in done.stderr
    assert not (tmp_path / "made.jsonl").exists()
    done = run(root, "prompt", "requests", "--model", "m", "--layer", "quote")
    assert done.returncode == 2
    assert "did you mean 'quotes'" in done.stderr
    done = run(root, "prompt", "grammar", "000_178a6b88b61942c2")
    assert done.returncode == 2
    assert "000_178a6b88b61942c1" in done.stderr


def test_a_file_without_offsets_is_grounded(root: Path, tmp_path: Path) -> None:
    baseline = (root / "eval" / "baselines" / "rules.jsonl").read_bytes()

    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(each) for each in value]
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if key not in ("start", "end", "text_sha256")}
        return value

    lines = [without(json.loads(line)) for line in baseline.splitlines()]
    lines[0]["mentions"].append({"text": "Nobody Here", "type": "PER", "entity": "nobody"})
    path, made = tmp_path / "words.jsonl", tmp_path / "made.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = run(root, "ground", path, "-o", made)
    assert done.returncode == 0, done.stderr
    assert "1: its words are not in the text" in done.stderr
    assert run(root, "validate", made, "--split", "all").returncode == 0
    found = [json.loads(line) for line in made.read_bytes().splitlines()]
    assert [(each["layer"], each["why"]) for each in found[0]["x_unplaced"]] == [("mentions", "lost")]
    assert found[0]["unplaced"] == [{"layer": "mentions", "text": "Nobody Here"}]
    same = total = 0
    for line, right in zip(found, map(json.loads, baseline.splitlines()), strict=True):
        places = [{(each["start"], each["end"]) for each in value["mentions"]} for value in (line, right)]
        same, total = same + len(places[0] & places[1]), total + len(places[1])
    assert same / total > 0.95
    again = tmp_path / "again.jsonl"
    assert run(root, "ground", made, "-o", again).returncode == 0
    assert again.read_bytes() == made.read_bytes(), "what has its offsets keeps them"
    path.write_text('{"doc_id": "x", "mentions": {}}\n[]\n', encoding="utf-8")
    done = run(root, "ground", path, "-o", tmp_path / "none.jsonl")
    assert done.returncode == 2
    assert "3 faults" in done.stderr
