"""Boards of EvalAI: one a layer, because some versions of it do not show a board with a row that lacks a number.

A row of a board needs a number for every column. So a board has those measures of its layer that are defined for any
file with the layer, even for one that finds nothing; and a file without a layer has no row on its board.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from onrecord.dataset.gold import in_split
from onrecord.dataset.layers import LAYERS, use
from onrecord.dataset.reading.faults import FaultsError
from onrecord.eval.platforms.keys import BoardColumn, columns, numbers
from onrecord.eval.platforms.reference import Reference, read_reference
from onrecord.eval.platforms.running import broken, fault_lines, score_file
from onrecord.eval.scoring.result import score_submission
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.submission.reading import Submission


class RefusedError(Exception):
    """A submission cannot be used; the message lists its faults."""


class BrokenError(Exception):
    """The scorer does not work; the message has no value in it."""


def boards(reference: Reference) -> dict[str, list[BoardColumn]]:
    """The columns of each board by the codename of its dataset split, ``split_layer``.

    A layer whose headline is undefined on this gold has no board.
    """
    nothing = Submission("", "", {}, frozenset(LAYERS), {}, {}, {})
    articles = in_split(reference.gold, reference.split)
    defined = numbers(score_submission(articles, reference.gold.registries, nothing, reference.split))
    found: dict[str, list[BoardColumn]] = {}
    for column in columns():
        codename = f"{reference.split}_{column.layer}"
        if column.key in defined and (column.headline or codename in found):
            found.setdefault(codename, []).append(column)
    return found


def evaluated(reference: Path, submission: Path, phase: str) -> dict[str, Any]:
    """The scores of a submission as EvalAI wants them.

    Raises:
        RefusedError: It cannot be used.
        BrokenError: The scorer does not work.
    """
    try:
        known = read_reference(reference)
        use(known.gold.scheme)  # a program has one competition
        if phase != known.split:
            raise LookupError("another phase")
        report = score_file(submission, reference)
        rows = _rows(report, boards(known))
        if not rows:
            raise RefusedError(f"the file has none of the layers {', '.join(LAYERS)}; nothing was scored")
        widths = {codename: _half_widths(report, row) for codename, row in rows.items()}
        return {
            "result": [{codename: row} for codename, row in rows.items()],
            "error": [{codename: each} for codename, each in widths.items() if each is not None],
            # text, because the platform writes it into a file as it is
            "submission_metadata": json.dumps({"signature": str(report.signature)}),
            "submission_result": dict(numbers(report.result)),
        }
    except RefusedError:
        raise
    except FaultsError as error:
        raise RefusedError("\n".join(fault_lines(error))) from None
    except Exception as error:  # whatever it is, its message may quote a gold label
        raise BrokenError(broken(error)) from None


def _rows(report: Report, all_boards: Mapping[str, Sequence[BoardColumn]]) -> dict[str, dict[str, float]]:
    """The row of each board whose layer the file has; a KeyError where a number is missing after all."""
    found = numbers(report.result)
    submitted = {each.layer.name for each in report.result.layers if each.state is not None}
    return {
        codename: {column.key: found[column.key] for column in columns}
        for codename, columns in all_boards.items()
        if columns[0].layer in submitted
    }


def _half_widths(report: Report, row: Mapping[str, float]) -> dict[str, float] | None:
    """Half the width of each number's interval; None unless all have one, for the platform wants all or none."""
    widths: dict[str, float] = {}
    for column in columns():
        if column.key not in row:
            continue
        interval = report.intervals.get(column.measure)
        if interval is None or interval.low is None or interval.high is None:
            return None
        widths[f"error_{column.key}"] = (interval.high - interval.low) / 2
    return widths
