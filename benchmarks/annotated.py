"""Seeds and exports of any number of documents, made of the five of ``seeds/`` and ``annotation/``.

Every document is one of the five under an id of its own, and every annotator says of it what they said of that one. The
registries, the annotators and the rounds are those of ``annotation/``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.base import base
from benchmarks.environment import ROOT

from onrecord.dataset.corpus import FILE
from onrecord.dataset.records import REGISTERED

SOURCES = ROOT / "annotation"
ROUNDS = ("blind", "adjudicated", "audited")


def write_annotated(folder: Path, documents: int) -> None:
    """Write a corpus in ``FOLDER``, of which ``agreement`` and ``build`` read all they need.

    Args:
        folder: Made where it is not there.
        documents: How many; the last copy may have fewer than five.
    """
    (folder / "seeds").mkdir(parents=True)
    originals = sorted((ROOT / "seeds").glob("*.json"))
    for path in originals:
        shutil.copyfile(path.with_suffix(".txt"), folder / "seeds" / f"{path.stem}.txt")
    copied = {path.stem: 0 for path in originals}
    for number in range(documents):
        path = originals[number % len(originals)]
        described = json.loads(path.read_bytes())
        described["id"] = copy_id(described["id"], number // len(originals))
        copied[path.stem] += 1
        (folder / "seeds" / f"{described['id']}.json").write_text(json.dumps(described), encoding="utf-8")
    to = folder / "annotation"
    (to / "registries").mkdir(parents=True)
    rows = base().registries
    for kind, (name, _) in REGISTERED.items():
        lines = [msgspec.json.encode(row) + b"\n" for row in rows.of(kind)]
        (to / "registries" / f"{name}.jsonl").write_bytes(b"".join(lines))
    shutil.copyfile(SOURCES / "annotators.jsonl", to / "annotators.jsonl")
    for file in (FILE, "DATASHEET.md"):
        shutil.copyfile(ROOT / file, folder / file)
    for name in ROUNDS:
        (to / "exports" / name).mkdir(parents=True)
        for export in sorted((SOURCES / "exports" / name).glob("*.json")):
            tasks = _copied(json.loads(export.read_bytes()), copied)
            if tasks:
                (to / "exports" / name / export.name).write_text(json.dumps(tasks), encoding="utf-8")


def copy_id(id: str, number: int) -> str:
    """The id of a copy of a document."""
    return f"{id}-{number:05}"


def _copied(tasks: list[dict[str, Any]], copies: dict[str, int]) -> list[dict[str, Any]]:
    """The tasks of an export, each as often as its document was copied, with numbers of their own."""
    found = [
        {**task, "data": {**task["data"], "doc_id": copy_id(task["data"]["doc_id"], number)}}
        for task in tasks
        for number in range(copies.get(task["data"]["doc_id"], 0))
    ]
    return [
        {**task, "id": at, "annotations": [{**each, "id": at, "task": at} for each in task["annotations"]]}
        for at, task in enumerate(found, start=1)
    ]
