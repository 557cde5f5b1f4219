"""``onrecord convert``: a file in the format of another tool, or of older labels, as a prediction file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from onrecord.cli.articles import GoldFolder, Seeds, expected_articles
from onrecord.cli.console import note, say_passed_over
from onrecord.cli.formats import AffixName, AffixOption, Comment, Layer, Scheme, TagNames, TokenColumn, read_options
from onrecord.cli.outputs import put

if TYPE_CHECKING:
    from onrecord.eval.readers import AnyFormat as OtherFormat
    from onrecord.eval.submission.expected import Expected


class AnyFormat(StrEnum):
    """How the file is written."""

    spacy = "spacy"
    docbin = "docbin"
    prodigy = "prodigy"
    doccano = "doccano"
    label_studio = "label-studio"
    label_studio_min = "label-studio-min"
    gliner = "gliner"
    hf_pipeline = "hf-pipeline"
    hf_tokens = "hf-tokens"
    conll = "conll"
    conllu = "conllu"
    conll_coref = "conll-coref"
    e2e = "e2e"
    preco = "preco"
    webanno = "webanno"
    brat = "brat"
    jsonl = "jsonl"
    onrecord_0_2 = "onrecord-0.2"


def convert(
    file: Annotated[Path, typer.Argument(help="The file, packed or not; - for standard input; a folder for brat.")],
    format: Annotated[AnyFormat, typer.Option("--from", help="How it is written; see docs/convert.md.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")] = Path("-"),
    gold: GoldFolder = None,
    seeds: Seeds = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="What its types are called here: conll2003, ontonotes, or a JSON file."),
    ] = None,
    type: Annotated[str | None, typer.Option("--type", help="The type of spans that have none.")] = None,
    scheme: Annotated[Scheme, typer.Option(help="conll, hf-tokens: how tags stand for spans.")] = Scheme.lenient,
    affix: AffixOption = AffixName.prefix,
    comment: Comment = "",
    token_column: TokenColumn = 0,
    column: Annotated[int, typer.Option(help="conll: the column of the tag, from 0 or from -1 back.")] = -1,
    tag_names: TagNames = "",
    layer: Layer = "",
) -> None:
    """Write the spans and clusters of another tool's file as prediction lines; documents are found by id or content.

    onrecord-0.2 takes a prediction file for the labels 0.2 and before, and says what it could not know.
    """
    import dataclasses

    import msgspec

    from onrecord.eval.conversion.converted import convert as run
    from onrecord.eval.readers import read_labelled
    from onrecord.eval.rendering.counted import counted
    from onrecord.eval.submission.label_maps import read_label_map
    from onrecord.eval.submission.unpacking import corpus_content

    if format is AnyFormat.onrecord_0_2:
        _older(file, output, expected_articles(gold, seeds))
        return
    mapping = None if labels is None else read_label_map(labels)[1]
    options = read_options(scheme, affix, comment, token_column, column, tag_names, layer)
    expected = expected_articles(gold, seeds)
    raw = None if file.is_dir() else corpus_content(file)
    reading = read_labelled(file, raw, cast("OtherFormat", format.value), dataclasses.replace(options, predicted=True))
    converted = run(reading, expected.documents, str(file), mapping, type)
    content = b"".join(msgspec.json.encode(line) + b"\n" for line in converted.lines)
    say_passed_over(converted.passed_over)
    mentions = sum(len(line.mentions or ()) for line in converted.lines)
    put(output, content, f"{counted(len(converted.lines), 'document')}, {counted(mentions, 'mention')}: {output}")


def _older(file: Path, output: Path, expected: Expected) -> None:
    import msgspec

    from onrecord.eval.conversion.older import convert_older
    from onrecord.eval.submission.unpacking import corpus_content

    older = convert_older(str(file), corpus_content(file), expected.documents)
    content = b"".join(msgspec.json.encode(line) + b"\n" for line in older.lines)
    for what, many in older.unknown.items():
        note(f"{many} {what}")
    put(output, content, f"{len(older.lines)} documents: {output}")
