"""A corpus: a folder whose ``onrecord.toml`` says what is labelled in it, how it is split, and what its card says.

Everything that is made from seeds and annotations is made in such a folder and from what its file says; nothing about
any one corpus is built into the code. Its places are fixed: ``seeds/``, ``annotation/``, ``dataset/``.
"""

from __future__ import annotations

import dataclasses
import datetime
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError, fault_of, nearest, refuse
from onrecord.dataset.reading.files import resolved
from onrecord.dataset.reading.typed import explain
from onrecord.dataset.records import Split, Strict
from onrecord.dataset.scheme import Scheme, wrong_scheme

FILE = "onrecord.toml"

Rai = Literal[
    "dataCollection",
    "dataCollectionType",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataPreprocessingProtocol",
    "dataImputationProtocol",
    "dataManipulationProtocol",
    "dataAnnotationProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "annotationsPerItem",
    "annotatorDemographics",
    "machineAnnotationTools",
    "dataReleaseMaintenancePlan",
    "personalSensitiveInformation",
    "dataSocialImpact",
    "dataBiases",
    "dataLimitations",
    "dataUseCases",
]
"""The properties of Croissant's RAI vocabulary whose values are texts."""

Line = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$(?!\n)", description="a line of text")
]
"""A text of one line."""


class Splits(Strict, frozen=True, kw_only=True):
    """Which split each article is in."""

    by: Literal["topic", "document"] = "topic"
    """By topic, so that no event is in two of them; or article by article."""
    names: Annotated[tuple[Split, ...], msgspec.Meta(min_length=1, max_length=20)] = ("test",)
    """The splits in the order of tables and files."""
    of: dict[str, Split] = msgspec.field(default_factory=dict)
    """The split of a topic, or of an article id."""
    otherwise: Split | None = None
    """The split of one that ``of`` does not name; without, that is a fault."""

    def split_of(self, topic: str, document: str) -> Split | None:
        """The split of an article; None where nothing says it."""
        return self.of.get(topic if self.by == "topic" else document, self.otherwise)


class CardText(Strict, frozen=True, kw_only=True):
    """What the card and the Croissant metadata of the dataset say that no label says."""

    title: Line = "A corpus of news articles"
    """The name that is shown."""
    name: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=96,
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)",
            description="letters, digits and . _ -",
        ),
    ] = "corpus"
    """The name in metadata: letters, digits and ``. _ -``."""
    version: Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+\.\d+$(?!\n)", description='a version such as "0.1.0"')] = (
        "0.1.0"
    )
    """Of the labels: major for a change of guidelines or label scheme, minor for new or mended labels, patch for
    documentation, and for columns beside the same labels."""
    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)", description="YYYY-MM-DD")] | None = None
    """When this version was published; not said where left out."""
    summary: str = ""
    """What the dataset is, in a sentence or two of Markdown."""
    description: str = ""
    """The same as plain text for metadata; the summary where left out."""
    languages: tuple[Line, ...] = ()
    """ISO 639-1 codes."""
    license: Line = "other"
    """The Hub's identifier of the licence, such as ``cc-by-4.0``; ``other`` where none fits."""
    license_name: Line | None = None
    """What a licence without an identifier is called."""
    license_link: Line | None = None
    """Where it stands: a file of the dataset folder, or an address."""
    license_url: Line | None = None
    """The licence of the annotations, for metadata."""
    creator: Line | None = None
    """Who made the dataset."""
    cite_as: Line | None = None
    """How it is cited."""
    tags: tuple[Line, ...] = ()
    """Words that it is found by on the Hub."""
    annotations_creators: tuple[Line, ...] = ()
    """Of the Hub's words, such as ``expert-generated`` or ``machine-generated``."""
    language_creators: tuple[Line, ...] = ("found",)
    """Who wrote the texts, in the Hub's words."""
    about_splits: str = ""
    """What is said below the table of configs about how the splits were made."""
    about_texts: str = ""
    """What is said below the table of articles."""
    limits: str = ""
    """The section on what the dataset can and cannot show, as Markdown; no section where empty."""
    licence: str = ""
    """The section on licences, as Markdown; no section where empty."""


class Texts(Strict, frozen=True, kw_only=True):
    """Whose texts may go along where the dataset is published."""

    public: tuple[Split, ...] = ()
    """Splits whose texts anyone may have, as their licence allows. ``onrecord export hub`` withholds those of the
    others, or puts them behind a gate."""
    terms: str = ""
    """What is agreed to by whoever asks for the others, as plain text; a general sentence where left out."""


class Rounds(Strict, frozen=True, kw_only=True):
    """Names of folders in ``annotation/exports``: where the gold comes from."""

    exports: str
    """The labels of the gold."""
    mended: tuple[str, ...] = ()
    """Rounds that label some of its documents again: each is as the last of these has it that has it at all."""
    blind: str | None = None
    """Blind annotations of the same documents, which say who marked an item and whether they agreed."""
    before: str | None = None
    """The round that is corrected: the differences are the errata. Its rows are in ``annotation/rows/ROUND``, where
    they were not those of now. Left out where rounds are ``mended``, it is ``exports``."""


class CorpusFile(Strict, frozen=True, kw_only=True):
    """What ``onrecord.toml`` says."""

    card: CardText = CardText()
    scheme: Scheme = Scheme()
    splits: Splits = Splits(otherwise="test")
    texts: Texts = Texts()
    gold: Rounds | None = None
    """Where the gold comes from; named on the command line where left out."""
    rai: dict[Rai, str | tuple[Line, ...]] = msgspec.field(default_factory=dict)
    """What Croissant's RAI properties say, beside what is computed: words, or sections of the corpus's DATASHEET.md."""
    probe: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[A-Za-z0-9:+,-]*$(?!\n)")] = ""
    """What was done to the articles, as ``onrecord perturb`` says it; empty for articles as they were found."""


@dataclasses.dataclass(frozen=True)
class Corpus:
    """A corpus and where its parts lie."""

    root: Path
    about: CorpusFile

    @property
    def seeds(self) -> Path:
        """The articles as they were found."""
        return self.root / "seeds"

    @property
    def annotation(self) -> Path:
        """Guidelines, registries, annotators and exports."""
        return self.root / "annotation"

    @property
    def registries(self) -> Path:
        """Entities, events and claims."""
        return self.annotation / "registries"

    @property
    def dataset(self) -> Path:
        """The dataset folder."""
        return self.root / "dataset"

    @property
    def guidelines(self) -> Path:
        """How to decide."""
        return self.annotation / "GUIDELINES.md"


def find_corpus(start: Path) -> Path | None:
    """The folder with an ``onrecord.toml`` that a path lies in: itself or the nearest one above; None for none."""
    here = resolved(start)
    return next((each for each in (here, *here.parents) if (each / FILE).is_file()), None)


def read_corpus(root: Path) -> Corpus:
    """Read the ``onrecord.toml`` of a folder.

    Raises:
        FaultsError: There is none, or it is not right, with everything that is wrong.
    """
    path = root / FILE
    try:
        raw = path.read_bytes()
    except OSError:
        hint = "onrecord init makes a corpus; --corpus names one"
        raise FaultsError([Fault("file", str(path), None, "", "no such file", "the file of a corpus", hint)]) from None
    about = read_toml(path, raw)
    faults = [*_faults(path, about)]
    refuse(faults)
    return Corpus(root, about)


def read_toml(path: Path, raw: bytes) -> CorpusFile:
    """What an ``onrecord.toml`` says.

    Raises:
        FaultsError: It is no TOML, or a value is not what it must be, with everything that is wrong.
    """
    try:
        text = raw.decode("utf-8")
        value = _plain(tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise FaultsError([Fault("encoding", str(path), None, "", f"byte {error.start}", "UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise FaultsError([Fault("toml", str(path), None, "", str(error), "TOML 1.0")]) from None
    try:
        return msgspec.convert(value, CorpusFile, strict=True)
    except msgspec.ValidationError as error:
        wrong = list(explain(value, CorpusFile)) or [("type", "", "a value that does not fit", str(error), "")]
        raise FaultsError([fault_of(str(path), None, each) for each in wrong]) from None


def _plain(value: Any) -> Any:
    """TOML as JSON: a date as its text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def _faults(path: Path, about: CorpusFile) -> Iterator[Fault]:
    for field, found, expected in wrong_scheme(about.scheme):
        yield Fault("scheme", str(path), None, f"/scheme/{field}", found, expected)
    splits = about.splits
    for name, times in Counter(splits.names).items():
        if times > 1:
            yield Fault("splits", str(path), None, "/splits/names", f"{name} {times} times", "each split once")
    for number, name in enumerate(about.texts.public):
        if name not in splits.names:
            hint = nearest(name, splits.names)
            expected = f"one of {', '.join(splits.names)}"
            yield Fault("splits", str(path), None, f"/texts/public/{number}", name, expected, hint)
    each_of = {f"of/{key}": name for key, name in splits.of.items()}
    named: Mapping[str, str | None] = {"otherwise": splits.otherwise, **each_of}
    for key, split in named.items():
        if split is not None and split not in splits.names:
            yield Fault("splits", str(path), None, f"/splits/{key}", split, f"one of {', '.join(splits.names)}")
