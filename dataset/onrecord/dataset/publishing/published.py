"""The published dataset, which comes along with the package.

In a wheel it lies beside the code, with its card and its terms; in a checkout it is the folder that the code is in.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve()
_PLACES = (_HERE.parents[1] / "published", _HERE.parents[3])

TERMS = "LICENSE-DATA.md"
"""The file of a dataset folder that says whose the texts and the labels are."""


def is_dataset(folder: Path) -> bool:
    """Whether a folder has articles as a dataset folder has them."""
    return (folder / "data" / "articles").is_dir()


def published() -> Path | None:
    """The folder of the published dataset; None where the code came without it, as with an exported competition."""
    return next((place for place in _PLACES if is_dataset(place)), None)
