"""How far tasks are: nothing that was not submitted is passed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onrecord.annotation.label_studio.standing import Standing, standings

REGION = {"id": "m1", "type": "labels", "origin": "manual", "value": {"start": 0, "end": 2, "labels": ["PER"]}}
OTHER = {**REGION, "id": "m2"}
ANN = {"email": "ann@onrecord.example"}


def annotation(id: int = 5, result: Any = (REGION,), **more: Any) -> dict[str, Any]:
    return {"id": id, "completed_by": ANN, "result": list(result), **more}


def draft(id: int = 9, result: Any = (REGION,), of: int | None = None) -> dict[str, Any]:
    return {"id": id, "user": "Ann@onrecord.example", "result": list(result), "annotation": of}


def states(folder: Path, annotations: list[Any], drafts: list[Any]) -> list[str]:
    return [each.state for each in read(folder, annotations, drafts)]


def read(folder: Path, annotations: list[Any], drafts: list[Any]) -> list[Standing]:
    task = {"id": 1, "project": 2, "data": {"doc_id": "a"}, "annotations": annotations, "drafts": drafts}
    (folder / "ann.json").write_text(json.dumps([task]))
    return standings(folder / "ann.json")


@pytest.mark.parametrize(
    ("annotations", "drafts", "expected"),
    [
        ([], [], ["open"]),
        ([annotation()], [], ["submitted"]),
        ([annotation(was_cancelled=True, result=[])], [], ["skipped"]),
        ([], [draft()], ["draft"]),
        ([], [draft(result=[])], ["open"]),
        ([annotation()], [draft(of=5)], ["submitted"]),
        ([annotation()], [draft(of=5, result=[REGION, OTHER])], ["submitted", "change"]),
        ([annotation()], [draft(of=5, result=[])], ["submitted", "change"]),
        ([annotation(result=[REGION, OTHER])], [draft(of=5, result=[OTHER, REGION])], ["submitted"]),
        ([annotation()], [draft(of=5, result=[{**REGION, "origin": "prediction"}])], ["submitted"]),
        ([annotation()], [draft()], ["submitted", "draft"]),
        ([annotation(was_cancelled=True, result=[])], [draft(of=5)], ["skipped", "change"]),
        ([annotation()], [draft(of=6)], ["submitted", "draft"]),
        ([annotation(), annotation(6)], [], ["submitted"]),
        ([annotation(was_cancelled=True, result=[]), annotation(6)], [], ["submitted"]),
        ([], [7], ["draft"]),
        ([annotation()], [7], ["submitted", "change"]),
        ([{**annotation(), "completed_by": None}], [], ["submitted"]),
    ],
)
def test_states(tmp_path: Path, annotations: list[Any], drafts: list[Any], expected: list[str]) -> None:
    assert states(tmp_path, annotations, drafts) == expected


def test_whose_work_it_is_and_where(tmp_path: Path) -> None:
    (each,) = read(tmp_path, [], [draft()])
    assert each == Standing("a", "draft", "ann", "/projects/2/data?task=1")
