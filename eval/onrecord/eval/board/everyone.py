"""All entries of a results folder, each by itself: in a process of its own, within its budget, and not twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from onrecord.dataset import FaultsError
from onrecord.dataset.reading.platform import forks_safely
from onrecord.eval.board.assessing import Assessed, Bench, assessed, failed, losses, meaning, named
from onrecord.eval.board.budget import Budget, UnfinishedError, within
from onrecord.eval.board.entries import About
from onrecord.eval.board.gaps import Gaps
from onrecord.eval.board.remembering import assessed_bytes, assessed_of, gaps_bytes, gaps_of_bytes, remembered
from onrecord.eval.board.saying import alike


def assessed_entries(
    folders: Sequence[Path],
    bench: Bench,
    budget: Budget,
    tell: Callable[[int], object] = lambda _: None,
    beside: Sequence[Assessed] = (),
) -> list[Assessed]:
    """Every entry by itself, each within its budget; left out is one whose folders have names that cannot be shown, or
    that of the team of the baselines.

    Those that are alike are read once more, for what they mean, each within its budget again. What the bench remembers
    of an entry that has not changed is not found out again.

    Args:
        folders: See :func:`onrecord.eval.board.entries.entry_folders`.
        bench: What they are put to.
        budget: What each may take, and once more for what it loses on perturbed articles.
        tell: Called with the number of entries done.
        beside: Entries made here, which others may be like.
    """
    if len(folders) > 1 and forks_safely():
        from onrecord.dataset.reading import tables  # once, and not in each process anew

        assert tables
    found: list[tuple[Path, Assessed]] = []
    for done, folder in enumerate(folders, start=1):
        about = named(folder)
        if about is not None:
            try:
                each = within(budget, _assessed, folder, about, bench)
                found.append((folder, _with_gaps(each, folder, bench, budget)))
            except (UnfinishedError, OSError) as error:
                found.append((folder, Assessed(about, excluded=f"failed: {error}")))
        tell(done)
    several = alike([each.likeness for each in (*beside, *(each for _, each in found))])
    return [_with_meaning(each, folder, bench, budget) if each.likeness in several else each for folder, each in found]


def _assessed(folder: Path, about: About, bench: Bench) -> Assessed:
    return remembered(
        "entry",
        folder,
        bench,
        lambda: assessed(folder, about, bench),
        assessed_bytes,
        lambda raw: assessed_of(raw, bench.gold.scheme),
    )


def _with_meaning(each: Assessed, folder: Path, bench: Bench, budget: Budget) -> Assessed:
    """An entry that is like another, with what it means; one of which that is not found out is ranked no more."""
    try:
        return dataclasses.replace(each, meaning=within(budget, _meaning, folder, bench))
    except FaultsError as error:
        return failed(each.about, error)
    except (UnfinishedError, OSError) as error:
        return Assessed(each.about, excluded=f"failed: {error}")


def _meaning(folder: Path, bench: Bench) -> str:
    return remembered("meaning", folder, bench, lambda: meaning(folder, bench), str.encode, bytes.decode)


def _with_gaps(each: Assessed, folder: Path, bench: Bench, budget: Budget) -> Assessed:
    """An entry with its gaps, in a process of their own: whatever these meet, the entry's score stands."""
    if each.provenance != "rescored" or not bench.probes:
        return each
    try:
        gaps = within(budget, _losses, folder, bench)
    except (UnfinishedError, FaultsError, OSError) as error:
        gaps = Gaps({}, (f"no gap: {error}",))
    notes = (each.note, *gaps.notes)
    return dataclasses.replace(each, gaps=gaps.differences, note="; ".join(note for note in notes if note))


def _losses(folder: Path, bench: Bench) -> Gaps:
    return remembered("gaps", folder, bench, lambda: losses(folder, bench), gaps_bytes, gaps_of_bytes)
