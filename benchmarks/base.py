"""What benchmarks are made of: the five articles of the web, so that their figures stay comparable."""

from __future__ import annotations

import msgspec
from benchmarks.environment import ROOT

from onrecord.dataset import Gold, read_folder
from onrecord.dataset.registries import rows_of

SPLITS = ("validation", "test")
"""The splits that they are in."""


def base() -> Gold:
    """The five articles, and the registry rows that they use."""
    gold = read_folder(ROOT / "dataset")
    articles = tuple(article for article in gold.articles if article.document.split in SPLITS)
    return msgspec.structs.replace(gold, articles=articles, registries=rows_of(articles, gold.registries))
