"""The column *gap*: what an entry's scores lose on perturbed articles, scored again by whoever makes the board."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.dataset import FaultsError
from onrecord.dataset.layers import using
from onrecord.dataset.perturbing.made import ProbeFile
from onrecord.dataset.reading.faults import Fault
from onrecord.eval.board.entries import Entry, probe_file
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.gap import Variant, gap_of, map_of
from onrecord.eval.scoring.score_file import score_path
from onrecord.eval.scoring.stored_gold import StoredGold, stored_gold
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.sampling import Sampling


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """A perturbed dataset that a board has a column of."""

    folder: Path
    gold: StoredGold
    file: ProbeFile
    """What was done, and the map back."""
    names: Mapping[str, str]
    """By id of an original article its id here."""


@dataclasses.dataclass(frozen=True)
class Gaps:
    """What an entry loses."""

    differences: Mapping[str, Mapping[str, Paired]]
    """By probe, then by ``layer:measure``: the score on perturbed articles minus that on the original ones."""
    notes: tuple[str, ...] = ()
    """Files that give no gap, and why."""


def perturbed(folders: Sequence[Path], gold: StoredGold) -> tuple[Perturbed, ...]:
    """Perturbed datasets, each once.

    Args:
        folders: Theirs.
        gold: What they were made of.

    Raises:
        FaultsError: A folder is no perturbed dataset, or of another gold; or two want the same file of an entry.
    """
    several: dict[str, Perturbed] = {}
    for folder in folders:
        each = Perturbed(folder, stored_gold(folder), *map_of(folder, gold))
        name = probe_file(each.gold.probe)
        if name in several:
            found = f"{several[name].gold.probe} of {several[name].folder} and {each.gold.probe}"
            raise FaultsError([Fault("probe", str(folder), None, "", found, f"one dataset for {name}")])
        several[name] = each
    return tuple(several.values())


def gaps_of(entry: Entry, gold: StoredGold, asked: Asked, several: Sequence[Perturbed]) -> Gaps:
    """What an entry loses on those perturbed datasets that it has predictions for.

    Args:
        entry: It.
        gold: What it is scored against.
        asked: How; see :func:`onrecord.eval.board.assessing.asked_for`.
        several: The datasets.

    Raises:
        FaultsError: Its predictions for the original articles cannot be scored.
        OSError: Likewise.
    """
    files = [(each, entry.folder / probe_file(each.gold.probe)) for each in several]
    there = [(each, file) for each, file in files if file.exists()]
    if not there or entry.predictions is None:
        return Gaps({})
    alone = dataclasses.replace(asked, how=None, allow_missing=True)
    original = score_path(entry.predictions, gold, alone).result
    differences: dict[str, Mapping[str, Paired]] = {}
    notes = []
    for each, file in there:
        try:
            result = score_path(file, each.gold, alone).result
        except FaultsError as error:
            notes.append(f"{file.name} cannot be scored ({', '.join(sorted(error.counts))})")
            continue
        except OSError as error:
            notes.append(f"{file.name} cannot be scored ({error.strerror or type(error).__name__})")
            continue
        with using(gold.scheme):
            variant = Variant(result, each.file, each.names)
            differences[each.gold.probe] = gap_of(original, [variant], asked.how or Sampling()).differences
    return Gaps(differences, tuple(notes))
