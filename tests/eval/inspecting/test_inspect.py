"""The task in Inspect, by its command and in Python, without a network: the numbers are those of the scorer."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.eval.inspecting.environment import Inspecting, inspecting
from tests.eval.prompting.ideal import ideal

from onrecord.dataset import Gold
from onrecord.eval import score
from onrecord.eval.inspecting.said import shown
from onrecord.eval.scoring.score_report import Report

pytestmark = pytest.mark.long

RULES = "eval/baselines/rules.jsonl"

ASK = """
import json, sys
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

task, replies, linked, broken, options = sys.argv[1], *map(json.loads, sys.argv[2:])
replies = json.load(open("replies.json")) if replies is None else replies

def answer(messages, tools, choice, config):
    asked = messages[-1].text
    if "by article" in messages[0].text:
        content = json.dumps(linked)
    else:
        id = next(id for id, text in json.load(open("texts.json")).items() if text in asked)
        if id == broken:
            raise RuntimeError("the service is away")
        content = replies[id]
    made = ModelOutput.from_content("mockllm/model", content)
    made.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return made

model = get_model("mockllm/model", custom_outputs=answer)
[log] = eval(task, model=model, log_dir="logs", display="plain", **options)
found = [score for score in log.results.scores] if log.results else []
schema = log.plan.config.response_schema
print("FOUND " + json.dumps({
    "status": log.status,
    "location": log.location,
    "metrics": {name: metric.value for name, metric in found[0].metrics.items()} if found else {},
    "schema": schema.model_dump(exclude_none=True) if schema else None,
}))
"""

READ = """
import json, sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
scores = log.results.scores
print("FOUND " + json.dumps([{name: each.value for name, each in one.metrics.items()} for one in scores]))
"""


@pytest.fixture(scope="module")
def shell(root: Path, tmp_path_factory: pytest.TempPathFactory, gold: Gold) -> Inspecting:
    """A folder with a copy of the dataset and the baseline, what a model would reply, and the environment."""
    folder = tmp_path_factory.mktemp("inspecting")
    shutil.copytree(root / "dataset", folder / "dataset", ignore=shutil.ignore_patterns("onrecord", "__pycache__"))
    (folder / RULES).parent.mkdir(parents=True)
    shutil.copyfile(root / RULES, folder / RULES)
    replies = {each.document.id: json.dumps(ideal(gold, each)) for each in gold.articles}
    texts = {each.document.id: each.document.text for each in gold.articles}
    for name, content in (("replies.json", json.dumps(replies)), ("texts.json", json.dumps(texts))):
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "ask.py").write_text(ASK, encoding="utf-8")
    (folder / "read.py").write_text(READ, encoding="utf-8")
    return inspecting(root, tmp_path_factory.mktemp("installed"), folder)


def found(said: str) -> Any:
    return json.loads(said.split("FOUND ")[-1].splitlines()[0])


def ask(shell: Inspecting, task: str, *, linked: Any = None, broken: str = "", **options: Any) -> dict[str, Any]:
    words = [json.dumps(each) for each in (None, linked or {}, broken, options)]
    made: dict[str, Any] = found(shell.run(f"python ask.py {task} " + " ".join(f"'{word}'" for word in words)))
    return made


def newest(shell: Inspecting) -> Path:
    return max((shell.folder / "logs").glob("*.eval"), key=lambda path: path.stat().st_mtime_ns)


def numbers(report: Report, begin: str = "") -> dict[str, float]:
    """The scores as Inspect must have them, to the last digit."""
    return {
        begin + shown(measure.full): float(value)
        for each in report.result.layers
        for measure in each.layer.measures
        if not measure.detail and (value := each.scores[measure.name].value) is not None
    }


def replayed(shell: Inspecting, more: str = "", predictions: str = RULES) -> dict[str, float]:
    shell.run(
        "inspect eval onrecord/articles --model none --no-score-display --log-dir logs "
        f"--solver onrecord/replay -S predictions={predictions} {more}"
    )
    made: dict[str, float] = found(shell.run(f"python read.py '{newest(shell)}'"))[0]
    return made


@pytest.mark.parametrize(
    ("split", "more"),
    [("test", ""), ("validation", ""), ("all", ""), ("test", "--epochs 2")],
)
def test_a_replayed_submission_has_the_numbers_of_the_scorer(shell: Inspecting, split: str, more: str) -> None:
    metrics = replayed(shell, f"-T split={split} -S split={split} {more}")
    report = score(shell.folder / RULES, shell.folder / "dataset", split, how=None)
    assert metrics == numbers(report) | {"complete": 1.0, "articles_missing": 0.0}


def test_lines_of_other_articles_count_where_they_say_what_an_id_is(shell: Inspecting, gold: Gold) -> None:
    lines = [json.loads(line) for line in (shell.folder / RULES).read_bytes().splitlines()]
    split = {each.document.id: each.document.split for each in gold.articles}
    lines.sort(key=lambda line: split[line["doc_id"]] == "test")  # what comes first says what the ids are
    described = {each["id"]: each for line in lines for each in line["entities"]}
    for line in lines:
        line["entities"] = list(described.values()) if line is lines[0] else []
    path = shell.folder / "elsewhere.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert split[lines[0]["doc_id"]] == "validation"
    report = score(path, shell.folder / "dataset", how=None)
    assert numbers(report).items() <= replayed(shell, predictions="elsewhere.jsonl").items()


def test_a_log_is_scored_again_and_becomes_the_submission_it_replayed(shell: Inspecting) -> None:
    first = replayed(shell)
    log = newest(shell)
    (shell.folder / "dataset").rename(shell.folder / "moved")
    try:
        shell.run(f"inspect score '{log}' --scorer onrecord/labels -S gold=moved --action append --overwrite")
    finally:
        (shell.folder / "moved").rename(shell.folder / "dataset")
    assert [first, first] == found(shell.run(f"python read.py '{log}'"))
    shell.run(f"onrecord prompt log '{log}' -o back.jsonl")
    lines = (shell.folder / RULES).read_bytes().splitlines()
    assert sorted((shell.folder / "back.jsonl").read_bytes().splitlines()) == sorted(lines)


def test_a_model_without_mistakes_and_its_log_have_the_numbers_of_the_scorer(shell: Inspecting, gold: Gold) -> None:
    made = ask(shell, "onrecord/articles")
    assert made["status"] == "success"
    replies = json.loads((shell.folder / "replies.json").read_text(encoding="utf-8"))
    (shell.folder / "replies.jsonl").write_text(
        "".join(json.dumps({"doc_id": id, "reply": each}) + "\n" for id, each in replies.items()), encoding="utf-8"
    )
    shell.run("onrecord prompt read replies.jsonl -o read.jsonl --split all")
    report = score(shell.folder / "read.jsonl", shell.folder / "dataset", how=None)
    metrics = made["metrics"]
    assert metrics["entities:strict"] == metrics["quotes:joint"] == 1.0
    assert metrics["items:said"] == metrics["items:kept"]
    assert metrics["words:exact"] > 300
    assert metrics["words:lost"] == metrics["replies:unread"] == 0
    assert numbers(report).items() <= metrics.items()
    told = shell.run(f"onrecord prompt log '{newest(shell)}' -o back.jsonl")
    assert "3 replies: 3 read as they are" in told
    assert "PARTIAL" not in told
    assert numbers(score(shell.folder / "back.jsonl", shell.folder / "dataset", how=None)).items() <= metrics.items()


def test_the_schema_is_whole_without_references(shell: Inspecting) -> None:
    schema = ask(shell, "onrecord/articles", task_args={"layers": "quotes"}, limit=1)["schema"]
    assert schema["strict"]
    quote = schema["json_schema"]["properties"]["quotes"]["items"]["properties"]
    assert set(quote["content"]["items"]["properties"]) == {"text", "before", "after"}
    assert "$ref" not in json.dumps(schema)


def test_topics_ask_once_more_which_names_mean_the_same(shell: Inspecting) -> None:
    apart = ask(shell, "onrecord/topics", task_args={"split": "all", "registry": False})
    assert apart["status"] == "success"
    linked = {"entities": [{"name": "Vladimir Putin", "same": ["Alexander Lukashenko"]}], "events": [], "claims": []}
    mixed = ask(shell, "onrecord/topics", linked=linked, task_args={"split": "all", "registry": False})
    assert mixed["metrics"]["entities:strict"] == apart["metrics"]["entities:strict"] == 1.0
    assert mixed["metrics"]["entity_ids:lea"] < apart["metrics"]["entity_ids:lea"]
    shell.run(f"onrecord prompt log '{newest(shell)}' -o linked.jsonl")
    report = score(shell.folder / "linked.jsonl", shell.folder / "dataset", "all", how=None)
    assert numbers(report).items() <= mixed["metrics"].items()


@pytest.mark.parametrize("task", ["onrecord/articles", "onrecord/topics"])
def test_a_sample_that_failed_makes_the_result_partial(shell: Inspecting, gold: Gold, task: str) -> None:
    failed = next(each.document.id for each in gold.articles if each.document.split == "validation")
    made = ask(shell, task, broken=failed, fail_on_error=False, task_args={"split": "all"})
    lost = (
        [failed]
        if task.endswith("articles")
        else [each.document.id for each in gold.articles if each.document.split == "validation"]
    )
    assert made["status"] == "success"
    metrics = made["metrics"]
    assert metrics["complete"] == 0
    assert metrics["articles_missing"] == len(lost)
    assert "entities:strict" not in metrics
    assert 0 < metrics["partial entities:strict"] < 1
    told = shell.run(f"onrecord prompt log '{newest(shell)}' -o part.jsonl")
    assert f"PARTIAL: no answer, and no line, for {', '.join(lost)}" in told
    shell.run("onrecord score part.jsonl --split all", code=2)
    report = score(shell.folder / "part.jsonl", shell.folder / "dataset", "all", how=None, allow_missing=True)
    assert numbers(report, "partial ").items() <= metrics.items()


def test_fewer_samples_and_missing_lines_are_partial_too(shell: Inspecting) -> None:
    assert replayed(shell, "--limit 2")["articles_missing"] == 1
    lines = (shell.folder / RULES).read_bytes().splitlines(keepends=True)
    (shell.folder / "fewer.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(AssertionError, match="missing"):
        replayed(shell, "-T split=all -S split=all", "fewer.jsonl")
    metrics = replayed(shell, "-T split=all -S split=all -S allow_missing=true", "fewer.jsonl")
    said = shell.run(
        "inspect eval onrecord/articles --model none --solver onrecord/replay --log-dir other "
        f"-S predictions={RULES} -T split=all || true"
    )
    assert "the solver must have them as the task has" in said
    assert (metrics["complete"], metrics["articles_missing"]) == (0, 1)


def test_what_cannot_be_read_is_an_answer_with_nothing_in_it(shell: Inspecting, gold: Gold) -> None:
    replies = {each.document.id: "I would rather not." for each in gold.articles}
    words = [json.dumps(each) for each in (replies, {}, "", {})]
    metrics = found(shell.run("python ask.py onrecord/articles " + " ".join(f"'{word}'" for word in words)))["metrics"]
    assert (metrics["complete"], metrics["replies:unread"], metrics["entities:strict"]) == (1, 3, 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("nowhere.eval -o x.jsonl", "nowhere.eval"),
        ("replies.json -o x.jsonl", "a log of Inspect"),
        ("ask.py -o x.jsonl", "a log of Inspect"),
    ],
)
def test_what_is_no_log_is_told(shell: Inspecting, words: str, expected: str) -> None:
    said = shell.run(f"onrecord prompt log {words}", code=2)
    assert expected in said
    assert "Traceback" not in said
    assert not (shell.folder / "x.jsonl").exists()


def test_an_epoch_that_there_is_not_is_told(shell: Inspecting) -> None:
    replayed(shell)
    assert "--epoch 1 to 1" in shell.run(f"onrecord prompt log '{newest(shell)}' --epoch 2 -o x.jsonl", code=2)


def test_the_page_is_walked(shell: Inspecting, root: Path) -> None:
    """Every command of docs/inspect.md but those that pay a service, and its Python."""
    text = (root / "docs" / "inspect.md").read_text(encoding="utf-8")
    shutil.rmtree(shell.folder / "logs", ignore_errors=True)
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert {kind for kind, _ in blocks} == {"sh", "python"}
    said: dict[str, str] = {}
    for kind, block in blocks:
        if kind == "python":
            (shell.folder / "page.py").write_text(block, encoding="utf-8")
            said["python"] = shell.run("python page.py")
        for line in block.splitlines() if kind == "sh" else ():
            if not line.startswith(("pip install", "inspect eval onrecord/articles --model openai")):
                said[line] = shell.run(line)
    assert re.search(r"entities:strict +\d\d\.\d", said["onrecord score predictions.jsonl"])
    assert "complete 1.0" in said["python"]
