"""What an input costs is in proportion to its bytes, whatever kind it is of and however it grows."""

from __future__ import annotations

import random
import zlib

import pytest
from tests.cost.growth import grown, outcome, too_dear
from tests.cost.kinds import Kind
from tests.examples import examples

NAMES = (
    "predictions",
    "predictions of other types",
    "predictions on a platform",
    "predictions, gzipped",
    "a record",
    "about an entry",
    "a label map",
    "a release",
    "an export",
    "replies",
    "spans: jsonl",
    "spans: conll",
    "clusters: conll-coref",
    "clusters: conllu",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_is_right_as_it_is(every: dict[str, Kind], name: str) -> None:
    found = outcome(every[name], every[name].right)
    assert found.wrong == ""
    assert found.code == 0 or name == "spans: jsonl"  # which says both type and label


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_no_growth_is_too_dear(every: dict[str, Kind], name: str) -> None:
    ways = list(grown(every[name]))
    randomly = random.Random(zlib.crc32(name.encode()))
    for way, make in randomly.sample(ways, min(len(ways), examples(10))):
        large = min(2**20, every[name].most)
        assert too_dear(every[name], make, large // 4, large) == "", way


AT_THE_LIMIT = (
    "a long key over numbers, at 0",
    "a long key over what is odd, at 0",
    "keys, at 0",
    "keys twice, at 0",
    "no numbers, at 2",
    "objects, at 1",
    "depth, at 0",
)


@pytest.mark.long
@pytest.mark.parametrize("way", AT_THE_LIMIT)
def test_a_line_as_long_as_may_be_is_answered_in_time(every: dict[str, Kind], way: str) -> None:
    kind = every["predictions"]
    found = outcome(kind, dict(grown(kind))[way](8_000_000))
    assert found.wrong == ""
    assert found.code == 2
