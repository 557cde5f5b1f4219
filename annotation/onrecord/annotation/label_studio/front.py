"""What an annotator sees of a project before a task is opened: the list of its articles, and the guidelines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from onrecord.annotation.label_studio.menus import LISTS
from onrecord.dataset.reading.files import read_text

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

SHOWN = ("id", "completed_at", "total_annotations", "cancelled_annotations", "draft_exists", "annotators")
"""Columns of the task list; beside them an article's id and title."""

_OTHERS = (
    "inner_id",
    "total_predictions",
    "annotations_results",
    "annotations_ids",
    "predictions_score",
    "predictions_model_versions",
    "predictions_results",
    "file_upload",
    "storage_filename",
    "created_at",
    "updated_at",
    "updated_by",
    "avg_lead_time",
    *(f"data.{name}" for name in ("text", "text_sha256", "config_sha256", *LISTS)),
)

_LOOK = """<style>
.onrecord-guidelines { white-space: normal; }
.onrecord-guidelines p, .onrecord-guidelines ul { margin: 8px 0; }
.onrecord-guidelines h1, .onrecord-guidelines h2 { margin: 20px 0 6px; }
.onrecord-guidelines td, .onrecord-guidelines th { padding: 2px 12px 2px 0; text-align: left; }
</style>"""


def task_list() -> dict[str, Any]:
    """The tab of the task list: articles by id and title, and how far each is; no column of JSON."""
    hidden = [f"tasks:{name}" for name in _OTHERS]
    # beside an open task there is room for little more than the title
    beside = [*hidden, *(f"tasks:{name}" for name in (*SHOWN, "data.doc_id") if name != "total_annotations")]
    return {"title": "Articles", "type": "list", "hiddenColumns": {"explore": hidden, "labeling": beside}}


def guidelines_beside(registries: Path) -> str:
    """The guidelines that stand beside the registries, in Markdown; empty where there are none."""
    path = registries.parent / "GUIDELINES.md"
    return read_text(path) if path.is_file() else ""


def instruction(guidelines: str) -> str:
    """Guidelines in Markdown as the HTML that the page shows behind its button *Instructions*; HTML in them is text."""
    from markdown_it import MarkdownIt

    if not guidelines:
        return ""
    return f'{_LOOK}<div class="onrecord-guidelines">{MarkdownIt("js-default").render(guidelines)}</div>'


def furnish(client: LabelStudio, project: int, guidelines: str, options: Any) -> None:
    """Give a project its task list, if it has no list yet, and the guidelines as they are now.

    Args:
        client: A client with the administrator's token.
        project: The project.
        guidelines: In Markdown; empty for none.
        options: Request options of every write.
    """
    if not client.views.list(project=project):
        client.views.create(project=project, data=task_list(), request_options=options)
    said = instruction(guidelines)
    if said and client.projects.get(id=project).expert_instruction != said:
        client.projects.update(id=project, expert_instruction=said, request_options=options)
