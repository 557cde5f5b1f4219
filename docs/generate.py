"""Write the generated parts of the documents: tables of numbers are made from the data, never typed.

Run it with ``make docs``. A part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from onrecord.dataset import FaultsError, Gold, read_documents, read_folder
from onrecord.dataset.card import VERSION, count_table, markdown_table
from onrecord.dataset.files import write_atomically
from onrecord.eval import SCORED, markdown, read_submission, score_submission, signature

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "DATASHEET.md", "seeds/README.md", "docs/scoring.md")
_PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def parts(gold: Gold) -> dict[str, str]:
    """Every generated part by name."""
    raw = (ROOT / "eval/baselines/rules.jsonl").read_bytes()
    submission = read_submission("rules.jsonl", raw, [a.document for a in gold.articles], gold.registries)
    articles = [a for a in gold.articles if a.document.split == "test"]
    result = score_submission(articles, gold.registries, submission, "test")
    measures = [
        [f"`{layer.name}:{measure.name}`", measure.definition] for layer in SCORED for measure in layer.measures
    ]
    seeds = [
        [f"`{d.id}.txt`", d.publisher, d.published or "", f"`{d.seed_sha256}`"] for d in read_documents(ROOT / "seeds")
    ]
    return {
        "scores": f"{markdown(result)}\n`{signature(result)}`\n",
        "example": "```json\n" + json.dumps(example(gold), ensure_ascii=False) + "\n```\n",
        "refusal": f"```text\n{refusal(gold)}```\n",
        "counts": count_table(gold),
        "version": f"Version of the labels: {VERSION}\n",
        "measures": markdown_table(["measure", "what counts as right"], measures),
        "seeds": markdown_table(["file", "publisher", "published", "SHA-256"], seeds),
    }


def example(gold: Gold) -> dict[str, Any]:
    """One complete prediction line: the Kremlin's denial in one article, with ids of the file's own."""
    article = next(a for a in gold.articles if a.document.id.startswith("001"))
    document = article.document

    def span(surface: str) -> dict[str, object]:
        start = document.text.index(surface)
        return {"start": start, "end": start + len(surface), "text": surface}

    denial = span(
        'that reports of Belarus being involved in a new invasion were "totally stupid, groundless fabrications."'
    )
    return {
        "doc_id": document.id,
        "text_sha256": document.text_sha256,
        "mentions": [
            {**span("Dmitry Peskov"), "type": "PER", "kind": "name", "entity": "E1"},
            {**span("the Kremlin spokesman"), "type": "PER", "kind": "nominal", "entity": "E1"},
        ],
        "quotes": [{"id": "q1", "content": [denial], "speaker": ["E1"], "cue": span("told")}],
        "stances": [
            {
                "holder": "E1",
                "target": {"kind": "claim", "id": "claim-belarus-joins-offensive"},
                "label": "against",
                "evidence": [span("totally stupid, groundless fabrications")],
                "quote": "q1",
            }
        ],
        "events": [{**span("invasion"), "event": "V1"}],
        "entities": [{"id": "E1", "name": "Dmitry Peskov"}],
    }


def refusal(gold: Gold) -> str:
    """What is said of the same line with an inclusive end and a misspelt label."""
    line = example(gold)
    line["mentions"][0]["end"] -= 1
    line["stances"][0]["label"] = "agianst"
    documents = [article.document for article in gold.articles]
    try:
        read_submission("predictions.jsonl", json.dumps(line).encode(), documents, gold.registries)
    except FaultsError as error:
        return f"{error}\n"
    raise AssertionError("the line was taken")


def filled(text: str, made: dict[str, str]) -> str:
    """A document with its generated parts put in; one that does not exist is a ``KeyError``."""
    return _PART.sub(lambda part: part.group(1) + made[part.group(2)] + part.group(3), text)


def stale(made: dict[str, str]) -> dict[Path, str]:
    """The documents that are not as they should be, and what they should be."""
    texts = {ROOT / name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    return {path: new for path, text in texts.items() if (new := filled(text, made)) != text}


if __name__ == "__main__":
    try:
        for path, text in stale(parts(read_folder(ROOT / "dataset"))).items():
            write_atomically(path, text.encode("utf-8"))
            print(f"written: {path.relative_to(ROOT)}")
    except FaultsError as error:
        sys.exit(str(error))
