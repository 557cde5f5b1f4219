"""A challenge for EvalAI: a zip archive of configuration, evaluation script, annotations and templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.platforms.archive import program, scorer_files, zip_bytes
from onrecord.eval.platforms.competition import Competition
from onrecord.eval.platforms.evalai_boards import boards
from onrecord.eval.platforms.keys import BoardColumn, columns
from onrecord.eval.platforms.logo import logo
from onrecord.eval.platforms.reference import reference_bytes

PRECISION = 3

PUBLIC = 3
"""EvalAI's number for what everyone sees."""

_INIT = b'"""The evaluation script."""\n\nfrom .main import evaluate\n\n__all__ = ["evaluate"]\n'

_TEMPLATES = {
    "description": "overview",
    "evaluation_details": "evaluation",
    "submission_guidelines": "data",
    "terms_and_conditions": "terms",
}
"""Pages by the field of the configuration that names them."""


def evalai_challenge(competition: Competition, per_day: int = 10) -> bytes:
    """The challenge.

    Raises:
        FaultsError: It has no end, which EvalAI wants.
    """
    pages = competition.pages(columns())
    settings = challenge_config(competition, boards(competition.reference), per_day)
    files = {f"templates/{field}.html": pages[name].html() for field, name in _TEMPLATES.items()}
    files |= {
        "challenge_config.yaml": yaml.safe_dump(settings, sort_keys=False, allow_unicode=True).encode("utf-8"),
        "logo.png": logo(),
        "evaluation_script.zip": zip_bytes(
            scorer_files() | {"__init__.py": _INIT, "main.py": program("evalai.py")},
        ),
        _annotations(competition): reference_bytes(competition.reference),
        "sample_submission.zip": competition.sample_zip(),
    }
    return zip_bytes(files)


def _annotations(competition: Competition) -> str:
    return f"annotations/{competition.reference.split}.json"


def challenge_config(
    competition: Competition, columns: Mapping[str, Sequence[BoardColumn]], per_day: int
) -> dict[str, Any]:
    """What ``challenge_config.yaml`` says; see :func:`evalai_challenge`."""
    if competition.end is None:
        raise FaultsError([Fault("dates", "--end", None, "", "no end", "a date: a challenge has one")])
    days = max(1, (competition.end - competition.start).days)
    split = competition.reference.split
    dates = {"start_date": competition.start, "end_date": competition.end}
    return {
        "title": competition.title,
        "short_description": competition.description,
        **{field: f"templates/{field}.html" for field in _TEMPLATES},
        "leaderboard_description": "One board a layer, ordered by its headline; every number is in [0, 1].",
        "image": "logo.png",
        "evaluation_script": "evaluation_script.zip",
        "remote_evaluation": False,
        "is_docker_based": False,
        **dates,
        "published": False,
        "leaderboard": [
            {
                "id": number,
                "schema": {"labels": [each.key for each in board], "default_order_by": board[0].key},
            }
            for number, board in enumerate(columns.values(), 1)
        ],
        "challenge_phases": [
            {
                "id": 1,
                "name": split,
                "description": "templates/description.html",
                "leaderboard_public": True,
                "is_public": True,
                "is_submission_public": True,
                **dates,
                "test_annotation_file": _annotations(competition),
                "codename": split,
                "max_submissions_per_day": per_day,
                "max_submissions_per_month": per_day * 31,
                "max_submissions": per_day * (days + 1),
                "allowed_submission_file_types": ".jsonl, .gz, .zip",
                "is_restricted_to_select_one_submission": False,
                "is_partial_submission_evaluation_enabled": False,
            }
        ],
        "dataset_splits": [
            {"id": number, "name": codename.replace("_", " "), "codename": codename}
            for number, codename in enumerate(columns, 1)
        ],
        "challenge_phase_splits": [
            {
                "challenge_phase_id": 1,
                "leaderboard_id": number,
                "dataset_split_id": number,
                "visibility": PUBLIC,
                "leaderboard_decimal_precision": PRECISION,
                "is_leaderboard_order_descending": True,
            }
            for number in range(1, len(columns) + 1)
        ],
    }
