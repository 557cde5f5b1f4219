"""``onrecord init``: a corpus of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.outputs import say


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    title: Annotated[str | None, typer.Option(help="What the corpus is called; as its folder if left out.")] = None,
    layers: Annotated[
        str, typer.Option(help="What is labelled, with commas between: mentions, quotes, stances, events.")
    ] = "mentions,quotes,stances,events",
    ids: Annotated[
        bool, typer.Option("--ids/--no-ids", help="Whether items say by ids who and what they are about.")
    ] = True,
    types: Annotated[
        str | None, typer.Option(help="Entity types, with commas between; those of the guidelines if left out.")
    ] = None,
    language: Annotated[str, typer.Option(help="Languages of the articles, ISO 639-1, with commas between.")] = "en",
) -> None:
    """Make a folder for a corpus of your own; its README says what to do next.

    Everything else that is labelled, and how, is in its onrecord.toml, to be edited.
    """
    import msgspec

    from onrecord.annotation.new_corpus.files import new_corpus
    from onrecord.dataset.corpus import FILE
    from onrecord.dataset.reading.faults import Fault, FaultsError, fault_of
    from onrecord.dataset.reading.files import resolved, write_folder_atomically
    from onrecord.dataset.reading.staging import sweep
    from onrecord.dataset.reading.typed import explain
    from onrecord.dataset.scheme import Scheme

    sweep(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found = "a file" if not folder.is_dir() else "a folder that is not empty"
        raise FaultsError(
            [Fault("file", str(folder), None, "", found, "a new or an empty folder", "nothing was changed")]
        )
    value = {"layers": _words(layers), "ids": ids, **({} if types is None else {"entity_types": _words(types)})}
    try:
        scheme = msgspec.convert(value, Scheme)
    except msgspec.ValidationError:
        raise FaultsError(
            [fault_of("onrecord init", None, each, "/scheme") for each in explain(value, Scheme)]
        ) from None
    name = title or resolved(folder).name
    write_folder_atomically(folder, new_corpus(name, scheme, _words(language)))
    say(str(folder / FILE))
    note(f"next: cd {folder}, look {FILE} over, and follow README.md")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
