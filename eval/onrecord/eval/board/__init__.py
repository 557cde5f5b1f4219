"""The board: a static site of who stands where, with the same as JSON and CSV beside it."""

from onrecord.eval.board.page import board_html
from onrecord.eval.board.reports import EntryReports
from onrecord.eval.board.site import build_site, check_target
from onrecord.eval.board.tables import board_csv, board_json

__all__ = ["EntryReports", "board_csv", "board_html", "board_json", "build_site", "check_target"]
