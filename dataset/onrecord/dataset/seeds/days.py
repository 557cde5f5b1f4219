"""Days as people and pages write them: read where they can only mean one, never guessed."""

from __future__ import annotations

import datetime
import itertools
import re

WANTED = "a day such as 2023-01-02 or 2 January 2023"

_TIME = r"(?:[T ,]+\d{1,2}:\d{2}[\d:.,]*\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|(\d\d)(\d\d)){_TIME}")


class DayError(ValueError):
    """What was written does not say one day; ``expected`` and ``hint`` are as in a fault."""

    def __init__(self, expected: str, hint: str = "") -> None:
        self.expected, self.hint = expected, hint
        super().__init__(f"{expected}; {hint}" if hint else expected)


def read_day(written: str) -> str:
    """The day that is written, as ``YYYY-MM-DD``.

    A time of day and its zone are passed over: the day is the one on the calendar of whoever wrote it. Forms that do
    not begin with the year are read by ``dateutil``.

    Raises:
        DayError: It is no day, only a part of one, or one that can be read in more than one way.
    """
    plain = written.strip()
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = match[1], match[3] or match[5], match[4] or match[6]
        try:
            return datetime.date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            raise DayError("a day of the calendar") from None
    found = _readings(plain)
    if not found:
        raise DayError(WANTED)
    if len(found) > 1:
        raise DayError("a day that can be read in one way", f"write {' or '.join(found)}")
    return found[0]


def _readings(plain: str) -> list[str]:
    """Every day that something can mean: it names year, month and day, in whatever order."""
    try:
        from dateutil import parser
    except ModuleNotFoundError:
        raise DayError("a day such as 2023-01-02", "pip install python-dateutil reads others") from None
    found: set[str] = set()
    for day_first, year_first in itertools.product((False, True), repeat=2):
        try:
            # what is left out is taken from the default: two that have nothing in common tell
            here, there = (
                parser.parse(plain, default=default, dayfirst=day_first, yearfirst=year_first, ignoretz=True).date()
                for default in (datetime.datetime(1904, 1, 1), datetime.datetime(1908, 2, 2))
            )
        except (ValueError, OverflowError, TypeError, AttributeError):
            continue
        if here != there:
            return []
        found.add(here.isoformat())
    return sorted(found)
