"""What was answered in a log of Inspect."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.eval.inspecting.said import About, Said, together

SAID, ABOUT = "onrecord_said", "onrecord"
"""Where a sample keeps what it answers, where that is more than its output, and what it is about."""


def said_of(id: object, metadata: dict[str, Any], completion: str) -> Said:
    """What a sample answers."""
    kept = metadata.get(SAID)
    return Said({str(id): completion}) if kept is None else msgspec.convert(kept, Said)


def read_log(log: Path, epoch: int = 1) -> tuple[Said, About]:
    """What was answered in a log, and about what; a sample that failed answers nothing.

    Args:
        log: The log, ``.eval`` or ``.json``.
        epoch: Which of several answers of a sample is taken.

    Raises:
        FaultsError: It is no log, or one of another task, or has no such epoch.
        OSError: It is not there.
        ModuleNotFoundError: Inspect is not installed.
    """
    from inspect_ai.log import read_eval_log

    log.open("rb").close()  # the library's own words for what is not there are of its storage
    try:
        samples = read_eval_log(str(log.absolute()), resolve_attachments=True).samples or []
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _fault(log, str(error).partition("\n")[0], "a log of Inspect, .eval or .json") from None
    ours = [each for each in samples if ABOUT in each.metadata]
    if not ours:
        raise _fault(log, "no sample of onrecord's tasks", "a log of onrecord/articles or onrecord/topics")
    chosen = [each for each in ours if each.epoch == epoch]
    if not chosen:
        raise _fault(log, f"no epoch {epoch}", f"--epoch 1 to {max(each.epoch for each in ours)}")
    answered = [each for each in chosen if each.error is None]
    said = together(said_of(each.id, each.metadata, each.output.completion) for each in answered)
    return said, msgspec.convert(ours[0].metadata[ABOUT], About)


def _fault(log: Path, found: str, expected: str) -> FaultsError:
    return FaultsError([Fault("unreadable", str(log), None, "", found, expected)])
