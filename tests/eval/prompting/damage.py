"""Replies with damage of every kind, and what must be true of whatever is made of them.

``python -m tests.eval.prompting.damage 5000 [SEED]`` runs as many replies to the invented article, a tenth as many to
each article of the dataset, and as many files of replies, second steps and files of words; the tests run a few.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from tests.eval.prompting.ideal import ideal
from tests.eval.prompting.small import ARTICLES, REPLY, ROWS, TEXT

from onrecord.dataset import FaultsError, Gold, read_folder
from onrecord.dataset.layers import LAYERS
from onrecord.eval.prompting.accounts import LOST, UNPLACED, Account
from onrecord.eval.prompting.known import KnownArticle, KnownRow, known_of
from onrecord.eval.prompting.linking import read_links
from onrecord.eval.prompting.names import Names
from onrecord.eval.prompting.predictions import Predictions, read_predictions
from onrecord.eval.prompting.replies import Reply, read_replies
from onrecord.eval.prompting.words import ground_lines
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.prediction_line import PLACED
from onrecord.eval.submission.validation import validate


@dataclasses.dataclass(frozen=True)
class Case:
    """An article and a right reply about it, to be damaged."""

    id: str
    reply: Mapping[str, Any]
    articles: Mapping[str, KnownArticle]
    rows: Mapping[str, Sequence[KnownRow]]


SMALL = Case("pool", REPLY, ARTICLES, ROWS)


def of_gold(gold: Gold) -> Iterator[Case]:
    """The articles of the dataset with the reply that makes no mistake."""
    known = known_of([article.document for article in gold.articles], gold.registries)
    for article in gold.articles:
        yield Case(article.document.id, ideal(gold, article), known.articles, known.rows)


def valid(found: Predictions, case: Case = SMALL) -> list[str]:
    """What keeps a prediction file from being scored: nothing, whatever a model has written."""
    raw = b"".join(msgspec.json.encode(each) + b"\n" for each in found.lines)
    ids = {kind: [row.id for row in rows] for kind, rows in case.rows.items()}
    checked = validate(Path("made.jsonl"), iter([raw]), Expected(case.articles, ids), DEFAULT_LIMITS)
    return [str(fault) for fault in checked.findings.faults]


def accounted(found: Predictions) -> None:
    """Every item is counted once, and what is no prediction is kept in words."""
    counted(found.layers, found.lines)


def counted(layers: Mapping[str, Account], lines: Iterable[Mapping[str, Any]]) -> None:
    lines = list(lines)
    unplaced = [each for every in lines for each in every.get(UNPLACED, ())]
    lost = [each for every in lines for each in every.get(LOST, ())]
    for layer, account in layers.items():
        assert account.said == account.kept + account.unplaced.total()
        assert account.unplaced.total() == sum(each["layer"] == layer for each in unplaced)
        if layer in PLACED:
            assert account.unplaced["lost"] == sum(each["layer"] == layer for each in lost)
        if layer in LAYERS:
            assert account.kept == sum(len(every.get(layer, ())) for every in lines)


def spans(value: Any) -> Iterator[dict[str, Any]]:
    """Whatever has offsets in a line, however deep."""
    if isinstance(value, dict):
        if "start" in value:
            yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from spans(each)


def in_the_text(lines: Iterable[Mapping[str, Any]], articles: Mapping[str, KnownArticle]) -> None:
    """Every span has words, and they are those of the article at that place."""
    for line in lines:
        text = articles[line["doc_id"]].text
        for span in spans({layer: line.get(layer) for layer in LAYERS}):
            assert span["text"], line
            assert text[span["start"] : span["end"]] == span["text"], line


def held(content: str, case: Case = SMALL) -> None:
    """What must be true of a reply, however it is damaged."""
    found = read_predictions(case.articles, [Reply(case.id, (content,))], Names(case.rows), 1)
    accounted(found)
    assert valid(found, case) == []
    in_the_text(found.lines, case.articles)
    try:
        value = json.loads(content, strict=False)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and any(layer in value for layer in LAYERS):  # its items are known without our parser
        for layer, account in found.layers.items():
            rows = value.get(layer)
            assert account.said == (len(rows) if isinstance(rows, list) else rows is not None), layer


ATOMS: list[Any] = [
    "",
    "Łoś",
    "pool",
    None,
    0,
    -1,
    True,
    1e999,
    [],
    {},
    ["x"],
    {"text": "pool"},
    "\ud800",
    "x" * 300,
    "\x00",
    TEXT,
    "unknown",
]


def changed(value: Any, chance: random.Random, most: int = 4) -> None:
    """Exchange, move or lose a few of the values within a value."""
    for _ in range(chance.randint(0, most)):
        holder: Any = value
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.85:
                holder = holder[key]
                continue
            if chance.random() < 0.2:
                del holder[key]
            elif chance.random() < 0.2 and isinstance(holder, list):
                holder.append(holder[key])
            elif isinstance(holder[key], str) and chance.random() < 0.6:
                at = chance.randint(0, len(holder[key]))
                put = chance.choice(["", "x", "’", " … ", "é"])
                holder[key] = holder[key][:at] + put + holder[key][at + chance.randint(0, 3) :]
            else:
                holder[key] = copy.deepcopy(chance.choice(ATOMS))
            break


def broken(text: str, chance: random.Random) -> str:
    """The text with something put in, and perhaps with its end lost."""
    at = chance.randint(0, len(text))
    put = chance.choice(["", '"', "}", "]", "```", "\\", "[" * 99, "\n", "null"])
    return text[:at] + put + text[at + chance.choice([0, 1, 5, len(text)]) :]


def mutated(reply: Mapping[str, Any], chance: random.Random) -> str:
    """A reply with a few of its values exchanged, moved or lost, and perhaps with its text damaged."""
    value = copy.deepcopy(dict(reply))
    changed(value, chance)
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    return broken(text, chance) if chance.random() < 0.4 else text


def run(case: Case, seed: int, many: int) -> None:
    """Damage the reply of a case so many times."""
    chance = random.Random(seed)
    for _ in range(many):
        held(mutated(case.reply, chance), case)


def _services(content: str) -> list[dict[str, Any]]:
    """The lines in which services give back what a model wrote."""
    chat = {"choices": [{"message": {"role": "assistant", "content": content}}, {"message": {"content": "{}"}}]}
    tool = {"choices": [{"message": {"content": None, "tool_calls": [{"function": {"arguments": content}}]}}]}
    blocks = {"content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": content}]}
    answer = {"output": [{"type": "message", "content": [{"type": "output_text", "text": content}]}]}
    return [
        {"custom_id": "pool", "response": {"status_code": 200, "body": chat}, "error": None},
        {"custom_id": "pool", "response": {"status_code": 200, "body": tool}},
        {"custom_id": "pool", "result": {"type": "succeeded", "message": blocks}},
        {"custom_id": "pool", "response": {"body": answer}},
        {"key": "pool", "response": {"status_code": 500, "body": {"error": {"message": "busy"}}}},
        {"doc_id": "pool", "reply": content},
        {"doc_id": "pool", **REPLY},
    ]


def damaged_file(chance: random.Random) -> bytes:
    """A file of replies in the form of some service, its lines damaged."""
    line = chance.choice(_services(json.dumps(REPLY, ensure_ascii=False)))
    lines = [copy.deepcopy(line), {"doc_id": "other", "reply": "{}"}]
    changed(lines, chance)
    texts = [json.dumps(each) for each in lines]
    if texts and chance.random() < 0.4:
        texts[0] = broken(texts[0], chance)
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def held_file(raw: bytes) -> None:
    """A file of replies is refused with faults, or every one of its items is accounted for."""
    try:
        replies = read_replies("replies.jsonl", raw, ARTICLES)
    except FaultsError:
        return
    for choice in (1, 2):
        found = read_predictions(ARTICLES, replies, Names(ROWS), choice)
        assert {*found.missing} == ARTICLES.keys() - {each.id for each in replies}
        accounted(found)
        assert valid(found) == []
        in_the_text(found.lines, ARTICLES)


def held_links(chance: random.Random) -> None:
    """However the reply to the second step is damaged, the first one's items are the same in number."""
    links = {"entities": [{"name": "Łoś", "same": ["Jürgen Łoś", "Velden (town)"]}], "events": [], "claims": []}
    content = mutated(links, chance)
    reply = [Reply("pool", (json.dumps(REPLY),))]
    found = read_predictions(ARTICLES, reply, Names(ROWS, read_links([Reply("velden", (content,))])), 1)
    assert valid(found) == []
    assert {layer: found.layers[layer].said for layer in LAYERS} == {layer: len(REPLY[layer]) for layer in LAYERS}


def held_words(chance: random.Random) -> None:
    """A file of words without offsets is refused with faults, or every one of its items is accounted for."""
    line: dict[str, Any] = {"doc_id": "pool", **copy.deepcopy({layer: REPLY[layer] for layer in LAYERS})}
    changed(line, chance)
    text = json.dumps(line)
    raw = (broken(text, chance) if chance.random() < 0.2 else text).encode("utf-8", "surrogatepass")
    try:
        found = ground_lines("words.jsonl", raw, ARTICLES)
    except FaultsError:
        return
    counted(found.layers, found.lines)


def main() -> None:
    """Run as many as are asked for."""
    many, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    run(SMALL, seed, many)
    print(f"{many} replies to the invented article")
    for case in of_gold(read_folder(Path("dataset"))):
        run(case, seed, many // 10)
        print(f"{many // 10} replies to {case.id}")
    chance = random.Random(seed)
    for _ in range(many):
        held_file(damaged_file(chance))
        held_links(chance)
        held_words(chance)
    print(f"{many} files of replies, second steps and files of words")


if __name__ == "__main__":
    main()
