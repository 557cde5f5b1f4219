"""The guidelines behind the button, and the task list."""

from __future__ import annotations

from pathlib import Path

from onrecord.annotation.label_studio.front import guidelines_beside, instruction, task_list
from onrecord.annotation.label_studio.menus import menus
from onrecord.dataset import Gold


def test_guidelines_are_those_beside_the_registries(root: Path, tmp_path: Path) -> None:
    assert guidelines_beside(tmp_path / "registries") == ""
    said = instruction(guidelines_beside(root / "annotation/registries"))
    assert "<strong>E1</strong>" in said
    assert "<td>persons</td>" in said


def test_markup_in_guidelines_is_text() -> None:
    said = instruction("# A\n\n<img src=x onerror=alert(1)> | [b](javascript:alert(1))")
    assert "<h1>A</h1>" in said
    assert "<img" not in said
    assert "href" not in said
    assert instruction("") == ""


def test_no_column_of_the_task_list_is_one_of_the_menus(gold: Gold) -> None:
    hidden = task_list()["hiddenColumns"]
    lists = {f"tasks:data.{name}" for name in menus(gold.registries, "")}
    assert lists <= set(hidden["explore"])
    assert lists <= set(hidden["labeling"])
    for shown in ("tasks:data.title", "tasks:data.doc_id"):
        assert shown not in hidden["explore"]
    assert "tasks:data.title" not in hidden["labeling"]
