"""Options that say how files of others are to be read: of ``onrecord spans``, ``clusters`` and ``convert``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from onrecord.eval.readers import ReadOptions


class Scheme(StrEnum):
    """How tags stand for spans."""

    lenient = "lenient"
    conlleval = "conlleval"
    iob1 = "IOB1"
    iob2 = "IOB2"
    ioe1 = "IOE1"
    ioe2 = "IOE2"
    iobes = "IOBES"
    bilou = "BILOU"


class AffixName(StrEnum):
    """Where the letter of a tag stands."""

    prefix = "prefix"
    suffix = "suffix"


AffixOption = Annotated[
    AffixName, typer.Option("--affix", help="conll, hf-tokens: where the letter stands, as in B-PER or PER-B.")
]
Comment = Annotated[str, typer.Option(help="conll: lines that begin so are passed over, such as #; none if left out.")]
TokenColumn = Annotated[int, typer.Option(help="conll: the column of the token, from 0 or from -1 back.")]
TagNames = Annotated[
    str, typer.Option(help="hf-tokens: what the numbers of tags stand for, in order, such as O,B-PER,I-PER.")
]
Layer = Annotated[
    str, typer.Option(help="webanno: the layer of spans, or the end of its name; named entities if left out.")
]


def read_options(
    scheme: Scheme, affix: AffixName, comment: str, token: int, tag: int, tag_names: str, layer: str
) -> ReadOptions:
    """The options as the readers take them."""
    from onrecord.eval.readers import ColumnFormat, ReadOptions

    columns = ColumnFormat(scheme=scheme.value, affix=affix.value, token=token, tag=tag, comment=comment)
    return ReadOptions(columns, tuple(name.strip() for name in tag_names.split(",") if name.strip()), layer=layer)
