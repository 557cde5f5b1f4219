"""An entry as it was found before: nothing that its score, its report or its gaps hang on has changed since.

:func:`remembered` stands before what computes anew; it does so within the entry's budget, as all that is read of it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.dataset.layers import using
from onrecord.dataset.perturbing.made import probe_bytes
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.scheme import Scheme
from onrecord.eval.board.assessing import Assessed, Bench
from onrecord.eval.board.entries import ABOUT, PREDICTIONS, About, probe_file, stored_records
from onrecord.eval.board.gaps import Gaps, Perturbed
from onrecord.eval.board.memory import Finding, Memory, digest, file_digest
from onrecord.eval.board.reports import PageMaker
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.compare import SystemUnits
from onrecord.eval.scoring.intervals import LayerUnits
from onrecord.eval.scoring.record import Record
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.uncertainty import LeftOut
from onrecord.eval.submission.label_maps import read_label_map

T = TypeVar("T")

FORMAT = "1"
"""Of what is kept."""


def memory_of(
    gold: StoredGold,
    asked: Asked,
    pages: PageMaker | None = None,
    probes: Sequence[Perturbed] = (),
    anew: bool = False,
) -> Memory | None:
    """The memory of a board; None where nothing is kept.

    Args:
        gold: What entries are scored against.
        asked: How the board is made.
        pages: What makes reports.
        probes: Perturbed datasets that there is a column of.
        anew: Whether what was kept is found out again.

    Raises:
        FaultsError: There is no such label map.
    """
    labels = None if asked.labels is None else read_label_map(asked.labels)
    parts = [FORMAT, _gold_digest(gold), *map(repr, (asked, labels, pages))]
    for probe in probes:
        parts += [_gold_digest(probe.gold), sha256(probe_bytes(probe.file)), repr(probe.names)]
    return Memory.of(parts, anew)


def _gold_digest(gold: StoredGold) -> str:
    """Of all that there is in a gold as it was read, whatever its folder says by now."""
    rows = msgspec.json.encode(gold.registries, order="sorted").decode()
    splits = [(id, each.about) for id, each in gold.documents.items()]
    return digest([gold.hashes["all"], rows, *map(repr, (splits, gold.scheme, gold.probe))])


def remembered(
    what: str,
    folder: Path,
    bench: Bench,
    make: Callable[[], T],
    to: Callable[[T], bytes | None],
    of: Callable[[bytes], T],
) -> T:
    """What was found of an entry before, if all that it hangs on is as it was; else it is found out, and kept.

    Args:
        what: What is found out.
        folder: The entry's.
        bench: What it is put to.
        make: Finds it out.
        to: Writes it down; None for what is not to be kept.
        of: Reads it.
    """
    if bench.memory is None:
        return make()
    try:
        before = _state(folder, bench)
        finding = bench.memory.at([what, *_content(folder, bench)])
    except OSError:
        return make()  # which says what is wrong with them
    return recalled_or_made(finding, make, to, of, lambda: _state(folder, bench) == before)


def recalled_or_made(
    finding: Finding,
    make: Callable[[], T],
    to: Callable[[T], bytes | None],
    of: Callable[[bytes], T],
    is_still_so: Callable[[], bool] = lambda: True,
) -> T:
    """What was kept, if it can be read; else it is found out, and kept.

    Args:
        finding: Where it is kept.
        make: Finds it out.
        to: Writes it down; None for what is not to be kept.
        of: Reads it.
        is_still_so: Whether what the finding is named by has not changed while it was found out.
    """
    if (kept := finding.get()) is not None:
        with contextlib.suppress(msgspec.DecodeError, ValueError, KeyError):
            return of(kept)
    made = make()
    if (raw := to(made)) is not None:
        with contextlib.suppress(OSError):
            if is_still_so():
                finding.keep(raw)
    return made


def _read(folder: Path, bench: Bench) -> list[Path]:
    """The files of an entry that something hangs on, and that are there."""
    named = [ABOUT, *PREDICTIONS, *(probe_file(each.gold.probe) for each in bench.probes)]
    return [path for path in (*(folder / name for name in named), *stored_records(folder)) if os.path.lexists(path)]


def _state(folder: Path, bench: Bench) -> list[tuple[str, int, int, int]]:
    """What tells that a file has changed in the meantime."""
    stats = [(path.name, path.lstat()) for path in _read(folder, bench)]
    return [(name, each.st_ino, each.st_size, each.st_mtime_ns) for name, each in stats]


def _content(folder: Path, bench: Bench) -> Iterator[str]:
    yield folder.parent.name
    yield folder.name
    for path in _read(folder, bench):
        yield path.name
        yield file_digest(path)


class _Units(msgspec.Struct, frozen=True):
    """The headline of a layer document by document."""

    shape: tuple[int, ...]
    counts: bytes
    """Float64, little-endian, as is what follows."""
    value: float | None = None
    without: bytes | None = None
    """Of a headline that is no function of sums."""


class _Kept(msgspec.Struct, frozen=True):
    about: About
    record: Record
    file: bytes
    note: str
    likeness: str
    page: bytes | None
    units: dict[str, _Units]


def assessed_bytes(found: Assessed) -> bytes | None:
    """An entry that was scored, to be kept; None for any other."""
    if found.provenance != "rescored" or found.excluded or not (found.record and found.file and found.units):
        return None
    units = {name: _units(each) for name, each in found.units.layers.items()}
    return msgspec.msgpack.encode(
        _Kept(found.about, found.record, found.file, found.note, found.likeness, found.page, units)
    )


def _units(layer: LayerUnits) -> _Units:
    counts = _raw(layer.counts)
    if not layer.left_out:
        return _Units(layer.counts.shape, counts)
    (left_out,) = layer.left_out
    return _Units(layer.counts.shape, counts, left_out.value, _raw(left_out.without))


def _raw(values: Sequence[float | None] | NDArray[np.float64]) -> bytes:
    return np.asarray(values, "<f8").tobytes()


def assessed_of(raw: bytes, scheme: Scheme) -> Assessed:
    """An entry as it was kept.

    Args:
        raw: See :func:`assessed_bytes`.
        scheme: That of the gold.

    Raises:
        msgspec.DecodeError: It is none.
        ValueError: Likewise.
        KeyError: Likewise.
    """
    kept = msgspec.msgpack.decode(raw, type=_Kept)
    with using(scheme):
        headlines = {layer.name: layer.headline for layer in scored_layers()}
        units = SystemUnits({name: _layer(headlines[name], each) for name, each in kept.units.items()})
    return Assessed(
        kept.about,
        kept.record,
        kept.file,
        "rescored",
        note=kept.note,
        likeness=kept.likeness,
        units=units,
        page=kept.page,
        is_remembered=True,
    )


def _layer(headline: Measure, kept: _Units) -> LayerUnits:
    counts = np.frombuffer(kept.counts, "<f8").reshape(kept.shape)
    left_out = None if kept.without is None else LeftOut(kept.value, np.frombuffer(kept.without, "<f8"))
    return LayerUnits.of_one(headline, counts, left_out)


def gaps_bytes(found: Gaps) -> bytes:
    """What an entry loses, to be kept."""
    return msgspec.msgpack.encode(found)


def gaps_of_bytes(raw: bytes) -> Gaps:
    """What an entry loses as it was kept.

    Raises:
        msgspec.DecodeError: It is none.
    """
    return msgspec.msgpack.decode(raw, type=Gaps)
