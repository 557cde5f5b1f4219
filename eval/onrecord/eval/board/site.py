"""The folder of a board: a page, the same as JSON and CSV, and the records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onrecord.dataset.reading.replacing import look_into, replace_folder
from onrecord.eval.board.page import board_html
from onrecord.eval.board.standings import Standings
from onrecord.eval.board.tables import board_csv, board_json
from onrecord.eval.scoring.ceiling import CeilingRow

KIND = "board"
"""What the manifest of a site says that it is of."""


def check_target(site: Path) -> None:
    """Refuse a folder that holds anything but a board.

    Raises:
        FaultsError: See :func:`onrecord.dataset.reading.replacing.look_into`.
    """
    look_into(site, KIND)


def build_site(
    site: Path,
    found: Standings,
    annotators: Sequence[CeilingRow],
    made_by: str,
) -> list[str]:
    """Write a board; the old one, if there is one, is replaced in one step. What others put into its folder stays.

    Args:
        site: Its folder.
        found: The entries.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.

    Returns:
        The names of its files.

    Raises:
        FaultsError: A file of another stands in the way.
    """
    files = {
        "index.html": board_html(found, annotators, made_by),
        "board.json": board_json(found, annotators),
        "board.csv": board_csv(found, annotators),
        **{f"records/{row.record.id}.json": row.file for row in found.rows if row.record and row.file},
        **{f"reports/{row.record.id}.html": row.page for row in found.rows if row.record and row.page},
    }
    replace_folder(site, KIND, files)
    return sorted(files)
