"""The whole repository of a dataset on the Hugging Face Hub, as files.

Texts that not anyone may have (``[texts]`` of the corpus) are withheld: the tables have null for their words, and a
stand-off release makes the whole of a reader's own copies. Or they go along behind a gate, for which the card has the
words; the gate itself is a setting of the repository, which no file can make.

``eval.yaml`` is validated when it is pushed. Where the Hub is not known to list the framework it would refuse the push,
and all else with it: so the file then goes by another name, whole but for that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from onrecord.dataset import Fault, Gold, read_folder
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.layers import using
from onrecord.dataset.publishing.build import CROISSANT, build
from onrecord.dataset.publishing.edition import Edition
from onrecord.dataset.publishing.folder import read_about, splits_of
from onrecord.dataset.publishing.makers import stated_provenance
from onrecord.dataset.publishing.published import TERMS
from onrecord.dataset.publishing.rai import stated_metadata
from onrecord.dataset.publishing.standoff import release_json, strip
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import nearest, refuse, show
from onrecord.dataset.reading.files import read_text
from onrecord.dataset.reading.foreign import visible
from onrecord.eval.platforms.hub import FRAMEWORK, benchmark, dataset_faults, yaml_bytes
from onrecord.eval.platforms.hub_rules import hub_rules
from onrecord.eval.platforms.uploading import uploading
from onrecord.eval.scoring.ceiling import FILE as CEILING

KIND = "hub"
"""What the manifest of such a folder says that it is of."""

STANDOFF = "onrecord.json"
EVAL, PENDING = "eval.yaml", "eval.yaml.pending"
UPLOADING = "UPLOADING.md"
"""For whoever uploads the folder; it is not of the dataset."""

_ERRATA = "errata.json"

TextForm = Literal["standoff", "gated"]
"""What becomes of texts that not anyone may have."""


@dataclasses.dataclass(frozen=True)
class HubAsked:
    """How a repository is asked for."""

    texts: TextForm = "standoff"
    dataset: str | None = None
    """What it is called on the Hub, ``ORG/NAME``; the card says ``ORG`` in its place where that is not known."""
    split: str = "test"
    """The one that a benchmark is on."""
    framework: str | None = None
    """The key by which the Hub lists the scorer, said by whoever knows that it does; else the rules tell."""


@dataclasses.dataclass(frozen=True)
class HubRepository:
    """The files of a repository, by name, and what a person must know of them."""

    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def hub_repository(folder: Path, asked: HubAsked) -> HubRepository:
    """Make the repository of a dataset folder.

    Raises:
        FaultsError: With everything that is wrong with folder, card or options.
    """
    gold, about = read_folder(folder), read_about(folder)
    with using(about.scheme):
        return _repository(folder, gold, about, asked)


def _repository(folder: Path, gold: Gold, about: CorpusFile, asked: HubAsked) -> HubRepository:
    card = read_text(folder / "README.md")
    refuse([*_faults(folder, gold, about), *dataset_faults(asked.dataset)])
    splits = splits_of(folder)
    closed = tuple(split for split in splits if split not in about.texts.public)
    terms = _files_of(folder, {_linked_file(about) or TERMS, TERMS})
    edition = _edition(about, asked, closed, min(terms, default=None))
    extra = _files_of(folder, [CEILING] if edition.withheld else [CEILING, _ERRATA])
    provenance = visible(stated_provenance(card))  # whoever labelled chose names
    described = folder / CROISSANT
    metadata = stated_metadata(content_within(described)) if described.is_file() else {}
    files = {**build(gold, about, provenance, extra, metadata, edition).files, **terms}
    if edition.withheld:
        kept = [split for split in splits if split not in edition.withheld]
        files[STANDOFF] = release_json(strip(gold, about, provenance, metadata, kept))
    name, registration, notes = _registration(about, asked)
    files[name] = registration
    files[UPLOADING] = uploading(edition, closed, asked.dataset, name == EVAL, notes).encode("utf-8")
    return HubRepository(files, (*_told(about, edition, closed), *notes))


def _faults(folder: Path, gold: Gold, about: CorpusFile) -> list[Fault]:
    faults: list[Fault] = []
    card, rules = about.card, hub_rules()
    path = str(folder / "corpus.json")
    if gold.probe:
        expected = "articles as they were found"
        faults.append(Fault("probe", str(folder), None, "", show(gold.probe), expected, "export the dataset itself"))
    if card.license not in rules.licences:
        hint = nearest(card.license, rules.licences) or "license_name says what it is called; see docs/exports.md"
        expected = "an identifier of the Hub, or other"
        faults.append(Fault("license", path, None, "/card/license", show(card.license), expected, hint))
    if (link := _linked_file(about)) is not None and not _is_within(folder, link):
        expected = "a file of the dataset folder, or an address"
        faults.append(Fault("license", path, None, "/card/license_link", show(link), expected))
    return faults


def _is_within(folder: Path, name: str) -> bool:
    return not Path(name).is_absolute() and ".." not in Path(name).parts and (folder / name).is_file()


def _linked_file(about: CorpusFile) -> str | None:
    """The file of the folder that the card names as its licence."""
    link = about.card.license_link
    return None if link is None or link.startswith(("https://", "http://")) else link


def _files_of(folder: Path, names: Collection[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def _edition(about: CorpusFile, asked: HubAsked, closed: tuple[str, ...], file: str | None) -> Edition:
    """The form in which the dataset goes; ``file`` says what is allowed, if there is one."""
    place = asked.dataset or f"ORG/{about.card.name}"
    if not closed:
        return Edition(place)
    where = "" if file is None else f" ([{file}]({file}))"
    terms = " ".join(about.texts.terms.split()) or _GENERAL
    if asked.texts == "gated":
        said = f"{_named(closed)} come with their texts, which have terms of their own{where}:\n\n> {terms}\n\n"
        gate = {
            "extra_gated_heading": "The articles' texts are for those who agree to their terms",
            "extra_gated_prompt": terms,
            "extra_gated_fields": {"I have read these terms and agree to them": "checkbox"},
            "extra_gated_button_content": "Agree",
        }
        return Edition(place, header=gate, texts=f"{said}Access is asked for on the dataset's page.")
    return Edition(place, withheld=closed, texts=_STANDOFF.format(splits=_named(closed), where=where, file=STANDOFF))


_GENERAL = "The texts belong to their publishers and are for research and evaluation only."

_STANDOFF = """\
{splits} come without their texts, which belong to others{where}. Columns and rows are all there, with offsets, ids,
names and hashes; what would be words of an article is null. `{file}` has the same without tables, and whoever has
copies of the articles makes the whole dataset of it:

```sh
pip install onrecord
onrecord rehydrate {file} MY-COPIES -o dataset
```"""


def _named(splits: tuple[str, ...]) -> str:
    return "The articles of " + ", ".join(f"`{split}`" for split in splits)


def _registration(about: CorpusFile, asked: HubAsked) -> tuple[str, bytes, list[str]]:
    """What the registration as a benchmark is called, its content, and what is to be known of it."""
    framework = asked.framework or FRAMEWORK
    said = " ".join((about.card.description or about.card.summary).split()) or about.card.title
    content = yaml_bytes(benchmark(about.card.title, said, asked.split, framework))
    rules = hub_rules()
    listed = framework in rules.frameworks
    day = rules.day_of("frameworks")
    if listed:
        return EVAL, content, []
    if asked.framework is not None:
        close = nearest(framework, rules.frameworks)
        hint = f" ({close})" if close else ""
        return EVAL, content, [f"{framework!r} is not among the Hub's frameworks of {day}{hint}; a push may be refused"]
    note = (
        f"{FRAMEWORK!r} is not among the Hub's frameworks of {day}: a push with {EVAL} would be refused, so the file "
        f"is {PENDING}; once it is listed, --framework {FRAMEWORK} gives it its name"
    )
    return PENDING, content, [note]


def _told(about: CorpusFile, edition: Edition, closed: tuple[str, ...]) -> list[str]:
    told = []
    if edition.withheld:
        told.append(f"without the texts of {', '.join(closed)}; --text gated takes them along")
    elif closed:
        told.append(f"with the texts of {', '.join(closed)}: make the gate before you upload, see {UPLOADING}")
    if about.card.license == "other" and None in (about.card.license_name, about.card.license_link):
        told.append("the card says no licence: license, or license_name and license_link, in onrecord.toml")
    return told
