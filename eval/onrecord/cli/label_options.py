"""``--labels`` where a command takes several files: which file has the types of which scheme."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

OURS = "ours"
"""What stands for our own types."""

FileLabels = Annotated[
    list[str] | None,
    typer.Option(
        "--labels",
        help="Compare types by a map: conll2003, ontonotes, or a JSON file. FILE=MAP is for one file; FILE=ours says "
        "that its types are ours.",
    ),
]


def labels_of(given: Sequence[str] | None, files: Sequence[Path]) -> list[str | None]:
    """The label map that each file's types are of; None for ours.

    Args:
        given: The values of the option: a map for every file, or ``FILE=MAP`` for one.
        files: As they were given; a file may be named by its path or by its name alone.

    Raises:
        typer.BadParameter: A file is named that was not given, or two maps are given for one.
    """
    named: dict[int, str] = {}
    everywhere: list[str] = []
    for each in given or ():
        place = _place(each, files)
        if place is None:
            everywhere.append(each)
            continue
        if place in named:
            raise typer.BadParameter(f"two maps for {files[place]}", param_hint="--labels")
        named[place] = each.rpartition("=")[2]
    if len(everywhere) > 1:
        raise typer.BadParameter("two maps for every file: write FILE=MAP", param_hint="--labels")
    found = [named.get(place, *everywhere) if everywhere else named.get(place) for place in range(len(files))]
    return [None if each == OURS else each for each in found]


def _place(value: str, files: Sequence[Path]) -> int | None:
    """The file that a value of the option is about; None for every one."""
    name, equals, _ = value.rpartition("=")
    if not equals or Path(value).is_file():
        return None
    paths = [place for place, file in enumerate(files) if str(file) == name]
    fitting = paths[:1] or [place for place, file in enumerate(files) if file.name == name]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(map(str, files))
    wrong = "more than one file" if fitting else "no file"
    raise typer.BadParameter(f"{name} is {wrong} of those given: {known}", param_hint="--labels")


def on_one_gold(labels: Sequence[str | None]) -> list[str | None]:
    """How files are scored that are put side by side: all by one map, so that gold is the same for each.

    Files of our own types are then compared as the map compares gold's.

    Args:
        labels: The map of each file's types; None for ours.

    Raises:
        typer.BadParameter: They are of two maps.
    """
    from onrecord.eval.submission.label_maps import OURS_AS

    maps = {each.removeprefix(OURS_AS) for each in labels if each is not None}
    if len(maps) > 1:
        said = f"{' and '.join(sorted(maps))} compare gold in different ways: what is put side by side is of one map"
        raise typer.BadParameter(said, param_hint="--labels")
    return [f"{OURS_AS}{next(iter(maps))}" if each is None and maps else each for each in labels]
