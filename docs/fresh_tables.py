"""Tables of the fresh articles: what systems get on them, where plan and gold differ, what a pass takes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from by_split import FRESH
from onrecord.dataset import Gold
from onrecord.dataset.gold import in_split
from onrecord.dataset.publishing.card import markdown_table
from onrecord.eval import Report, Result, Sampling
from onrecord.eval.rendering.scores import percent
from onrecord.eval.scoring.ceiling import read_ceiling

PROMPTED = Path("docs/systems/prompted.fresh.jsonl")
"""What an instance of a language model said that had the requests of ``onrecord prompt`` and nothing else."""
_ENOUGH = 90
"""A headline under this leaves room for a better system."""


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one part of a pass over the fresh articles took."""

    who: str
    part: int
    role: Literal["blind", "adjudication", "audit", "plans"]
    articles: int
    words: int
    """Of the articles, between white space."""
    start: datetime.datetime
    end: datetime.datetime
    actions: int
    """Calls of a tool: a command, or a file written."""
    bytes_given: int
    """Guidelines, form and texts, and labels where the pass began with some."""
    bytes_made: int
    """Labels, rows, notes, decisions, findings."""


class Compared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many statements of the plans were held against the gold, and what was decided where they differ."""

    compared: int
    alike: int
    differing: int
    gold: int
    plan: int
    both: int


class Comparison(msgspec.Struct, frozen=True):
    """The counts by layer, and by happening and layer."""

    by_layer: dict[str, Compared]
    by_happening: dict[str, dict[str, Compared]]


class Difference(msgspec.Struct, frozen=True):
    """A statement of a plan that the gold does not share."""

    plan: str
    article: str | None
    layer: str
    item: str
    plan_says: object
    gold_says: object
    decision: Literal["gold", "plan", "both"]
    why: str
    rule: str | None
    aspect: str = ""
    counted: bool = True


def fresh_tables(root: Path, gold: Gold, results: Mapping[str, Result]) -> Iterator[tuple[str, str]]:
    """The generated parts of ``docs/fresh.md``; ``results`` are those of the systems on the split, by their names."""
    yield "fresh-systems", systems_table(root, results)
    yield "fresh-plans", plans_table(read_comparison(root))
    yield "fresh-mended", mended(read_differences(root))
    yield "fresh-cost", cost_table(read_passes(root), len(in_split(gold, FRESH)))


def systems_table(root: Path, results: Mapping[str, Result]) -> str:
    """Headline F1 of every system with its interval, and of one annotator on the other."""
    first = next(iter(results.values()))
    rows, best = [], dict.fromkeys(first.headlines, 0.0)
    for name, result in results.items():
        intervals = Report.of(result, Sampling()).intervals
        cells = []
        for headline in result.headlines:
            value, interval = result.values[headline], intervals.get(headline)
            best[headline] = max(best[headline], value or 0.0)
            between = f" ({percent(interval.low)}–{percent(interval.high)})" if interval is not None else ""
            cells.append(percent(value) + (between if value else ""))
        rows.append([name, *cells])
    rows += [
        [f"`{each.name}` on `{each.against}`", *(percent(each.f1.get(name)) for name in first.headlines)]
        for each in read_ceiling(root / "dataset", first)
        if each.against != "gold"
    ]
    table = markdown_table(["", *(each.layer.name for each in first.layers)], rows)
    judged = [each.scores[each.layer.headline.name].recall is not None for each in first.layers]
    asked = [name for name, known in zip(first.headlines, judged, strict=True) if known]
    room = [f"`{name}`" for name in asked if 100 * best[name] < _ENOUGH]
    said = f"{len(room)} of the {len(asked)} headlines that gold can judge ({', '.join(room)})"
    return f"{table}\nUnder {_ENOUGH} for the best of them: {said}.\n"


def plans_table(comparison: Comparison) -> str:
    """By layer: statements of the plans, how many the gold shares, and who was right where they differ."""
    rows = []
    for layer, n in comparison.by_layer.items():
        share = f"{100 * n.differing / n.compared:.0f} %"
        rows.append([layer, str(n.compared), str(n.alike), share, str(n.gold), str(n.both), str(n.plan)])
    head = ["", "statements", "alike", "differ", "the gold stands", "both can be defended", "the plan was right"]
    return markdown_table(head, rows)


def mended(differences: Sequence[Difference]) -> str:
    """What was mended in the gold since the plan, or what was seen beside it, was right."""
    return "".join(
        f"- `{each.article or each.plan}`, {each.layer}{f' ({each.rule})' if each.rule else ''}: {each.why}\n"
        for each in differences
        if each.decision == "plan"
    )


def cost_table(passes: Sequence[Pass], articles: int) -> str:
    """What each kind of pass took in all and by article, and what a hundred articles would take."""
    kinds = dict.fromkeys((each.role, each.who) for each in passes)
    groups = {f"{role}, `{who}`": [p for p in passes if (p.role, p.who) == (role, who)] for role, who in kinds}
    rows = []
    for name, these in [*groups.items(), ("all", passes)]:
        minutes = sum((each.end - each.start).total_seconds() for each in these) / 60
        numbers = [
            sum(each.actions for each in these),
            sum(each.bytes_given for each in these) / 1000,
            sum(each.bytes_made for each in these) / 1000,
        ]
        cells = [f"{minutes:.0f}", *(f"{each:.0f}" for each in numbers)]
        rows.append([name, *cells, f"{minutes / articles:.1f}", f"{100 * minutes / articles / 60:.1f}"])
    head = ["pass", "minutes", "actions", "kB given", "kB made", "minutes an article", "hours a hundred articles"]
    return markdown_table(head, rows)


def read_passes(root: Path) -> list[Pass]:
    """What every pass took."""
    return msgspec.json.Decoder(Pass).decode_lines((root / "annotation/fresh/cost.jsonl").read_bytes())


def read_comparison(root: Path) -> Comparison:
    """The counts of the comparison."""
    return msgspec.json.decode((root / "annotation/fresh/compared.json").read_bytes(), type=Comparison)


def read_differences(root: Path) -> list[Difference]:
    """Every difference that was found."""
    return msgspec.json.Decoder(Difference).decode_lines((root / "annotation/fresh/differences.jsonl").read_bytes())
