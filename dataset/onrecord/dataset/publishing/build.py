"""From gold labels to the dataset folder, and the check that the folder says what its sources give."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from onrecord.dataset.check import check_gold, faults_of
from onrecord.dataset.corpus import CorpusFile, Texts
from onrecord.dataset.gold import Gold, gold_json
from onrecord.dataset.layers import using
from onrecord.dataset.publishing.card import card
from onrecord.dataset.publishing.croissant import croissant
from onrecord.dataset.publishing.edition import WHOLE, Edition
from onrecord.dataset.publishing.folder import (
    CORPUS_FILE,
    content_hash,
    make_tables,
    parquet_bytes,
    parquet_name,
    read_rows,
)
from onrecord.dataset.reading.faults import Fault, FaultsError, Hints, refuse
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.replacing import MANIFEST, Found, files_in, look_into, manifest_json, replace_folder

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
    source: Gold
    """The labels that it was made of, without texts that are withheld."""
    metadata: Mapping[str, Any]
    """What its metadata say beside the rows."""
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
        if self.about.texts == Texts():
            del said["texts"]
        about = msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"
        return {**self.gold, **self.extra, CORPUS_FILE: about, "README.md": self.card}

    @property
    def files(self) -> dict[str, bytes]:
        """All its files, where there is no folder yet; the manifest's left out."""
        return {**self.plain, **self.parquet, CROISSANT: _croissant(self, self.parquet)}

    @property
    def names(self) -> list[str]:
        """The names of all its files, the manifest's left out."""
        return [*self.plain, *self.parquet, CROISSANT]


def build(
    gold: Gold,
    about: CorpusFile,
    provenance: str,
    extra: Mapping[str, bytes] | None = None,
    metadata: Mapping[str, Any] | None = None,
    edition: Edition = WHOLE,
) -> Built:
    """Make everything the dataset folder holds from gold labels.

    Args:
        gold: The labels.
        about: The corpus that they are of.
        provenance: Who made them, as Markdown.
        extra: Further files made from the same sources, by name.
        metadata: What its metadata say beside the rows, as :func:`onrecord.dataset.publishing.rai.metadata` gives it.
        edition: In what form it is published. Of articles whose words are withheld there is no reviewed source.

    Raises:
        FaultsError: With every item whose surface, id or reference does not hold, named by file and JSON pointer.
    """
    with using(about.scheme):
        return _build(gold, about, provenance, extra or {}, metadata or {}, edition)


def _build(
    gold: Gold,
    about: CorpusFile,
    provenance: str,
    extra: Mapping[str, bytes],
    metadata: Mapping[str, Any],
    edition: Edition,
) -> Built:
    faults: list[Fault] = []
    hints = Hints()
    if not gold.articles:
        faults.append(Fault("empty", "gold", None, "", "no labelled article", "at least one"))
    for article in gold.articles:
        wrong = check_gold(article.document, article.labels, gold.registries)
        faults += faults_of(f"gold/{article.document.id}.json", None, wrong, hints)
    refuse(faults)
    tables = make_tables(gold, about.splits.names, edition.configs)
    every = [config for config in edition.configs if config.name in tables.hashes]
    shown = [article for article in gold.articles if article.document.split not in edition.withheld]
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
        gold={f"gold/{a.document.id}.json": gold_json(a.document, a.labels) for a in shown},
        parquet=parquet,
        card=card(gold, about, tables, sizes, provenance, edition).encode("utf-8"),
        extra=extra,
        source=edition.shown(gold),
        metadata=metadata,
        hashes=tables.hashes,
        splits={config.name: tables.splits(config.name) for config in every},
        about=about,
    )


KIND = "dataset"
"""What the manifest of such a folder says that it is of."""


def check_target(folder: Path, built: Built | None = None) -> None:
    """Refuse a folder in which files of others would be lost, or be read as if they were of the dataset.

    Args:
        folder: It need not be there.
        built: What is to be written, as far as it is known.

    Raises:
        FaultsError: See :func:`onrecord.dataset.reading.replacing.look_into`; or tables of others stand among its own.
    """
    found = look_into(folder, KIND, () if built is None else [*built.names, MANIFEST])
    strange = [] if built is None else sorted(_tables_of_others(built, found))
    said = "no other table in this folder, which is read whole"
    refuse([Fault("not-ours", str(folder / each), None, "", "another's", said, "move it away") for each in strange])


def write(built: Built, folder: Path) -> list[str]:
    """Write the folder anew, in one step, if anything in it is not as built; what others put into it stays.

    Parquet that says the same is left alone, so that a rebuild with another version of the writer changes nothing.

    Returns:
        The names of the files written or removed.

    Raises:
        FaultsError: See :func:`check_target`; nothing was written then.
    """
    check_target(folder, built)
    stale = differences(built, folder)
    if stale:
        changed = set(stale)
        parquet = {
            name: content if name in changed else (folder / name).read_bytes()
            for name, content in built.parquet.items()
        }
        files = {**built.plain, **parquet, CROISSANT: _croissant(built, parquet)}
        replace_folder(folder, KIND, files)
    return stale


def _croissant(built: Built, parquet: Mapping[str, bytes]) -> bytes:
    """The metadata of the Parquet files that lie in the folder: their bytes may be another writer's."""
    hashes = {name: sha256(content) for name, content in parquet.items()}
    return croissant(built.about, built.splits, built.source, built.metadata, hashes)


def differences(built: Built, folder: Path) -> list[str]:
    """Names of files in the folder that are missing, not expected, or do not say what they should."""
    plain = {**built.plain, MANIFEST: manifest_json(KIND, built.names)}
    differing = [
        name
        for name, content in plain.items()
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
    found = files_in(folder, KIND)
    differing += sorted((found.own - {*built.names, MANIFEST}) | _tables_of_others(built, found))
    described = folder / CROISSANT
    if {*differing} & {*built.parquet} or not described.is_file():
        differing.append(CROISSANT)
    else:
        parquet = {name: (folder / name).read_bytes() for name in built.parquet}
        if described.read_bytes() != _croissant(built, parquet):
            differing.append(CROISSANT)
    return sorted(differing)


def _tables_of_others(built: Built, found: Found) -> set[str]:
    """Parquet that is not of the dataset, in a folder that is read as one of its configs."""
    configs = {str(PurePosixPath(name).parent) for name in built.parquet}
    names = map(PurePosixPath, found.others)
    return {str(name) for name in names if name.suffix == ".parquet" and str(name.parent) in configs}
