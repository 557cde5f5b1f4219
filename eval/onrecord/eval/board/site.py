"""The folder of a board: a page, the same as JSON and CSV, and the records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.files import write_folder_atomically
from onrecord.eval.board.page import board_html
from onrecord.eval.board.standings import Standings
from onrecord.eval.board.tables import board_csv, board_json
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.record import record_bytes


def check_target(site: Path) -> None:
    """Refuse a folder that holds anything but a board: what is in it would be lost.

    Raises:
        FaultsError: It is there, and has files that no board has.
    """
    if not site.exists():
        return
    if not site.is_dir():
        raise FaultsError([Fault("file", str(site), None, "", "a file", "no folder, or a board")])
    names = sorted(
        path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_symlink() or not path.is_dir()
    )
    others = [name for name in names if not _OURS.fullmatch(name)]
    if others:
        hint = "give a new folder: the board takes the place of everything that is there"
        found = f"files that no board has: {', '.join(others[:5])}"
        raise FaultsError([Fault("file", str(site), None, "", found, "no folder, or a board", hint)])


_OURS = re.compile(r"index\.html|board\.(json|csv)|(records/[0-9a-f]{64}\.json)|(reports/[0-9a-f]{64}\.html)")
"""The files of a board."""


def build_site(
    site: Path,
    found: Standings,
    annotators: Sequence[CeilingRow],
    made_by: str,
) -> list[str]:
    """Write a board; the old one, if there is one, is replaced in one step.

    Args:
        site: Its folder.
        found: The entries.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.

    Returns:
        The names of its files.
    """
    check_target(site)
    files = {
        "index.html": board_html(found, annotators, made_by),
        "board.json": board_json(found, annotators),
        "board.csv": board_csv(found, annotators),
        **{f"records/{row.record.id}.json": record_bytes(row.record) for row in found.rows if row.record},
        **{f"reports/{row.record.id}.html": row.page for row in found.rows if row.record and row.page},
    }
    write_folder_atomically(site, files)
    return sorted(files)
