"""One entry by itself: read, scored, and what is wrong with it; nothing here knows of other entries.

:func:`assessed` is what a board does with each entry within its budget. Whatever it meets is part of what it gives.
"""

from __future__ import annotations

import dataclasses
import errno
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from onrecord.dataset import FaultsError
from onrecord.dataset.layers import using
from onrecord.eval.board.entries import About, Entry, read_entry
from onrecord.eval.board.folder_names import is_ours
from onrecord.eval.board.gaps import Gaps, Perturbed, gaps_of, perturbed
from onrecord.eval.board.likeness import Likeness
from onrecord.eval.board.memory import Memory
from onrecord.eval.board.reported import wrong_with
from onrecord.eval.board.reports import PageMaker
from onrecord.eval.board.saying import meaning_of, scheme_of
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.compare import SystemUnits
from onrecord.eval.scoring.intervals import SIDE_BY_SIDE, units_of
from onrecord.eval.scoring.record import Record, record_bytes, record_of
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.score_stream import StreamScoring, score_stream
from onrecord.eval.scoring.stored_gold import StoredGold, stored_gold
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.submission.label_maps import OURS_AS
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.unpacking import opened

Provenance = Literal["rescored", "self-reported", "none"]


@dataclasses.dataclass(frozen=True)
class Scored:
    """Predictions that were scored."""

    scoring: StreamScoring
    record: Record
    units: SystemUnits
    """Its headlines document by document, for tests against others."""
    likeness: str
    """What predictions that say the same have in common; see :mod:`onrecord.eval.board.likeness`."""

    @functools.cached_property
    def file(self) -> bytes:
        """The record as it is written."""
        return record_bytes(self.record)


@dataclasses.dataclass(frozen=True)
class Assessed:
    """What became of an entry by itself."""

    about: About
    record: Record | None = None
    """Without what each document adds."""
    file: bytes | None = None
    """The whole record as a file."""
    provenance: Provenance = "none"
    excluded: str = ""
    """Why it is not ranked, as far as it shows in itself; empty for nothing."""
    doubt: str = ""
    """Why a record without predictions cannot be right, if it is of this version and policy."""
    note: str = ""
    """What a reader should know of it all the same."""
    likeness: str = ""
    """See :class:`Scored`; empty where no predictions were scored."""
    meaning: str = ""
    """What its predictions say, whatever they are written like, where another entry is like it; else empty. See
    :func:`~onrecord.eval.board.saying.meaning_of`."""
    units: SystemUnits | None = None
    """Its headlines document by document, for tests against others."""
    page: bytes | None = None
    """Its report."""
    gaps: Mapping[str, Mapping[str, Paired]] = dataclasses.field(default_factory=dict)
    """See :class:`~onrecord.eval.board.gaps.Gaps`."""
    is_remembered: bool = False
    """Whether it was scored before and has not changed since."""


@dataclasses.dataclass(frozen=True)
class Bench:
    """What every entry is put to."""

    gold: StoredGold
    folder: Path | None
    """The dataset folder that the gold is of; None for gold in memory, which only a forked process has."""
    asked: Asked
    """How the board is made."""
    pages: PageMaker | None = None
    """Makes the report of an entry; None for none."""
    probes: tuple[Perturbed, ...] = ()
    """Perturbed datasets that there is a column of."""
    memory: Memory | None = None
    """What was found out before; None for nothing."""

    def __reduce__(self) -> tuple[Callable[..., Bench], tuple[object, ...]]:
        folders = [each.folder for each in self.probes]
        return _bench, (self.folder, self.asked, self.pages, folders, self.memory)  # open files stay where they are


def _bench(folder: Path, asked: Asked, pages: PageMaker | None, probes: Sequence[Path], memory: Memory | None) -> Bench:
    gold = stored_gold(folder)
    return Bench(gold, folder, asked, pages, perturbed(probes, gold), memory)


def assessed(folder: Path, named: About, bench: Bench) -> Assessed:
    """An entry by itself.

    Args:
        folder: Its folder.
        named: What its folders' names say of it.
        bench: What it is put to.
    """
    try:
        entry = read_entry(folder)
    except FaultsError as error:
        return _no_entry(named, error)
    except OSError as error:
        return Assessed(named, excluded=f"failed: the entry cannot be read ({_why(error)})")
    if entry.predictions is None:
        with using(bench.gold.scheme):
            return _reported(entry, bench)
    try:
        return _rescored(entry, entry.predictions, bench)
    except FaultsError as error:
        return failed(entry.about, error)
    except OSError as error:
        return Assessed(entry.about, excluded=f"failed: the predictions cannot be read ({_why(error)})")


def _no_entry(about: About, error: FaultsError) -> Assessed:
    return Assessed(about, excluded=f"failed: {_faults(error.total)} of the entry ({_kinds(error.counts)})")


def meaning(folder: Path, bench: Bench) -> str:
    """What the predictions of an entry mean, which have been scored: see :func:`meaning_of`.

    Raises:
        FaultsError: They cannot be read any more.
        OSError: Likewise.
    """
    entry = read_entry(folder)
    if entry.predictions is None:
        raise FileNotFoundError(errno.ENOENT, "no predictions", str(folder))
    with opened(entry.predictions, DEFAULT_LIMITS, follow_links=False) as pieces:
        return meaning_of(entry.predictions, pieces, bench.gold, asked_for(entry.about.labels, bench.asked))


def losses(folder: Path, bench: Bench) -> Gaps:
    """What an entry that has been scored loses on the perturbed articles of a bench: see :func:`gaps_of`.

    Raises:
        FaultsError: Its predictions cannot be read any more.
        OSError: Likewise.
    """
    entry = read_entry(folder)
    return gaps_of(entry, bench.gold, asked_for(entry.about.labels, bench.asked), bench.probes)


def named(folder: Path) -> About | None:
    """What the names of an entry's folders say of it; None where they cannot be shown, or are the baselines'."""
    if is_ours(folder.parent.name):
        return None
    try:
        return msgspec.convert({"team": folder.parent.name, "system": folder.name, "name": folder.name}, About)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None


def failed(about: About, error: FaultsError) -> Assessed:
    """An entry whose predictions cannot be scored."""
    return Assessed(about, excluded=f"failed: {_faults(error.total)} ({_kinds(error.counts)})")


def _faults(many: int) -> str:
    return f"{many} fault{'' if many == 1 else 's'}"


def _kinds(counts: Iterable[str]) -> str:
    return ", ".join(sorted(counts))


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _rescored(entry: Entry, predictions: Path, bench: Bench) -> Assessed:
    asked = dataclasses.replace(asked_for(entry.about.labels, bench.asked), allow_missing=True)
    with opened(predictions, DEFAULT_LIMITS, follow_links=False) as pieces:
        found = scored(predictions, pieces, bench.gold, asked, keep=bench.pages is not None)
    try:
        stored = {each.id: each for each in entry.others(found.file)}.get(found.record.id)
    except FaultsError as error:
        return _no_entry(entry.about, error)
    differs = stored is not None and not same_result(stored, found.record)
    with using(bench.gold.scheme):
        page = None if bench.pages is None else bench.pages(entry.about, found.scoring, bench.gold)
    note = "the record it came with differs" if differs else ""
    return dataclasses.replace(rescored(entry.about, found), note=note, page=page)


def rescored(about: About, found: Scored) -> Assessed:
    """An entry whose predictions were scored, as far as they say."""
    return Assessed(about, _bare(found.record), found.file, "rescored", likeness=found.likeness, units=found.units)


def _bare(record: Record) -> Record:
    """A record without what each document adds, which is nearly all of it and goes from process to process as bytes."""
    layers = {name: msgspec.structs.replace(layer, documents={}) for name, layer in record.layers.items()}
    return msgspec.structs.replace(record, layers=layers)


def scored(name: Path, pieces: Iterable[bytes], gold: StoredGold, asked: Asked, keep: bool = False) -> Scored:
    """The score of predictions, their record, their headlines by document, and what they are like.

    Args:
        name: What faults call the file.
        pieces: Its content.
        gold: What it is scored against.
        asked: How.
        keep: See :func:`onrecord.eval.scoring.score_stream.score_stream`.

    Raises:
        FaultsError: They cannot be scored.
    """
    scoring, likeness = scored_alone(name, pieces, gold, asked, keep)
    result, how = scoring.result, asked.how
    with using(gold.scheme):
        # what the intervals are made of is what the tests against others are made of too
        units = SystemUnits.of(result, units_of(result, "document"))
        if how is not None and how.unit == "document" and len(result.documents) <= SIDE_BY_SIDE:
            report = units.report(result, how)
        else:
            report = Report.of(result, how)
        headlines = units.of_measures({layer.name: layer.headline for layer in scored_layers()})
    return Scored(dataclasses.replace(scoring, report=report), record_of(report), headlines, likeness)


def scored_alone(
    name: Path, pieces: Iterable[bytes], gold: StoredGold, asked: Asked, keep: bool = False
) -> tuple[StreamScoring, str]:
    """The score of predictions without intervals, and what they are like; see :func:`scored`."""
    likeness = Likeness(len(gold.in_split(asked.split)), gold.ids)
    bare = dataclasses.replace(asked, how=None)
    found = score_stream(name, pieces, gold, bare, keep=keep, told=likeness.add)
    return found, f"{scheme_of(asked)} {likeness.of(found.submission.layers)}"


def asked_for(labels: str | None, asked: Asked) -> Asked:
    """How an entry is scored on a board.

    Args:
        labels: The label map that its types are of; None for ours.
        asked: How the board is made: with a map, entries of our types are compared by it too.
    """
    if labels is None and asked.labels is not None:
        labels = f"{OURS_AS}{asked.labels}"
    return dataclasses.replace(asked, labels=labels)


def same_result(one: Record, other: Record) -> bool:
    """Whether two records say the same of everything but the environment."""
    return msgspec.structs.replace(one, environment={}) == msgspec.structs.replace(other, environment={})


def _reported(entry: Entry, bench: Bench) -> Assessed:
    """An entry whose predictions are not here: what its record says, where it says anything that can be shown."""
    if not entry.records:
        return Assessed(entry.about, excluded="failed: neither predictions nor a record")
    wanted = bench.gold.hashes[bench.asked.split]
    fitting = [record for record in entry.records if record.key.gold == wanted]
    record = fitting[0] if fitting else entry.records[0]
    try:
        file = record_bytes(record)
        excluded = reason(record, wanted, tuple(bench.gold.in_split(bench.asked.split)))
    except (ValueError, OverflowError):  # numbers that nobody can write down
        return Assessed(entry.about, excluded="failed: a record of numbers without end")
    doubt = "" if excluded else wrong_with(record, bench.gold, bench.asked)
    return Assessed(entry.about, _bare(record), file, "self-reported", excluded, doubt)


def reason(record: Record, wanted: str, documents: tuple[str, ...]) -> str:
    """Why a record cannot be ranked, as far as it shows in itself; empty for nothing.

    Args:
        record: The record.
        wanted: The hash of the gold.
        documents: Those of the split.
    """
    if record.key.gold != wanted:
        return "stale: scored against another gold"
    if record.status == "failed":
        return f"failed: {_faults(sum(record.errors.values()))}"
    if record.status == "partial" or record.coverage is None or record.coverage.missing:
        missing = len(record.coverage.missing) if record.coverage else 0
        return f"partial: {missing} of {len(documents)} articles missing"
    if record.coverage.scored != documents:
        return "failed: a record of other articles"
    return "" if record.coverage.layers else "failed: no layer at all"
