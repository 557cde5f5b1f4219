"""Data frames, for which a library is needed that scoring does not need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def frame(rows: Sequence[Mapping[str, Any]], index: list[str], columns: list[str] | None = None) -> pd.DataFrame:
    """Rows as a data frame, indexed by some of their fields.

    Raises:
        ModuleNotFoundError: There is no pandas; says how it is installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        said = "to_frame() needs pandas: pip install pandas, or the extra 'dataset' of onrecord, which brings it along"
        raise ModuleNotFoundError(said, name=error.name) from None
    return pd.DataFrame(rows, columns=columns).set_index(index)
