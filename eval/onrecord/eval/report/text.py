"""The report without a browser: Markdown for a comment on a pull request, plain text for the log of a build.

Strings from files do nothing in either: in Markdown every character that could mean something is written as a
character reference, in plain text control characters are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onrecord.dataset.reading.foreign import one_line
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.report.changes import CHANGES, ChangedItems, Changes, ShownChange
from onrecord.eval.report.errors import LayerErrors
from onrecord.eval.report.gaps import ShownGap
from onrecord.eval.report.overview import MeasureRow
from onrecord.eval.report.view import OPEN_GOLD, ReportView
from onrecord.eval.statistics.measure import full_name

MOST_CHARACTERS = 65_000
"""Of the Markdown: a comment may have 65,536."""

TextSection = tuple[str, list[str], list[list[str]], list[str]]
"""Heading, headings of the table, its rows, and lines below it."""


def markdown_report(view: ReportView, most: int = MOST_CHARACTERS) -> str:
    """The report as Markdown of at most some characters; whole sections are left out from the end, and named."""
    title = f"## {inert(view.system)}\n\n" + "".join(f"{inert(line)}  \n" for line in _head(view))
    parts = [(heading, _markdown_section(*section)) for section in _sections(view) if (heading := section[0])]
    for kept in range(len(parts), -1, -1):
        left = [heading for heading, _ in parts[kept:]]
        note = f"\nLeft out, as this would be too long: {inert(', '.join(left))}.\n" if left else ""
        text = title + "".join(part for _, part in parts[:kept]) + note
        if len(text) <= most:
            return text
    return (title[: most - 1] + "…") if len(title) > most else title


def text_report(view: ReportView) -> str:
    """The report as plain text for a log."""
    lines = [one_line(view.system), *map(one_line, _head(view))]
    for heading, headings, rows, below in _sections(view):
        lines += ["", one_line(heading).upper()]
        table = [[one_line(cell) for cell in row] for row in ([headings] if headings else []) + rows]
        lines += _aligned(table)
        lines += [one_line(line) for line in below]
    return "\n".join(lines) + "\n"


def _head(view: ReportView) -> list[str]:
    result = view.result
    lines = [
        f"{len(result.documents)} articles of split {result.split}; scorer {view.version}",
        f"predictions {result.submission_sha256}",
        f"gold {result.gold_hash}",
        view.signature,
        f"{OPEN_GOLD} {view.made_by}",
    ]
    if result.missing:
        lines.insert(0, f"PARTIAL: no line for {', '.join(result.missing)}; scored as empty")
    return lines


def _sections(view: ReportView) -> list[TextSection]:
    found: list[TextSection] = [
        ("Score card", _headings(view), [_measure(row) for row in view.card], [*_asked(view), view.width]),
    ]
    if view.changes is not None:
        found.append(_differences(view.changes))
    found += [_gap(each) for each in view.gaps]
    found += [
        ("What is right and wrong", ["layer", "outcome", "items", "share"], _outcomes(view.errors), []),
        *(
            (
                each.title,
                ["gold, then predicted", *each.columns, "all"],
                [
                    [row, *("" if cell is None else str(cell.count) for cell in cells), str(total)]
                    for row, cells, total in each.rows
                ],
                [],
            )
            for each in view.confusions
        ),
        ("Documents", ["document", "errors"], [[d.document, str(d.errors)] for d in view.documents], []),
        ("All measures", _headings(view), [_measure(row) for row in view.measures], []),
    ]
    if view.changes is not None:
        found += [
            (kind.capitalize(), ["document", "layer", "item", "was", "is"], *_items(view.changes.items[kind]))
            for kind in CHANGES
        ]
    found += [
        (
            f"Slices of {layer}",
            [*_headings(view), "little to go by"],
            [[*_measure(row), row.few] for row in rows],
            [],
        )
        for layer, rows in view.slices.items()
    ]
    return found


def _asked(view: ReportView) -> list[str]:
    """What the headlines leave to ask."""
    return [f"{row.layer}: {row.left_out}" for row in view.card if row.left_out]


def _headings(view: ReportView) -> list[str]:
    interval = f"{view.level}% interval" if view.level else "interval"
    return ["measure", "score", interval, "P", "R", "gold found", "predictions right", "documents"]


def _measure(row: MeasureRow) -> list[str]:
    name = full_name(row.layer, row.measure)
    return [name, row.score, row.interval, row.precision, row.recall, row.gold, row.predicted, str(row.documents)]


def _differences(changes: Changes) -> TextSection:
    rows = [[d.name, d.earlier, d.later, d.difference, d.interval, d.p] for d in changes.differences]
    words = [f"{d.name}: {d.words}" for d in changes.differences if d.headline]
    return (f"Against {changes.name}", ["measure", "was", "is", "difference", "interval", "p"], rows, words)


def _gap(gap: ShownGap) -> TextSection:
    rows = [[g.name, g.original, g.perturbed, g.gap, g.interval, g.p] for g in gap.rows if g.headline]
    words = [f"{gap.lost.count} gold items lost, {gap.gained.count} gained, over {gap.units} articles or topics"]
    return (f"On changed articles: {gap.probes}", ["measure", "was", "is", "gap", "interval", "p"], rows, words)


def _outcomes(errors: Iterable[LayerErrors]) -> list[list[str]]:
    return [[e.layer, c.outcome, str(c.count), f"{100 * c.share:.1f}%"] for e in errors for c in e.classes]


def _items(items: ChangedItems) -> tuple[list[list[str]], list[str]]:
    """Rows, and what is said below them."""
    rows = [_item(each) for each in items.shown]
    return rows, [f"{items.count - len(rows)} more"] if items.count > len(rows) else []


def _item(i: ShownChange) -> list[str]:
    return [i.document, i.layer, i.text if i.gold else f"{i.text} (predicted)", i.earlier, i.later]


def _markdown_section(heading: str, headings: Sequence[str], rows: Sequence[Sequence[str]], below: list[str]) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(inert, cells))} |"

    table = [line(headings), f"|{' --- |' * len(headings)}", *map(line, rows)] if rows else ["none"]
    return f"\n### {inert(heading)}\n\n" + "\n".join(table) + "\n" + "".join(f"\n{inert(each)}\n" for each in below)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
