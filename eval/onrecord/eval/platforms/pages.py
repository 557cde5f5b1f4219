"""The texts that a platform shows, made from what the scorer and the dataset say; as Markdown and as HTML.

Whatever comes from the dataset or an option is escaped in both.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Sequence

import msgspec

from onrecord.dataset.gold import in_split
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.publishing.folder import count_items
from onrecord.dataset.reading.budget import MIB
from onrecord.eval.platforms.keys import BoardColumn
from onrecord.eval.platforms.reference import Reference
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.submission.limits import DEFAULT_LIMITS


@dataclasses.dataclass(frozen=True)
class PageTable:
    """A table of text."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclasses.dataclass(frozen=True)
class Code:
    """Lines to be shown as they are."""

    text: str


PageBlock = str | PageTable | Code
"""A string is a paragraph of plain text."""


@dataclasses.dataclass(frozen=True)
class Page:
    """A page of some blocks."""

    title: str
    blocks: Sequence[PageBlock]

    def markdown(self) -> bytes:
        """The page as Markdown."""
        parts = [f"# {inert(self.title)}", *(_markdown(block) for block in self.blocks)]
        return ("\n\n".join(part.rstrip("\n") for part in parts) + "\n").encode("utf-8")

    def html(self) -> bytes:
        """The page as a piece of HTML without a head."""
        parts = [f"<h2>{html.escape(self.title)}</h2>", *(_html(block) for block in self.blocks)]
        return ("\n".join(parts) + "\n").encode("utf-8")


def _markdown(block: PageBlock) -> str:
    if isinstance(block, Code):
        fence = "`" * (1 + max([2, *(len(run) for run in re.findall(r"`+", block.text))]))
        return f"{fence}\n{block.text}\n{fence}"
    if isinstance(block, PageTable):
        return markdown_table(
            [inert(cell) for cell in block.head], [[inert(cell) for cell in row] for row in block.rows]
        )
    return inert(block)


def _html(block: PageBlock) -> str:
    if isinstance(block, Code):
        return f"<pre>{html.escape(block.text)}</pre>"
    if isinstance(block, PageTable):
        rows = [("th", block.head), *(("td", row) for row in block.rows)]
        lines = ("".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) for tag, row in rows)
        return "<table>" + "\n".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
    return f"<p>{html.escape(block)}</p>"


def overview(reference: Reference, provenance: Sequence[str]) -> Page:
    """What is asked, and who made what it is compared with."""
    return Page(
        "Overview",
        [
            "Label news articles: the entities they name, who is quoted with which words, who stands how to whom or "
            "what, and the events. Ids hold across articles.",
            f"Submissions are scored on the split {reference.split}, whose labels have the hash "
            f"{reference.gold_hash}. Who made the labels:",
            *provenance,
        ],
    )


def evaluation(columns: Sequence[BoardColumn]) -> Page:
    """What each column of the board means."""
    return Page(
        "Evaluation",
        [
            "Every number is an F1 or a share between 0 and 1; more is better. The first measure of each layer is the "
            "one that it is quoted by.",
            PageTable(
                ["column", "measure", "what is right"],
                [[each.key, each.measure, each.definition] for each in columns],
            ),
            "A layer that a file leaves out has no number. What is undefined has none either: it is never shown as 0 "
            "or 1. Articles are put together by adding their counts.",
            "The same scorer runs on your own machine: onrecord score FILE. It prints intervals too: with few "
            "articles they are wide, and small differences between systems mean nothing.",
        ],
    )


def data(reference: Reference, line: bytes) -> Page:
    """What there is to label, and how a submission is written down."""
    counts = count_items(in_split(reference.gold, reference.split))
    return Page(
        "Data and format",
        [
            PageTable(["of the split", "how many"], [[name, str(many)] for name, many in counts.items()]),
            "A submission is one file of JSON Lines, UTF-8, one line an article, with any of the layers mentions, "
            "quotes, stances and events; a layer that is on one line is on all, and every article of the split has "
            "a line. Offsets are 0-based and half-open and count Unicode code points of the article's text; text "
            "repeats the words and is checked; text_sha256 says which text you read, and may be left out. Ids are "
            "yours: equal ids mean the same entity or event over the whole file.",
            "The beginning of a line, with labels of the baseline:",
            Code(line.decode("utf-8")),
            f"At most {DEFAULT_LIMITS.max_bytes // MIB} MiB, unpacked too, "
            f"and {DEFAULT_LIMITS.max_line_bytes // MIB} MiB a line. "
            "A file with a fault gets no score; all its faults are listed with their lines. "
            "onrecord validate FILE lists them before you submit.",
        ],
    )


def terms(licence: str) -> Page:
    """What participants agree to."""
    return Page(
        "Terms",
        [
            "A submission is the output of your system. It must not be made from the labels that it is scored with.",
            "Of the dataset:",
            *(_unmarked(part) for part in licence.split("\n\n") if part.strip() and not part.startswith("#")),
        ],
    )


def _unmarked(part: str) -> str:
    """A paragraph of Markdown as plain text on one line."""
    return re.sub(r"\*\*|`|<(?=https://)|(?<=/)>", "", " ".join(part.split()))


def beginning(line: bytes) -> bytes:
    """The first mention of a prediction line, as an example that is one."""
    whole = msgspec.json.decode(line)
    first = [{name: each[name] for name in ("start", "end", "text", "type", "kind")} for each in whole["mentions"][:1]]
    return msgspec.json.encode({"doc_id": whole["doc_id"], "text_sha256": whole["text_sha256"], "mentions": first})
