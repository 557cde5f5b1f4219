"""``--compat``: the numbers of another tool, as it prints them."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import typer

from onrecord.cli.console import note
from onrecord.cli.outputs import put, say

if TYPE_CHECKING:
    from onrecord.eval.compat import Compat


def compat_mode(name: str, takes: Collection[str]) -> Compat:
    """The mode of a name, one of those that take such input."""
    from onrecord.dataset.reading.faults import nearest
    from onrecord.eval.compat import COMPAT

    known = [each for each, mode in COMPAT.items() if mode.takes in takes]
    if name not in known:
        hint = nearest(name, known)
        raise typer.BadParameter(f"one of {', '.join(known)}" + (f"; {hint}" if hint else ""), param_hint="--compat")
    return COMPAT[name]


@contextlib.contextmanager
def told_if_refused(mode: Compat) -> Iterator[None]:
    """What the tool refuses, such as tags of another scheme, ends the command with a sentence."""
    from onrecord.dataset.reading.faults import show

    try:
        yield
    except ValueError as error:
        note(f"{mode.name} refuses these files: {show(str(error))}")
        raise typer.Exit(2) from error


def print_compat(mode: Compat, inputs: tuple[Any, ...], json: bool) -> None:
    """What the tool prints on standard output; how that differs from our measures on standard error."""
    from onrecord.eval.rendering.scores import json_bytes

    with told_if_refused(mode):
        result = mode.score(*inputs)
    if json:
        value = {
            "format": "onrecord-compat/1",
            "compat": mode.name,
            "version": mode.version,
            "rows": [
                {
                    "measure": row.measure,
                    "label": row.label,
                    "precision": row.precision,
                    "recall": row.recall,
                    "f1": row.f1,
                    "share": row.share,
                    "counts": dict(row.counts),
                }
                for row in result.rows
            ],
            "refused": result.refused,
            "differences": list(mode.differences),
        }
        put(None, json_bytes(value))
        return
    say(mode.text(result).rstrip("\n"))
    note(f"\nas {mode.name} ({mode.version}) gives them; they differ from onrecord's own:")
    for difference in mode.differences:
        note(f"- {difference}")
