"""What an organiser gives for an exported competition, and what both platforms show of it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

import msgspec

from onrecord.dataset import Fault, FaultsError, Gold
from onrecord.dataset.gold import in_split, learnable
from onrecord.dataset.publishing.folder import read_about
from onrecord.dataset.publishing.makers import NOT_SAID, stated_makers
from onrecord.dataset.reading.faults import show
from onrecord.dataset.reading.files import read_text
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.platforms import pages
from onrecord.eval.platforms.archive import zip_bytes
from onrecord.eval.platforms.keys import BoardColumn
from onrecord.eval.platforms.reference import Reference, reference_of

MOST_OF_TITLE = 100
"""Characters."""


@dataclasses.dataclass(frozen=True)
class Competition:
    """A competition, whatever the platform."""

    title: str
    start: datetime.datetime
    """In UTC, like the end."""
    end: datetime.datetime | None
    reference: Reference
    sample: bytes
    """A submission: the baseline's labels of the split."""
    provenance: Sequence[str]
    """Who made the labels, a paragraph each."""
    licence: str
    description: str
    """What it is about, in a line."""

    def pages(self, columns: Sequence[BoardColumn]) -> dict[str, pages.Page]:
        """The pages by the name of their file."""
        example = pages.beginning(self.sample.partition(b"\n")[0])
        return {
            "overview": pages.overview(self.reference, self.provenance),
            "evaluation": pages.evaluation(columns),
            "data": pages.data(self.reference, example),
            "terms": pages.terms(self.licence),
        }

    def sample_zip(self) -> bytes:
        """The sample, packed as participants pack a submission."""
        return zip_bytes({"predictions.jsonl": self.sample})


def competition(
    gold: Gold, folder: Path, split: str, title: str, start: datetime.datetime, end: datetime.datetime | None
) -> Competition:
    """The competition on a split of the dataset that was read from a folder.

    Raises:
        FaultsError: The split is empty, the end is not after the start, or the title cannot be shown.
    """
    if end is not None and end <= start:
        raise FaultsError([Fault("dates", "--end", None, "", str(end), f"after the start, {start}")])
    if not title.strip() or not title.isprintable() or len(title) > MOST_OF_TITLE:
        raise FaultsError([Fault("title", "--title", None, "", show(title), f"up to {MOST_OF_TITLE} characters")])
    card = read_about(folder).card
    return Competition(
        title=title,
        start=start,
        end=end,
        reference=reference_of(gold, split),
        sample=_sample(gold, split),
        provenance=stated_makers(folder) or [NOT_SAID],
        licence=_text(folder / "LICENSE-DATA.md"),
        description=" ".join((card.description or card.summary or title).split()),
    )


def _sample(gold: Gold, split: str) -> bytes:
    rules = Rules.learn(learnable(gold))
    lines = [rules.predict(article.document) for article in in_split(gold, split)]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except FileNotFoundError:
        return ""
