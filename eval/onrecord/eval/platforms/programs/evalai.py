"""Score one submission on EvalAI: the module ``main`` of the evaluation script."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def evaluate(
    test_annotation_file: str, user_annotation_file: str, phase_codename: str, **kwargs: object
) -> dict[str, Any]:
    """The scores of a submission, as EvalAI wants them.

    Raises:
        Exception: The submission cannot be used; the message lists all its faults, without a word of the gold.
    """
    runpy.run_path(str(HERE / "libraries.py"))["provide"](HERE)
    from onrecord.eval.platforms.evalai_boards import evaluated

    return evaluated(Path(test_annotation_file), Path(user_annotation_file), phase_codename)
