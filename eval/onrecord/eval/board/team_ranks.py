"""Ranks among teams: of each team one entry is in the family of tests, so that nobody is moved by a team's many.

In each layer a team stands there with its best entry. Another entry of the team is ranked as if it stood there
instead: it changes no rank but its own.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.compare import SystemUnits, contrasts_of, ranks_of
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.ranks import RankInterval
from onrecord.eval.statistics.sampling import Sampling


@dataclasses.dataclass(frozen=True)
class Ranked:
    """An entry that is to be ranked."""

    group: str
    """Whose it is."""
    values: Mapping[str, float | None]
    """The headline of each layer."""
    units: SystemUnits
    """The same document by document."""
    content: str
    """What decides between equal scores which entry stands for a team: nothing that its name or its date does."""


def team_ranks(entries: Sequence[Ranked], how: Sampling) -> list[dict[str, RankInterval | None]]:
    """The ranks that each entry may have, by layer.

    A rank is one more than the number of teams that are significantly better, to the number of teams less those that
    are significantly worse, the entry's own among them. None where its score is undefined.
    """

    @functools.cache
    def contrast(one: int, other: int) -> Mapping[str, Paired]:
        return contrasts_of(entries[one].units, entries[other].units, how)

    found: list[dict[str, RankInterval | None]] = [{} for _ in entries]
    for layer in scored_layers():
        name = layer.name
        values = [each.values[name] for each in entries]
        best = _best(entries, values)
        family = sorted(best.values())

        def ranks(
            places: Sequence[int], full: str = layer.headline.full, of: Sequence[float | None] = values
        ) -> dict[int, RankInterval | None]:
            pairs = {(i, j): contrast(places[i], places[j]) for j in range(len(places)) for i in range(j)}
            return dict(zip(places, ranks_of(full, [of[place] for place in places], pairs, how.level), strict=True))

        standing = ranks(family)
        for place, entry in enumerate(entries):
            if values[place] is None:
                found[place][name] = None
            elif place in standing:
                found[place][name] = standing[place]
            else:
                instead = sorted({*family, place} - {best[entry.group]})
                found[place][name] = ranks(instead)[place]
    return found


def _best(entries: Sequence[Ranked], values: Sequence[float | None]) -> dict[str, int]:
    """The place of each team's best entry in a layer; of no team that has no score there."""
    best: dict[str, int] = {}
    scored = [(value, place) for place, value in enumerate(values) if value is not None]
    for _, place in sorted(scored, key=lambda each: (-each[0], entries[each[1]].content)):
        best.setdefault(entries[place].group, place)
    return best
