"""The state of a submission as a Parquet file that anything can add up; docs/state.md has its schema.

The first row groups hold the parts, one each: what a part says, as columns, from which it is brought together with gold
again. The others hold what every document adds, as rows, once it is decided what ids mean: for that all parts are
needed, so a file that lacks documents has parts alone, and is finished together with the others.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np

from onrecord.dataset.reading.faults import OnrecordError, show
from onrecord.dataset.reading.files import sha256, written_beside
from onrecord.eval.layers.cluster_columns import Clusters
from onrecord.eval.layers.columns import KINDS, NONE, Codes, SideColumns, Vocabularies
from onrecord.eval.layers.event_columns import Reported
from onrecord.eval.layers.kept_columns import mapped_columns, write_columns
from onrecord.eval.layers.modality_columns import Modalities
from onrecord.eval.layers.said_stances import Said, sayings
from onrecord.eval.layers.sound_columns import check_columns
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.rendering.signature import SCORER_VERSION
from onrecord.eval.scoring.parts import Part, PartHead, Setting, target_of
from onrecord.eval.scoring.rounds import PartsScoring, Submitted
from onrecord.eval.scoring.score_report import POLICY
from onrecord.eval.scoring.state_checks import check_head, check_words
from onrecord.eval.scoring.target import Target

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "onrecord-state/2"
_KEY = b"onrecord"
_DIGEST = b"onrecord-sha256"
"""The key of the SHA-256 of what the other has: with it stands the header, and with that the data of every part."""
_STEP = 64
"""Every array of a part begins at a multiple of so many bytes."""
_ROLES = ("required", "optional", "charged", "excused")
_TEXT = ("layer", "document", "name", "gold", "predicted", "holder", "target_kind", "target", "label")
_COUNTS = ("gold_matched", "gold_total", "predicted_matched", "predicted_total")


Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class StatePart(msgspec.Struct, frozen=True):
    """One of the parts that a file holds."""

    name: str
    sha256: Sha256
    """Of its content."""
    data: Sha256
    """Of what is kept of it."""
    documents: list[str]
    """That it has a line for, of whatever split."""


class _Format(msgspec.Struct, frozen=True):
    format: str


class StateHeader(msgspec.Struct, frozen=True):
    """What a state is of."""

    format: str
    scorer: str
    policy: dict[str, str]
    split: str
    labels: str
    gold: str
    name: str
    submission: Sha256
    """What stands for the content of the submission in a record."""
    finished: bool
    """Whether it has rows of documents, and is not only a part."""
    missing: list[str]
    """Documents of the split without a line."""
    parts: list[StatePart]


def write_state(path: Path, scoring: PartsScoring, name: str, setting: Setting, parts: Iterable[Part]) -> None:
    """Write the state of what was scored in parts; the file is there whole or not at all."""
    import pyarrow.parquet as pq

    target = target_of(setting)
    schema = _schema()
    kept: list[StatePart] = []
    with written_beside(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for part in parts:
            data, head = _packed(part), part.head
            kept.append(StatePart(head.name, head.sha256, sha256(data), sorted(head.digests)))
            writer.write_table(_table(schema, {"row": ["part"], "name": [head.name], "data": [data]}))
        for layer, columns in () if scoring.state is None else scoring.state.layers.items():
            assert scoring.state is not None
            for rows in _rows(columns, scoring.state.documents):
                if rows["row"]:
                    writer.write_table(_table(schema, rows | {"layer": [layer] * len(rows["row"])}))
        header = msgspec.json.encode(_header(scoring, name, setting, target, kept))
        writer.add_key_value_metadata({_KEY: header, _DIGEST: sha256(header).encode()})


def _header(scoring: PartsScoring, name: str, setting: Setting, target: Target, parts: list[StatePart]) -> StateHeader:
    return StateHeader(
        format=FORMAT,
        scorer=SCORER_VERSION,
        policy=dict(POLICY),
        split=setting.split,
        labels=target.labels,
        gold=target.gold.hashes[setting.split],
        name=name,
        submission=scoring.sha256,
        finished=scoring.state is not None,
        missing=list(scoring.missing),
        parts=parts,
    )


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("row", pa.string()),
            *((name, pa.string()) for name in _TEXT),
            *((name, pa.float64()) for name in _COUNTS),
            ("count", pa.int64()),
            ("data", pa.binary()),
        ]
    )


def _table(schema: pa.Schema, rows: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    many = len(rows["row"])
    columns = [
        pa.array(rows[each.name], each.type) if each.name in rows else pa.nulls(many, each.type) for each in schema
    ]
    return pa.table(columns, schema=schema)


def _rows(columns: StateColumns, documents: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What each document adds, as rows of each kind."""
    counts = columns.counts(columns.names)
    at, which = np.nonzero(counts.any(axis=2))
    yield {
        "row": ["count"] * len(at),
        "document": [documents[n] for n in at.tolist()],
        "name": [columns.names[n] for n in which.tolist()],
        **{name: counts[at, which, n] for n, name in enumerate(_COUNTS)},
    }
    for whole in columns.wholes:
        if isinstance(whole, Clusters):
            yield _cells(whole)
        elif isinstance(whole, Said):
            yield _tuples(whole, documents)
        elif isinstance(whole, Modalities):
            yield _modalities(whole, documents)
        elif isinstance(whole, Reported):
            yield {
                "row": ["event"] * len(whole.document),
                "document": [documents[n] for n in whole.document.tolist()],
                "gold": [whole.words[code] for code in whole.event.tolist()],
            }


def _cells(whole: Clusters) -> dict[str, Any]:
    rows = whole.rows
    distinct, inverse = np.unique(np.stack([rows.document, rows.gold, rows.predicted]), axis=1, return_inverse=True)
    count = np.zeros(distinct.shape[1], np.int64)
    np.add.at(count, inverse.reshape(-1), rows.count)
    document, gold, predicted = distinct.tolist()

    def cluster(of: int, code: int) -> str | None:
        found = whole.cluster(of, code)
        return f"{found[0]}#{found[1]}" if isinstance(found, tuple) else found

    return {
        "row": ["cell"] * len(document),
        "document": [whole.names[n] for n in document],
        "gold": [None if code == NONE else whole.words[code] for code in gold],
        "predicted": [cluster(*each) for each in zip(document, predicted, strict=True)],
        "count": count,
    }


def _tuples(whole: Said, documents: Sequence[str]) -> dict[str, Any]:
    said, columns = sayings(), (whole.holder.tolist(), whole.kind.tolist(), whole.target.tolist())
    return {
        "row": ["tuple"] * len(whole.document),
        "document": [documents[n] for n in whole.document.tolist()],
        "name": [_ROLES[role] for role in whole.role.tolist()],
        "holder": [":".join(whole.id_of(-1, code)) for code in columns[0]],
        "target_kind": [KINDS[kind] for kind in columns[1]],
        "target": [":".join(whole.id_of(kind, code)) for kind, code in zip(columns[1], columns[2], strict=True)],
        "label": [said[code] for code in whole.label.tolist()],
    }


def _modalities(whole: Modalities, documents: Sequence[str]) -> dict[str, Any]:
    return {
        "row": ["modality"] * len(whole.document),
        "document": [documents[n] for n in whole.document.tolist()],
        "name": [_ROLES[role] for role in whole.role.tolist()],
        "target": [":".join(whole.id_of(code)) for code in whole.event.tolist()],
        "label": ["denied" if denied else "other" for denied in whole.denied.tolist()],
    }


def _packed(part: Part) -> bytes:
    """The head, after its length in eight bytes, and the columns."""
    into, head = io.BytesIO(), msgspec.json.encode(part.head)
    into.write(len(head).to_bytes(8, "little") + head)
    write_columns(into, part.predicted, _STEP)
    return into.getvalue()


def _unpacked(data: bytes) -> tuple[PartHead, SideColumns]:
    file = io.BytesIO(data)
    head = msgspec.json.decode(file.read(int.from_bytes(file.read(8), "little")), type=PartHead)
    return head, mapped_columns(file, data, _STEP)


@dataclasses.dataclass(frozen=True)
class StateSource:
    """A part that is held by the state of a submission."""

    path: Path
    number: int
    about: StatePart
    """What the header says of it."""

    def read(self, setting: Setting) -> Part:
        """See :class:`~onrecord.eval.scoring.parts.Source`.

        Raises:
            OnrecordError: The file is damaged, or does not hold what it should.
            OSError: It cannot be opened.
        """
        target, shown = target_of(setting), show(str(self.path))
        data = self._data()
        if sha256(data) != self.about.data:
            raise OnrecordError(f"{shown} is damaged: the data of {self._name} is not what was written")
        with _refusing(f"{shown} is no state that can be read: {self._name}: "):
            head, columns = _unpacked(data)
            if (head.sha256, sorted(head.digests)) != (self.about.sha256, self.about.documents):
                raise ValueError("it is another part than the header says")
            check_head(head, target)
            places = sorted(target.places[id] for id in head.digests if id in target.places)
            texts = (target.gold.documents[target.ids[place]].text for place in places)
            check_words(columns.codes, target)
            check_columns(columns, np.array([len(text) for text in texts], np.int64))
        return Part(head, np.array(places, np.int64), _recoded(columns, target))

    @property
    def _name(self) -> str:
        return f"part {self.number + 1}"

    def _data(self) -> bytes:
        import pyarrow.parquet as pq

        says = f"{show(str(self.path))} is damaged: {self._name} cannot be read: "
        with self.path.open("rb") as file, _refusing(says):
            cell = pq.ParquetFile(file).read_row_group(self.number, columns=["data"]).column("data")[0].as_py()
            if not isinstance(cell, bytes):
                raise TypeError("there is none")
            return cell


@contextlib.contextmanager
def _refusing(says: str) -> Iterator[None]:
    """Whatever Arrow, numpy and msgspec raise of a file that is not as it should be, in one sentence."""
    import pyarrow as pa

    wrong = (ValueError, LookupError, TypeError, ArithmeticError, SyntaxError, RecursionError, MemoryError, EOFError)
    try:
        yield
    except (pa.ArrowException, msgspec.DecodeError, OSError, *wrong) as error:
        raise OnrecordError(f"{says}{show(str(error) or type(error).__name__)}") from error


def _recoded(columns: SideColumns, target: Target) -> SideColumns:
    """The columns with the codes of types and kinds that gold has."""
    types, kinds = target.columns.codes.type, target.columns.codes.kind
    mentions = columns.mentions
    tables = [
        np.array([to[word] for word in of.words] + [NONE], np.int32)
        for to, of in ((types, columns.codes.type), (kinds, columns.codes.kind))
    ]
    codes: dict[str, Codes] = {kind: getattr(columns.codes, kind) for kind in ("entity", "event", "claim")}
    return dataclasses.replace(
        columns,
        codes=Vocabularies(types, kinds, **codes),
        mentions=dataclasses.replace(mentions, type=tables[0][mentions.type], kind=tables[1][mentions.kind]),
    )


def read_header(path: Path) -> StateHeader:
    """What a state is of.

    Raises:
        OnrecordError: It is none, or of another format, or damaged.
        OSError: It cannot be opened.
    """
    import pyarrow.parquet as pq

    shown = show(str(path))
    with path.open("rb") as file:
        try:
            with _refusing(""):
                metadata = pq.read_metadata(file).metadata or {}
                raw = metadata[_KEY]
        except OnrecordError as error:
            raise OnrecordError(f"{shown} is no state: onrecord score --state writes one") from error
    digest = metadata.get(_DIGEST)
    if digest is not None and digest != sha256(raw).encode():
        raise OnrecordError(f"{shown} is damaged: its header is not what was written")
    with _refusing(f"{shown} is no state that can be read: "):
        format = msgspec.json.decode(raw, type=_Format).format
        header = None if format != FORMAT else msgspec.json.decode(raw, type=StateHeader)
    if header is None:
        raise OnrecordError(f"{shown} is a state of another format: {show(format)}, and not {FORMAT}; write it again")
    if digest is None:
        raise OnrecordError(f"{shown} is damaged: nothing says what its header was")
    return header


def submitted_states(paths: Sequence[Path], setting: Setting) -> Submitted:
    """The parts of one submission, from states.

    Raises:
        OnrecordError: One is no state, or of another gold, split, label map, policy or version of the scorer; or two
            hold the same part.
    """
    target = target_of(setting)
    wanted = {
        "scorer": SCORER_VERSION,
        "policy": dict(POLICY),
        "split": setting.split,
        "labels": target.labels,
        "gold": target.gold.hashes[setting.split],
    }
    sources: list[StateSource] = []
    seen: dict[tuple[str, tuple[str, ...]], Path] = {}
    headers = []
    for path in sorted(paths):
        header = read_header(path)
        for name, value in wanted.items():
            if (found := getattr(header, name)) != value:
                there, here = show(str(found)), show(str(value))
                raise OnrecordError(f"{show(str(path))} cannot be added: its {name} is {there}, not {here}")
        for number, part in enumerate(header.parts):
            key = part.sha256, tuple(part.documents)
            if part.documents and key in seen:
                raise OnrecordError(f"{show(str(seen[key]))} and {show(str(path))} hold the same part")
            seen[key] = path
            sources.append(StateSource(path, number, part))
        headers.append(header)
    alone = headers[0].submission if len(headers) == 1 else None
    more = f" and {len(headers) - 1} more" if len(headers) > 1 else ""
    return Submitted(f"{headers[0].name}{more}", tuple(sources), alone)
