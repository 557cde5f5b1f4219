"""Who stands where: entries, what they are worth to a board, and their ranks as intervals.

An entry's record is computed from its predictions by whoever makes the board (*rescored*); an entry without predictions
has only the record that its team sent (*self-reported*), which is shown apart and never ranked: whether any system made
such predictions, nobody here can tell.
Ranked are complete rescored entries of one gold, one version and one policy, of equal predictions those of whoever was
first. A failed, partial, stale or retracted entry, and a copy, is shown with the reason.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from onrecord.dataset.reading.files import sha256
from onrecord.eval.board.assessing import Assessed, Provenance, reason
from onrecord.eval.board.entries import About
from onrecord.eval.board.team_ranks import Ranked, team_ranks
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import Record
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.ranks import RankInterval
from onrecord.eval.statistics.sampling import Sampling
from onrecord.eval.submission.label_maps import OURS_AS

SELF_REPORTED = "self-reported: the predictions are not here, so nobody but the team knows what they are"

Place = tuple[str, str]
"""Team and system."""


@dataclasses.dataclass(frozen=True)
class Standing:
    """An entry on a board."""

    about: About
    record: Record | None
    """See :class:`~onrecord.eval.board.assessing.Assessed`."""
    provenance: Provenance
    excluded: str
    """Why it is not ranked; empty where it is."""
    note: str = ""
    """What a reader should know of it all the same."""
    ranks: Mapping[str, RankInterval | None] = dataclasses.field(default_factory=dict)
    """By layer; None where its score is undefined."""
    gaps: Mapping[str, Mapping[str, Paired]] = dataclasses.field(default_factory=dict)
    """By probe, then by ``layer:measure``: the score on perturbed articles minus that on the original ones."""
    file: bytes | None = None
    """Its record as a file."""
    page: bytes | None = None
    """Its report; of equal predictions the first owner's alone has one."""

    def value(self, layer: str, measure: str) -> float | None:
        """A score; None where it is undefined or there is none."""
        part = None if self.record is None else self.record.layers.get(layer)
        found = None if part is None else part.measures.get(measure)
        return None if found is None else found.value


@dataclasses.dataclass(frozen=True)
class Standings:
    """All entries, those that are ranked first."""

    asked: Asked
    gold_hash: str
    documents: tuple[str, ...]
    rows: tuple[Standing, ...]
    probes: tuple[str, ...] = ()
    """The probes of which the board has a column."""

    @property
    def ranked(self) -> list[Standing]:
        """The entries that are ranked."""
        return [row for row in self.rows if not row.excluded]

    @property
    def reported(self) -> list[Standing]:
        """The entries that would be ranked if their predictions were here."""
        return [row for row in self.rows if row.excluded == SELF_REPORTED]


def standings(
    entries: Sequence[Assessed],
    gold: StoredGold,
    asked: Asked,
    baselines: Sequence[Assessed] = (),
    came: Mapping[Place, int] = MappingProxyType({}),
    probes: Sequence[str] = (),
) -> Standings:
    """Where every entry stands.

    Args:
        entries: Each by itself.
        gold: What they were scored against.
        asked: How the board is made.
        baselines: Entries made here.
        came: In what order entries came, as far as that is known; see :func:`onrecord.eval.board.owners.came`.
        probes: Those that there is a column of.
    """
    wanted, documents = gold.hashes[asked.split], tuple(gold.in_split(asked.split))
    every = [*baselines, *entries]
    policy = _policy(every, asked.labels)
    owners = _owners(every, len(baselines), came)
    rows: list[Standing] = []
    fields: list[Ranked] = []
    for place, each in enumerate(every):
        excluded = _excluded(each, wanted, documents, policy, asked.labels)
        owner = owners.get(each.meaning, place)
        if not excluded and owner != place:
            excluded = f"a copy: the same predictions as {'/'.join(_place(every[owner]))}, which came first"
        page = each.page if owner == place else None
        rows.append(
            Standing(
                each.about,
                each.record,
                each.provenance,
                excluded,
                each.note,
                gaps=each.gaps,
                file=each.file,
                page=page,
            )
        )
        if not excluded and each.units is not None:
            fields.append(Ranked(_group(each.about), _values(rows[-1]), each.units, _content(rows[-1])))
    ranks = iter(team_ranks(fields, asked.how or Sampling()))
    rows = [row if row.excluded else dataclasses.replace(row, ranks=next(ranks)) for row in rows]
    return Standings(asked, wanted, documents, tuple(sorted(rows, key=_order)), tuple(probes))


def _policy(every: Sequence[Assessed], labels: str | None) -> tuple[str, str] | None:
    """The version and policy that records are compared by: those of most that were scored here."""
    keys = Counter(
        _comparable(each.record)
        for each in every
        if each.record is not None and each.provenance == "rescored" and each.about.labels in (None, labels)
    )
    return max(keys, key=lambda key: keys[key]) if keys else None


def _comparable(record: Record) -> tuple[str, str]:
    """Version and policy: what is alike for records that can be ranked together, whose types they are aside."""
    return record.key.scorer, record.key.policy.replace(f"labels:{OURS_AS}", "labels:")


def _excluded(
    each: Assessed, wanted: str, documents: tuple[str, ...], policy: tuple[str, str] | None, labels: str | None
) -> str:
    """Why an entry is not ranked, copies aside; empty where it is."""
    about, record = each.about, each.record
    if about.retracted:
        return f"retracted: {about.retracted}"
    if each.excluded or record is None:
        return each.excluded or "failed: no record"
    if about.labels not in (None, labels):
        return f"types of {about.labels}: a board with --labels {about.labels} ranks it"
    if found := reason(record, wanted, documents):
        return found
    if policy is not None and _comparable(record) != policy:
        return "stale: scored by another version or policy"
    if each.provenance == "rescored":
        return ""
    return each.doubt or SELF_REPORTED


def _owners(every: Sequence[Assessed], baselines: int, came: Mapping[Place, int]) -> dict[str, int]:
    """The place of the first entry of each meaning: baselines before others, then as they came, then by their dates."""

    def first(place: int) -> tuple[bool, float, str, Place]:
        each = every[place]
        return place >= baselines, came.get(_place(each), math.inf), each.about.date or "9999-12-31", _place(each)

    owners: dict[str, int] = {}
    for place in sorted(range(len(every)), key=first):
        if every[place].meaning:
            owners.setdefault(every[place].meaning, place)
    return owners


def _place(each: Assessed) -> Place:
    return each.about.team, each.about.system


def _group(about: About) -> str:
    """Whose entry it is; every baseline stands for itself."""
    return f"{about.team}/{about.system}" if about.kind == "baseline" else about.team


def _values(row: Standing) -> dict[str, float | None]:
    """The headline of every layer."""
    return {layer.name: row.value(layer.name, layer.headline.name) for layer in scored_layers()}


def _content(row: Standing) -> str:
    """What equal scores are ordered by: what was submitted, not by whom or when."""
    return row.record.key.submission if row.record else sha256(f"{row.about.team}/{row.about.system}")


def _order(row: Standing) -> tuple[bool, list[float], str]:
    """Ranked rows by their scores, then the others."""
    scores = _values(row).values()
    return bool(row.excluded), [1.0 if value is None else -value for value in scores], _content(row)
