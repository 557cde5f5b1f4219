"""Many submissions, each scored by itself and whole, by whatever process or machine; its record is what comes home."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.engine import Engine
from onrecord.eval.scoring.parts import Setting, target_of
from onrecord.eval.scoring.record import Record, key_of, read_record, record_bytes, record_of, refused_record
from onrecord.eval.scoring.score_stream import score_stream, unscored_stream
from onrecord.eval.submission.unpacking import opened

INDEX = "index.jsonl"
"""In a folder of records, what became of each file, a line a file."""


class SystemLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one file, in short."""

    file: str
    """As it was given."""
    sha256: str | None
    """Of its content, unpacked; None where it cannot be opened."""
    status: str
    """``complete``, ``partial`` or ``failed``, as in the record."""
    id: str | None = None
    """Of its record; left out where it cannot be opened."""
    scores: dict[str, float | None] = msgspec.field(default_factory=dict)
    """By ``layer:measure``, each layer's headline; None where it is undefined."""
    errors: dict[str, int] = msgspec.field(default_factory=dict)
    """How many faults of each kind there are."""


@dataclasses.dataclass(frozen=True)
class SystemScore:
    """What became of one file."""

    line: SystemLine
    record: bytes | None
    """Its record as a file; None where it cannot be opened."""
    faults: tuple[Fault, ...] = ()
    """Why there is no score; of each kind the first few."""
    warnings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """By kind, what is odd and does not keep it from being scored."""
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """How many predicted mentions of the articles scored the label map leaves out, by their type."""


def score_each(
    paths: Sequence[Path], setting: Setting, asked: Asked, engine: Engine, records: Path | None = None
) -> Iterator[SystemScore]:
    """Score files, each a submission of its own; in their order, as they are done.

    Args:
        paths: The files; the same may come twice.
        setting: What they are scored against; see :func:`~onrecord.eval.scoring.engines.engine.prepare`.
        asked: How; split and label map are those of the setting.
        engine: Who does it; it has been entered.
        records: A folder of records: a file whose score is in it is not scored again.

    Raises:
        OnrecordError: The engine did not get through.
    """
    known = {} if records is None else _known(paths, setting, asked, records)
    left = [(path.absolute(), setting, asked) for path in paths if path not in known]
    done = engine.each(score_system, left)
    for path in paths:
        yield known[path] if path in known else _called(next(done), str(path))


def score_system(path: Path, setting: Setting, asked: Asked) -> SystemScore:
    """Score one file, as ``onrecord score`` does.

    Raises:
        FaultsError: The dataset or the label map is not right.
    """
    gold = target_of(setting).gold
    digest = hashlib.sha256()
    try:
        with opened(path, setting.limits) as pieces:
            found = score_stream(path, pieces, gold, asked, setting.limits, keep=False, digest=digest)
    except FaultsError as error:
        record = refused_record(unscored_stream(path, digest.hexdigest(), gold, asked), error)
        return SystemScore(_line(record), record_bytes(record), error.faults)
    except OSError as error:
        fault = Fault("file", str(path), None, "", error.strerror or str(error), "a prediction file")
        return SystemScore(SystemLine(str(path), None, "failed", errors={"file": 1}), None, (fault,))
    record = record_of(found.report)
    return SystemScore(_line(record), record_bytes(record), (), found.submission.warnings, found.left_out)


def index_bytes(lines: Sequence[SystemLine]) -> bytes:
    """The index as a file."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _line(record: Record) -> SystemLine:
    names = [layer.name for layer in scored_layers() if layer.name in record.layers]
    headlines = {name: record.layers[name].headline for name in names}
    scores = {f"{name}:{of}": record.layers[name].measures[of].value for name, of in headlines.items()}
    return SystemLine("", record.key.submission, record.status, record.id, scores, dict(record.errors))


def _called(found: SystemScore, name: str) -> SystemScore:
    """By the name that the file was given, which a worker may have another for."""
    faults = tuple(dataclasses.replace(each, file=name) for each in found.faults)
    return dataclasses.replace(found, line=msgspec.structs.replace(found.line, file=name), faults=faults)


def _known(paths: Sequence[Path], setting: Setting, asked: Asked, records: Path) -> dict[Path, SystemScore]:
    """What records say of files; only of those with a score that would be made again."""
    there = {each.stem for each in records.glob("*.json")}
    if not there:
        return {}
    known: dict[Path, SystemScore] = {}
    signature: Any = None
    gold = target_of(setting).gold
    for path in paths:
        try:
            digest = hashlib.sha256()
            with opened(path, setting.limits) as pieces:
                for piece in pieces:
                    digest.update(piece)
            sha256 = digest.hexdigest()
            if signature is None:
                signature = unscored_stream(path, sha256, gold, asked).signature
            id = key_of(signature, sha256, gold.hashes[setting.split]).id
            if id not in there:
                continue
            raw = (records / f"{id}.json").read_bytes()
            record = read_record(str(path), raw)
        except (FaultsError, OSError):  # it is scored, and says so itself
            continue
        if record.id == id and (record.status == "complete" or (record.status == "partial" and asked.allow_missing)):
            known[path] = _called(SystemScore(_line(record), None), str(path))
    return known
