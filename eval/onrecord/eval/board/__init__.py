"""The board: a static site of who stands where, with the same as JSON and CSV beside it.

- ``entries``: a results folder, and what teams have submitted to it.
- ``standings``: who stands where, with ranks as intervals.
- ``gaps``: what entries lose on perturbed articles.
- ``site``: the folder of a board.
- ``page``: its page.
- ``tables``: the same as JSON and as CSV.
- ``reports``: a report page for each entry.
- ``admission``: what a contribution may add, and what it scores.
- ``rescoring``: what a new gold or scorer does to records.
"""

from onrecord.eval.board.page import board_html
from onrecord.eval.board.reports import EntryReports
from onrecord.eval.board.site import build_site, check_target
from onrecord.eval.board.tables import board_csv, board_json

__all__ = [
    "EntryReports",
    "admission",
    "board_csv",
    "board_html",
    "board_json",
    "build_site",
    "check_target",
    "entries",
    "gaps",
    "rescoring",
    "standings",
]
