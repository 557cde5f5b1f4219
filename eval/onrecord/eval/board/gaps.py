"""The column *gap*: what an entry's scores lose on perturbed articles, scored again by whoever makes the board."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.dataset import FaultsError
from onrecord.dataset.layers import using
from onrecord.dataset.perturbing.made import ProbeFile
from onrecord.eval.board.entries import Entry, probe_file
from onrecord.eval.board.standings import Standing, Standings, asked_for
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.gap import Variant, gap_of, map_of
from onrecord.eval.scoring.score_file import score_path
from onrecord.eval.scoring.stored_gold import StoredGold, stored_gold
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.sampling import Sampling


@dataclasses.dataclass(frozen=True)
class _Probed:
    """A perturbed dataset."""

    gold: StoredGold
    file: ProbeFile
    names: Mapping[str, str]


def with_gaps(found: Standings, entries: Sequence[Entry], gold: StoredGold, probes: Sequence[Path]) -> Standings:
    """The standings with the gaps of those entries that have predictions for perturbed articles.

    A file that cannot be scored gives no gap, and the entry's note says so.

    Args:
        found: Where every entry stands.
        entries: The entries.
        gold: What they are scored against.
        probes: Perturbed datasets of it.

    Raises:
        FaultsError: A folder is no perturbed dataset, or of another gold.
    """
    several = [_Probed(stored_gold(folder), *map_of(folder, gold)) for folder in probes]
    by_folder = {(entry.about.team, entry.about.system): entry for entry in entries}
    rows = []
    for row in found.rows:
        entry = by_folder.get((row.about.team, row.about.system))
        ranked = row.provenance == "rescored" and entry is not None
        rows.append(_with_gaps(row, entry, found.asked, gold, several) if ranked and entry is not None else row)
    return dataclasses.replace(found, rows=tuple(rows), probes=tuple(each.gold.probe for each in several))


def _with_gaps(row: Standing, entry: Entry, asked: Asked, gold: StoredGold, several: Sequence[_Probed]) -> Standing:
    files = [(each, entry.folder / probe_file(each.gold.probe)) for each in several]
    there = [(each, file) for each, file in files if file.exists()]
    if not there or entry.predictions is None:
        return row
    alone = dataclasses.replace(asked_for(entry.about.labels, asked), how=None, allow_missing=True)
    original = score_path(entry.predictions, gold, alone).result
    gaps: dict[str, Mapping[str, Paired]] = {}
    notes = [row.note] if row.note else []
    for probed, file in there:
        try:
            result = score_path(file, probed.gold, alone).result
        except (FaultsError, OSError):
            notes.append(f"{file.name} cannot be scored")
            continue
        with using(gold.scheme):
            variant = Variant(result, probed.file, probed.names)
            gaps[probed.gold.probe] = gap_of(original, [variant], asked.how or Sampling()).differences
    return dataclasses.replace(row, gaps=gaps, note="; ".join(notes))
