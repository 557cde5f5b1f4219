"""``onrecord annotation adjudicate``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import (
    Data,
    Registries,
    Round,
    Seeds,
    Sources,
    Token,
    Url,
    access_to,
    push_project,
)
from onrecord.cli.console import note
from onrecord.cli.outputs import put


def adjudicate(
    round: Round,
    annotator: Annotated[str, typer.Option(help="Who adjudicates.")],
    blind: Annotated[Path, typer.Option(help="Folder of the blind exports, or its name in the corpus.")] = Path(
        "blind"
    ),
    reference: Annotated[
        Path | None,
        typer.Option(help="Dataset folder whose ids the annotators' own are matched with; the corpus's if left out."),
    ] = None,
    data: Data = None,
    seeds: Seeds = None,
    registries: Registries = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the merged proposals here instead, as JSON Lines.")
    ] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Merge the blind annotations of each document, two or more, into one task.

    What all say stands; everything else is there in every version, with who said it, to be decided.
    """
    import msgspec

    from onrecord.annotation.gold.adjudication import proposals
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.annotation.label_studio.naming import check_names

    check_names(round, annotator)
    sources = Sources(seeds, registries)
    documents = sources.documents()
    ids = sources.ids()
    gold = sources.gold(reference)
    annotations = read_exports(sources.exports(blind), documents)
    versions = proposals(annotations, documents, gold.articles, gold.registries)
    merged = versions["merged"]
    times = Counter(each.document for each in annotations)
    for id in sorted(each for each in times if each not in merged):
        note(f"{id}: left out, one annotator alone has labelled it")
    for document in documents:
        if document.id in merged:
            items = [item for _, item in merged[document.id].items()]
            agreed = sum(item.agreed is True for item in items)
            by = f" (of {times[document.id]} annotators)" if times[document.id] > 2 else ""
            note(f"{document.id}: {agreed} agreed{by}, {len(items) - agreed} to decide")
    if output is not None:
        by_id = {document.id: document for document in documents}
        lines = [
            msgspec.json.encode({"doc_id": id, "text_sha256": by_id[id].text_sha256, **msgspec.to_builtins(labels)})
            for id, labels in merged.items()
        ]
        put(output, b"\n".join(lines) + b"\n")
        return
    wanted = [document for document in documents if document.id in merged]
    push_project(access_to(data, url, token), round, annotator, wanted, ids, versions, sources.guidelines())
