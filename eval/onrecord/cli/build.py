"""``onrecord build``: the dataset folder from its sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.outputs import refuse_stream, say
from onrecord.cli.places import the_corpus

if TYPE_CHECKING:
    from onrecord.dataset.corpus import Corpus, Rounds


def build(
    exports: Annotated[
        str | None,
        typer.Option(help="Folder of annotation/exports that the gold comes from; else what onrecord.toml says."),
    ] = None,
    blind: Annotated[
        str | None, typer.Option(help="Folder of the blind exports, which say who marked each item.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="Folder of the round before; what changed since then is the errata.")
    ] = None,
    mended: Annotated[
        list[str] | None,
        typer.Option(
            help="Folder of a round that labels some of the documents again, such as errata. May be repeated."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The dataset folder; dataset in the corpus if left out.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 2 where a file is not as built.")
    ] = False,
) -> None:
    """Turn seeds, exports and registries into the dataset folder: reviewed JSON, Parquet and card."""
    from onrecord.annotation.gold.from_rounds import gold_of_rounds
    from onrecord.annotation.label_studio.standing import SAID
    from onrecord.dataset import read_documents, read_registries
    from onrecord.dataset.corpus import FILE
    from onrecord.dataset.publishing.build import build as make
    from onrecord.dataset.publishing.build import check_target, differences, write
    from onrecord.dataset.publishing.datasheet import NAME
    from onrecord.dataset.publishing.rai import metadata, rai_faults
    from onrecord.dataset.reading.faults import refuse

    refuse_stream(output)
    with working("building the dataset"):
        corpus = the_corpus()
        output = corpus.dataset if output is None else output
        if not check:
            check_target(output)
        documents = read_documents(corpus.seeds, corpus.about.splits)
        registries = read_registries(corpus.registries)
        rounds = _rounds(corpus, exports, blind, before, mended or ())
        made = gold_of_rounds(corpus.annotation, rounds, documents, registries, corpus.about.splits.names)
        sheet = corpus.root / NAME
        datasheet = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
        refuse([*rai_faults(corpus.about, datasheet, str(corpus.root / FILE))])
        said = metadata(corpus.about, made.gold, datasheet, made.making)
        built = make(made.gold, corpus.about, made.provenance, made.extra, said)
        changed = differences(built, output) if check else write(built, output)
    for id in made.unlabelled:
        note(f"left out, not annotated yet: {id}")
    for each in made.unsent:
        note(f"left out, {SAID[each.state]}: {each.document}, by {each.annotator or 'somebody'}")
    for name in changed:
        say(f"{'differs' if check else 'written'}: {output / name}")
    if check and changed:
        note("run onrecord build, and commit what it writes")
        raise typer.Exit(2)
    if not changed:
        note(f"{output} is as its sources give it")


def _rounds(
    corpus: Corpus, exports: str | None, blind: str | None, before: str | None, mended: Sequence[str]
) -> Rounds:
    """The rounds that the gold is of: as they were named, or as the corpus says."""
    import msgspec

    from onrecord.dataset import Fault, FaultsError
    from onrecord.dataset.corpus import FILE, Rounds

    rounds = corpus.about.gold if exports is None else Rounds(exports=exports, blind=blind, before=before)
    if rounds is None:
        hint = f"name one with --exports, or exports under [gold] in {FILE}"
        wrong = Fault("rounds", str(corpus.root / FILE), None, "/gold", "nothing", "the round the gold is of", hint)
        raise FaultsError([wrong])
    return msgspec.structs.replace(rounds, mended=(*rounds.mended, *mended))
