"""The published dataset, which comes along with the package.

In a wheel it lies beside the code, with its card and its terms; in a checkout it is the folder that the code is in.
"""

from __future__ import annotations

from pathlib import Path

from onrecord.dataset.reading.faults import Fault, FaultsError

_HERE = Path(__file__).resolve()
_PLACES = (_HERE.parents[1] / "published", _HERE.parents[3])

TERMS = "LICENSE-DATA.md"
"""The file of a dataset folder that says whose the texts and the labels are."""


def is_dataset(folder: Path) -> bool:
    """Whether a folder has articles as a dataset folder has them."""
    return (folder / "data" / "articles").is_dir()


def published_folder() -> Path:
    """The folder of the published dataset.

    Raises:
        FaultsError: The code came without it, as with an exported competition.
    """
    found = next((place for place in _PLACES if is_dataset(place)), None)
    if found is None:
        said = Fault("file", str(_PLACES[0]), None, "", "no such folder", "the published dataset", "name a folder")
        raise FaultsError([said])
    return found


def is_published(folder: Path) -> bool:
    """Whether a dataset folder is the one that came along."""
    return folder in _PLACES
