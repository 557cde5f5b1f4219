"""The folder of a board: a page, the same as JSON and CSV, and the records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.files import write_folder_atomically
from onrecord.eval.board.page import board_html
from onrecord.eval.board.tables import FORMAT, board_csv, board_json
from onrecord.eval.ceiling import CeilingRow
from onrecord.eval.record import record_bytes
from onrecord.eval.standings import Standings


def check_target(site: Path) -> None:
    """Refuse a folder that is no board: what is in it would be lost.

    Raises:
        FaultsError: It is there, and neither empty nor a board.
    """
    if not site.exists() or (site.is_dir() and not any(site.iterdir())):
        return
    try:
        ours = json.loads((site / "board.json").read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        ours = False
    if not ours:
        hint = "give a new folder; the board takes the place of what is there"
        raise FaultsError([Fault("file", str(site), None, "", "something else", "no folder, or a board", hint)])


def build_site(
    site: Path,
    found: Standings,
    annotators: Sequence[CeilingRow],
    made_by: str,
    reports: Mapping[str, bytes] | None = None,
) -> list[str]:
    """Write a board; the old one, if there is one, is replaced in one step.

    Args:
        site: Its folder.
        found: The entries.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.
        reports: Pages on single entries, by record id.

    Returns:
        The names of its files.
    """
    check_target(site)
    reports = reports or {}
    files = {
        "index.html": board_html(found, annotators, made_by, frozenset(reports)),
        "board.json": board_json(found, annotators),
        "board.csv": board_csv(found, annotators),
        **{f"records/{row.record.id}.json": record_bytes(row.record) for row in found.rows if row.record},
        **{f"reports/{id}.html": page for id, page in reports.items()},
    }
    write_folder_atomically(site, files)
    return sorted(files)
