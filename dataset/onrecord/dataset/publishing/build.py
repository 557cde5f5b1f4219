"""From gold labels to the dataset folder, and the check that the folder says what its sources give."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from onrecord.dataset.check import check_gold, faults_of
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Gold, gold_json
from onrecord.dataset.layers import using
from onrecord.dataset.publishing.card import card
from onrecord.dataset.publishing.croissant import croissant
from onrecord.dataset.publishing.folder import (
    CORPUS_FILE,
    content_hash,
    make_tables,
    parquet_bytes,
    parquet_name,
    read_rows,
)
from onrecord.dataset.publishing.tables import configs
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.files import sha256, write_atomically

CROISSANT = "croissant.json"


@dataclasses.dataclass(frozen=True)
class Built:
    """A dataset folder as bytes, by name relative to the folder."""

    gold: Mapping[str, bytes]
    """The reviewed source, one JSON an article."""
    parquet: Mapping[str, bytes]
    card: bytes
    extra: Mapping[str, bytes]
    """Files made from the same sources by others, such as the annotators' scores."""
    provenance: str
    hashes: Mapping[str, str]
    """Content hash of every config that has rows."""
    splits: Mapping[str, Sequence[str]]
    """Those of every config that have rows."""
    about: CorpusFile

    @property
    def plain(self) -> dict[str, bytes]:
        """The files whose bytes are always the same."""
        said = msgspec.to_builtins(self.about, order="deterministic")
        if not self.about.probe:
            del said["probe"]  # the file of articles as they were found says nothing of probes
        about = msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"
        return {**self.gold, **self.extra, CORPUS_FILE: about, "README.md": self.card}


def build(gold: Gold, about: CorpusFile, provenance: str, extra: Mapping[str, bytes] | None = None) -> Built:
    """Make everything the dataset folder holds from gold labels.

    Args:
        gold: The labels.
        about: The corpus that they are of.
        provenance: Who made them, as Markdown.
        extra: Further files made from the same sources, by name.

    Raises:
        FaultsError: With every item whose surface, id or reference does not hold, named by file and JSON pointer.
    """
    with using(about.scheme):
        return _build(gold, about, provenance, extra or {})


def _build(gold: Gold, about: CorpusFile, provenance: str, extra: Mapping[str, bytes]) -> Built:
    faults: list[Fault] = []
    if not gold.articles:
        faults.append(Fault("empty", "gold", None, "", "no labelled article", "at least one"))
    for article in gold.articles:
        wrong = check_gold(article.document, article.labels, gold.registries)
        faults += faults_of(f"gold/{article.document.id}.json", None, wrong)
    refuse(faults)
    tables = make_tables(gold, about.splits.names)
    every = [config for config in configs() if config.name in tables.hashes]
    parquet = {
        parquet_name(config.name, split): parquet_bytes(tables.rows[config.name, split], config.schema)
        for config in every
        for split in tables.splits(config.name)
    }
    # the card states sizes, and bytes differ between versions of the Parquet writer: state the size of the rows' text
    sizes = {
        parquet_name(name, split): sum(len(repr(row)) for row in rows) for (name, split), rows in tables.rows.items()
    }
    return Built(
        gold={f"gold/{a.document.id}.json": gold_json(a.document, a.labels) for a in gold.articles},
        parquet=parquet,
        card=card(gold, about, tables, sizes, provenance).encode("utf-8"),
        extra=extra,
        provenance=provenance,
        hashes=tables.hashes,
        splits={config.name: tables.splits(config.name) for config in every},
        about=about,
    )


def new_folder(built: Built) -> dict[str, bytes]:
    """Everything in a dataset folder that is made anew, by name."""
    return {
        **built.plain,
        **built.parquet,
        CROISSANT: _described(built, {name: sha256(content) for name, content in built.parquet.items()}),
    }


def write(built: Built, folder: Path) -> list[str]:
    """Write what is not there already; the card last, since its hashes vouch for the rest.

    Parquet that says the same is left alone, so that a rebuild with another version of the writer changes nothing.

    Returns:
        The names of the files written or removed.
    """
    stale = set(differences(built, folder))
    for name, content in {**built.plain, **built.parquet}.items():
        if name in stale and name != "README.md":
            write_atomically(folder / name, content)
    for name in _unexpected(built, folder):
        (folder / name).unlink()
    if CROISSANT in stale:
        write_atomically(folder / CROISSANT, _croissant(built, folder))
    if "README.md" in stale:
        write_atomically(folder / "README.md", built.card)
    return sorted(stale)


def _croissant(built: Built, folder: Path) -> bytes:
    """The metadata of the Parquet files that lie in the folder: their bytes may be another writer's."""
    return _described(built, {name: sha256((folder / name).read_bytes()) for name in built.parquet})


def _described(built: Built, hashes: Mapping[str, str]) -> bytes:
    return croissant(built.about, built.splits, built.provenance, hashes)


def differences(built: Built, folder: Path) -> list[str]:
    """Names of files in the folder that are missing, not expected, or do not say what they should."""
    differing = [
        name
        for name, content in built.plain.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]
    for config, splits in built.splits.items():
        try:
            rows = [(split, read_rows(folder, config, split)) for split in splits]
            same = content_hash(rows) == built.hashes[config]
        except FaultsError:
            same = False
        if not same:
            differing += [parquet_name(config, split) for split in splits]
    differing += _unexpected(built, folder)
    described = folder / CROISSANT
    if differing or not described.is_file() or described.read_bytes() != _croissant(built, folder):
        differing.append(CROISSANT)
    return sorted(differing)


def _unexpected(built: Built, folder: Path) -> list[str]:
    expected = {*built.gold, *built.parquet}
    present = [*folder.glob("gold/*.json"), *folder.glob("data/*/*.parquet")]
    return sorted(name for path in present if (name := path.relative_to(folder).as_posix()) not in expected)
