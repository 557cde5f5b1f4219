"""Days are read where they mean one, and refused with every reading where they mean more."""

from __future__ import annotations

import datetime
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset.seeds.days import DayError, read_day


@pytest.mark.parametrize(
    "written",
    [
        "2023-01-02",
        " 2023-1-2\n",
        "2023/01/02",
        "2023.01.02",
        "20230102",
        "2023-01-02T03:04:05Z",
        "2023-01-02T23:30:00-05:00",
        "2023-01-02 03:04:05.123456+0100",
        "02 Jan 2023",
        "2 January 2023",
        "January 2, 2023",
        "JANUARY 2, 2023 22:09",
        "Mon, 02 Jan 2023 10:00:00 GMT",
        "2 January, 2023 at 12:00 AM",
    ],
)
def test_one_day_in_many_forms(written: str) -> None:
    assert read_day(written) == "2023-01-02"


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("01/02/2023", ["2023-01-02", "2023-02-01"]),
        ("1.2.2023", ["2023-01-02", "2023-02-01"]),
        ("03-04-2022 10:00", ["2022-03-04", "2022-04-03"]),
        ("01/02/03", ["2001-02-03", "2003-01-02", "2003-02-01"]),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_both(written: str, readings: list[str]) -> None:
    with pytest.raises(DayError) as error:
        read_day(written)
    assert all(reading in error.value.hint for reading in readings)


@pytest.mark.parametrize(
    "written", ["", "Monday", "2023", "Jan 2023", "2 January", "10:30", "yesterday", "2023-02-30", "2023-13-01", "1672617600", "x" * 5000]
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(DayError, match=r"a day"):
        read_day(written)


@given(st.dates(datetime.date(1901, 1, 1), datetime.date(2099, 12, 31)), st.sampled_from(["%d %B %Y", "%b %d, %Y", "%A, %d %b %Y"]))
def test_every_day_written_with_its_month_is_read(day: datetime.date, form: str) -> None:
    assert read_day(day.strftime(form)) == day.isoformat()


@given(st.text(max_size=30))
def test_anything_is_read_or_refused(written: str) -> None:
    try:
        assert datetime.date.fromisoformat(read_day(written))
    except DayError as error:
        assert error.expected


def test_without_dateutil_the_form_that_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dateutil", None)
    assert read_day("2023-01-02T03:04:05Z") == "2023-01-02"
    with pytest.raises(DayError, match="a day such as 2023-01-02; pip install python-dateutil"):
        read_day("2 January 2023")
