"""Plots as data: every coordinate is computed here, the templates only draw.

All plots of shares have one axis, 0 to 100, so that they can be compared down a page.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from onrecord.eval.statistics.uncertainty import Interval

WIDTH = 260
"""Pixels from 0 to 100."""
MARGIN = 8
"""Pixels at either side, so that a dot at 0 is whole."""
_ROWS = 9
"""How many heights dots are spread over where there are many."""
_CROWD = 12
"""Up to so many dots stand in one row."""


def x(share: float) -> float:
    """The place of a share on the axis, in pixels.

    >>> x(0.5)
    138.0
    """
    return round(MARGIN + WIDTH * share, 1)


def signed_x(difference: float) -> float:
    """The place of a difference on an axis from -100 to 100."""
    return x((difference + 1) / 2)


@dataclasses.dataclass(frozen=True)
class Tick:
    """A mark on a range: what someone else reached."""

    at: float
    name: str
    biased: bool


@dataclasses.dataclass(frozen=True)
class Range:
    """A value with its interval."""

    at: float | None
    low: float | None
    high: float | None
    ticks: tuple[Tick, ...] = ()


def score_range(value: float | None, interval: Interval | None, ticks: Sequence[tuple[float, str, bool]] = ()) -> Range:
    """A score, its interval if there is one, and marks beside it."""
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return Range(
        at=None if value is None else x(value),
        low=None if low is None else x(low),
        high=None if high is None else x(high),
        ticks=tuple(Tick(x(share), name, biased) for share, name, biased in ticks),
    )


def difference_range(value: float | None, interval: Interval) -> Range:
    """A difference of two scores with its interval."""
    return Range(
        at=None if value is None else signed_x(value),
        low=None if interval.low is None else signed_x(max(interval.low, -1)),
        high=None if interval.high is None else signed_x(min(interval.high, 1)),
    )


@dataclasses.dataclass(frozen=True)
class Dot:
    """One document."""

    x: float
    y: float
    document: str
    href: str
    title: str
    from_x: float | None = None
    """The same document in another system."""
    trend: str = ""
    """``up``, ``down`` or ``same``, against the other system."""


MOST_DOTS = 500
"""Documents that are a dot or a line each; more are bars."""
_BARS = 50


@dataclasses.dataclass(frozen=True)
class Bar:
    """Some documents whose values are alike."""

    x: float
    width: float
    height: float
    """Pixels up from the ground; the tallest is :data:`_TALLEST`."""
    title: str


_TALLEST = 30.0


def bars(values: Sequence[float], low: float = 0.0, high: float = 1.0) -> tuple[Bar, ...]:
    """How many documents have which value, from the lowest that there can be to the highest.

    >>> [(bar.x, bar.height, bar.title) for bar in bars([0.0, 0.01, 1.0])]
    [(8.0, 30.0, '2 documents from 0 to 2'), (262.8, 15.0, '1 document from 98 to 100')]
    """
    counts = Counter(min(_BARS - 1, int(_BARS * (value - low) / (high - low))) for value in values)
    most, step, width = max(counts.values(), default=1), (high - low) / _BARS, WIDTH / _BARS
    return tuple(
        Bar(
            round(MARGIN + width * place, 1),
            round(width - 0.6, 1),
            round(max(1.0, _TALLEST * n / most), 1),
            f"{n} document{'' if n == 1 else 's'}"
            f" from {100 * (low + step * place):.0f} to {100 * (low + step * (place + 1)):.0f}",
        )
        for place, n in sorted(counts.items())
    )


def dots(values: Sequence[tuple[str, float, str]]) -> tuple[Dot, ...]:
    """A dot for each document, given with its score and what its title says; many are spread over several heights."""
    spread = len(values) > _CROWD
    return tuple(
        Dot(x(value), 4.0 + 3.5 * ((n * 4) % _ROWS) if spread else 18.0, id, document_link(id), title)
        for n, (id, value, title) in enumerate(sorted(values, key=lambda each: (each[1], each[0])))
    )


def slopes(values: Sequence[tuple[str, float, float, str]]) -> tuple[Dot, ...]:
    """A line for each document from another system's score to this one's."""
    return tuple(
        Dot(
            x(later),
            34.0,
            id,
            document_link(id),
            title,
            from_x=x(earlier),
            trend="up" if later > earlier else "down" if later < earlier else "same",
        )
        for id, earlier, later, title in values
    )


def document_link(document: str, **more: str) -> str:
    """The address of a place in the page; nothing in it can be more than a fragment.

    >>> document_link("a&b", item="m0-5")
    '#doc=a%26b&item=m0-5'
    """
    return fragment(doc=document, **more)


def fragment(**fields: str) -> str:
    """Fields as the part of an address behind ``#``."""
    encoded = (f"{name}={quote(value.encode('utf-8', 'replace'), safe='')}" for name, value in fields.items() if value)
    return "#" + "&".join(encoded)
