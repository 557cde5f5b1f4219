"""Where a command works: the corpus that it stands in, or that ``--corpus`` names, the dataset folder and the split.

Whoever asks has the corpus's scheme put in force.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onrecord.dataset.corpus import Corpus

VARIABLE = "ONRECORD_CORPUS"
"""The environment variable that says what ``--corpus`` says."""

OPTION = "--corpus"

GOLD = Path("dataset")
"""What stands for the dataset folder in the help where none is given."""


def without_corpus(words: Sequence[str]) -> list[str]:
    """The words of a command without ``--corpus FOLDER``, which may stand anywhere among them and is remembered.

    Raises:
        OnrecordError: It stands last, without a folder.
    """
    kept: list[str] = []
    given = iter(words)
    for word in given:
        if word == "--":
            return [*kept, word, *given]
        name, equals, value = word.partition("=")
        if name != OPTION:
            kept.append(word)
            continue
        folder = value if equals else next(given, "")
        if not folder:
            from onrecord.dataset.reading.faults import OnrecordError

            raise OnrecordError(f"{OPTION} needs a folder")
        os.environ[VARIABLE] = folder
    return kept


def the_corpus() -> Corpus:
    """The corpus that the command is about, its scheme in force.

    Raises:
        FaultsError: There is none here, or its file is not right.
    """
    from onrecord.dataset.corpus import FILE, find_corpus, read_corpus
    from onrecord.dataset.layers import use
    from onrecord.dataset.reading.faults import Fault, FaultsError
    from onrecord.dataset.reading.files import resolved

    named = os.environ.get(VARIABLE)
    root = Path(named) if named else find_corpus(Path())
    if root is None:
        hint = f"onrecord init makes a corpus; {OPTION} names one; what scores takes a dataset folder by --gold"
        found = "no corpus, here or in a folder above"
        raise FaultsError([Fault("file", str(Path.cwd()), None, "", found, f"a folder with {FILE}", hint)])
    corpus = read_corpus(_near(resolved(root)))
    use(corpus.about.scheme)
    return corpus


def any_corpus() -> Corpus | None:
    """The corpus that the command is about, as :func:`the_corpus`; None, and the published scheme, where there is none.

    Raises:
        FaultsError: The corpus's file is not right.
    """
    from onrecord.dataset.corpus import find_corpus

    return the_corpus() if VARIABLE in os.environ or find_corpus(Path()) is not None else None


def corpus_at(folder: Path) -> Corpus | None:
    """The corpus that a folder lies in, its scheme in force; None for none.

    Raises:
        FaultsError: The corpus's file is not right.
    """
    from onrecord.dataset.corpus import find_corpus, read_corpus
    from onrecord.dataset.layers import use

    root = find_corpus(folder)
    if root is None:
        return None
    corpus = read_corpus(_near(root))
    use(corpus.about.scheme)
    return corpus


def gold_folder(given: Path | None) -> Path:
    """The dataset folder that a command scores on, its scheme in force.

    Args:
        given: As it was given. None is that of the corpus; where there is no corpus, ``dataset`` here if it is one, and
            the published dataset otherwise, which is said.

    Raises:
        FaultsError: There is none, or it is not right.
    """
    from onrecord.dataset.layers import use
    from onrecord.dataset.publishing.folder import read_about

    folder = _own_folder() if given is None else given
    use(read_about(folder).scheme)
    return folder


def _own_folder() -> Path:
    """The dataset folder of a command that was given none."""
    from onrecord.dataset.publishing.published import TERMS, is_dataset, published_folder

    if VARIABLE not in os.environ and is_dataset(GOLD):
        return GOLD
    if (corpus := any_corpus()) is not None:
        return corpus.dataset
    from onrecord.cli.console import note

    folder = published_folder()
    note(f"no corpus here: on the published dataset, which came along (--gold names another); terms: {folder / TERMS}")
    return folder


def seeds_folder(given: Path | None) -> Path:
    """The folder of seeds that a command is about: as given, that of the corpus, or ``seeds`` where there is none.

    Raises:
        FaultsError: The corpus's file is not right.
    """
    if given is not None:
        return given
    corpus = any_corpus()
    return Path("seeds") if corpus is None else corpus.seeds


def the_split(gold: Path, asked: str | None) -> str:
    """The split that a command is about.

    Args:
        gold: The dataset folder.
        asked: As it was given; without, ``test``, or the only one that there is.

    Raises:
        FaultsError: There is no such split, or several and none of them is ``test``.
    """
    from onrecord.dataset.publishing.folder import read_about, splits_of
    from onrecord.dataset.reading.faults import Fault, FaultsError, nearest

    there = splits_of(gold)
    if asked is None and len(there) == 1:
        return there[0]
    split = "test" if asked is None else asked
    if split in there or split == "all":
        return split
    found = f"no split {split!r}" if asked else "no split was named, and there is no test"
    if asked in read_about(gold).splits.names:
        found = f"no article of split {asked!r}"
    expected = f"--split {' or '.join(there)}, or all"
    raise FaultsError([Fault("split", str(gold), None, "", found, expected, nearest(split, there))])


def _near(path: Path) -> Path:
    """The path as a person would write it from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
