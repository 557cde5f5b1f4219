"""A competition bundle for Codabench, version 2: a zip archive that its upload page takes as it is.

Fields as in Codabench's own description of ``competition.yaml``. A number that is missing from ``scores.json`` is shown
as missing; a NaN or an infinity would break the board, so there never is one.
"""

from __future__ import annotations

from typing import Any

import yaml

from onrecord.eval.platforms.archive import program, scorer_files, zip_bytes
from onrecord.eval.platforms.competition import Competition
from onrecord.eval.platforms.keys import columns
from onrecord.eval.platforms.logo import logo
from onrecord.eval.platforms.reference import NAME, reference_bytes

DOCKER_IMAGE = "python:3.12"
"""A public image with pip; Codabench's own default has a Python that is too old."""

COMMAND = "python3 /app/program/scoring.py /app/input/ /app/output/"

PRECISION = 3
"""Decimal places on the board: percent with one decimal."""

SECONDS = 600
"""That scoring one submission may take, libraries included."""


def codabench_bundle(competition: Competition, image: str = DOCKER_IMAGE, per_day: int = 10) -> bytes:
    """The bundle.

    Args:
        competition: What is shown and scored.
        image: The image that the scorer runs in. It needs Python 3.11 or newer, and the libraries or pip.
        per_day: Submissions that a participant may make a day.
    """
    files = {f"pages/{name}.md": page.markdown() for name, page in competition.pages(columns()).items()}
    settings = competition_yaml(competition, image, per_day)
    files |= {
        "competition.yaml": yaml.safe_dump(settings, sort_keys=False, allow_unicode=True).encode("utf-8"),
        "logo.png": logo(),
        "scoring_program.zip": zip_bytes(
            scorer_files()
            | {
                "scoring.py": program("codabench.py"),
                "metadata.yaml": yaml.safe_dump({"command": COMMAND}, width=1000).encode("utf-8"),
            }
        ),
        "reference_data.zip": zip_bytes({NAME: reference_bytes(competition.reference)}),
        "sample_submission.zip": competition.sample_zip(),
    }
    return zip_bytes(files)


def competition_yaml(competition: Competition, image: str, per_day: int) -> dict[str, Any]:
    """What ``competition.yaml`` says."""
    phase = {
        "index": 0,
        "name": competition.reference.split,
        "description": f"Scored on the split {competition.reference.split}.",
        "start": competition.start,
        "end": competition.end,
        "max_submissions_per_day": per_day,
        "execution_time_limit": SECONDS,
        "accepts_only_result_submissions": True,
        "starting_kit": "sample_submission.zip",
        "tasks": [0],
    }
    return {
        "version": 2,
        "title": competition.title,
        "description": competition.description,
        "image": "logo.png",
        "terms": "pages/terms.md",
        "docker_image": image,
        "enable_detailed_results": True,
        "pages": [
            {"title": name.capitalize(), "file": f"pages/{name}.md"} for name in ("overview", "evaluation", "data")
        ],
        "phases": [{name: value for name, value in phase.items() if value is not None}],
        "tasks": [
            {
                "index": 0,
                "name": f"Labels of the split {competition.reference.split}",
                "description": f"Gold {competition.reference.gold_hash}",
                "scoring_program": "scoring_program.zip",
                "reference_data": "reference_data.zip",
            }
        ],
        "solutions": [{"index": 0, "path": "sample_submission.zip", "tasks": [0]}],
        "leaderboards": [
            {
                "title": "Scores",
                "key": "scores",
                "submission_rule": "Force_Last",
                "columns": [
                    {
                        "title": column.measure,
                        "key": column.key,
                        "index": index,
                        "sorting": "desc",
                        "precision": PRECISION,
                        "hidden": False,
                    }
                    for index, column in enumerate(columns())
                ],
            }
        ],
    }
