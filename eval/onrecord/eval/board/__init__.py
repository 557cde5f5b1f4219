"""The board: a static site of who stands where, with the same as JSON and CSV beside it.

- ``entries``: a results folder, and what teams have submitted to it.
- ``folder_names``: which names the folders of teams and entries may have.
- ``budget``: work on what a stranger sent, in a process of its own with a budget.
- ``assessing``: one entry by itself: read, scored, and what is wrong with it.
- ``everyone``: all entries, each by itself and none twice.
- ``remembering``: an entry as it was found before.
- ``memory``: what boards found out, in the user's cache.
- ``likeness``: what predictions are like: cheap, and one for all that say the same.
- ``saying``: what predictions say, for entries that are alike.
- ``gaps``: what an entry loses on perturbed articles.
- ``reported``: a record without predictions: whether it can be right.
- ``owners``: who was first.
- ``team_ranks``: ranks among teams.
- ``standings``: who stands where.
- ``site``: the folder of a board.
- ``page``: its page.
- ``tables``: the same as JSON and as CSV.
- ``reports``: a report page for each entry.
- ``contribution``: what a branch of somebody's changes, and whether it may.
- ``admission``: what a contribution may add, and what it scores.
- ``rescoring``: what a new gold or scorer does to records.
"""

from onrecord.eval.board.page import board_html
from onrecord.eval.board.reports import PageMaker
from onrecord.eval.board.site import build_site, check_target
from onrecord.eval.board.tables import board_csv, board_json

__all__ = [
    "PageMaker",
    "admission",
    "assessing",
    "board_csv",
    "board_html",
    "board_json",
    "budget",
    "build_site",
    "check_target",
    "contribution",
    "entries",
    "everyone",
    "folder_names",
    "gaps",
    "owners",
    "remembering",
    "rescoring",
    "saying",
    "standings",
]
