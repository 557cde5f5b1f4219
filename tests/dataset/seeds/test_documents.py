"""Seeds, zones and the map between text and seed."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import describe, place_in_seed, zone

from onrecord.dataset import Document, FaultsError, read_documents
from onrecord.dataset.corpus import Splits
from onrecord.dataset.seeds.documents import (
    CONTENT,
    JOIN,
    decode_seed,
    description_json,
    descriptions,
    layout,
    make_document,
    read_document,
)

EVERY = Splits(otherwise="test")


@st.composite
def zoned(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, int]]]:
    """Any text with any line breaks, cut into zones of any kind."""
    raw = draw(st.text("ab \r\n\u2028é😀", min_size=2, max_size=40))
    edges = sorted(draw(st.sets(st.integers(0, len(raw)), min_size=2, max_size=8)))
    kinds = st.sampled_from(["title", "body", "caption", "nav", "repeat"])
    return raw, [(draw(kinds), a, b) for a, b in itertools.pairwise(edges)]


@given(zoned())
def test_the_map_between_text_and_seed_is_exact(case: tuple[str, list[tuple[str, int, int]]]) -> None:
    raw, zones = case
    document = make_document(describe(raw, zones), raw, "test")
    seen: list[int] = []
    for at, char in enumerate(document.text):
        origin = place_in_seed(document, at)
        if origin is None:
            assert char == "\n"
        else:
            assert char == raw[origin] or (char, raw[origin]) == ("\n", "\r")
            seen.append(origin)
    assert seen == sorted(set(seen)), "no character twice, none out of order"
    kept = {at for kind, a, b in zones if kind in CONTENT for at in range(a, b)}
    lost = kept - set(seen)
    assert all(raw[at : at + 2] == "\r\n" for at in lost), "nothing but the \\r of \\r\\n is left out"
    assert "\r" not in document.text


@given(zoned())
def test_sections_cover_the_text_but_for_inserted_line_breaks(case: tuple[str, list[tuple[str, int, int]]]) -> None:
    raw, zones = case
    text, sections = layout(raw, describe(raw, zones).zones)
    covered = "".join(text[s.start : s.end] for s in sections)
    assert sum(s.end - s.start for s in sections) == len(covered)
    gaps = [text[a.end : b.start] for a, b in itertools.pairwise(sections)]
    assert set(gaps) <= {"", JOIN}


def test_every_character_of_the_seeds_can_be_traced(documents: list[Document], root: Path) -> None:
    places = {path.stem: path for path in descriptions(root / "seeds")}
    assert {each.id for each in documents} == {*places}
    for document in documents:
        raw = decode_seed(places[document.id].with_suffix(".txt").read_bytes())
        inserted = 0
        for at, char in enumerate(document.text):
            origin = place_in_seed(document, at)
            if origin is None:
                inserted += 1
            else:
                assert raw[origin] == char
        zones = sum(a.end != b.start for a, b in itertools.pairwise(document.sections))
        assert inserted == len(JOIN) * zones


def test_splits_go_by_topic(documents: list[Document]) -> None:
    topics: dict[str, set[str]] = {}
    for each in documents:
        topics.setdefault(each.split, set()).add(each.topic)
    assert topics["validation"] == {"st-petersburg-2023"}
    assert topics["test"] == {"minsk-2022"}
    assert len(topics["fresh"]) == 7
    assert sum(map(len, topics.values())) == len(set.union(*topics.values()))


RAW = "Title of it\n\nBody text.\n"


def write_seed(folder: Path, **changes: object) -> Path:
    good = describe(RAW, [("title", 0, 11), ("body", 13, 23)])
    (folder / "doc.txt").write_bytes(RAW.encode())
    path = folder / "doc.json"
    path.write_bytes(description_json(msgspec.structs.replace(good, **changes)))
    return path


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"sha256": "0" * 64}, {"hash"}),
        ({"seed": "other.txt"}, {"file"}),
        ({"seed": "../doc.txt"}, {"file"}),
        ({"zones": (zone("title", 0, 11, "Title"),)}, {"uncovered"}),
        ({"zones": (zone("title", 0, 11, "Titel"), zone("body", 13, 23, "Body"))}, {"surface"}),
        ({"zones": (zone("title", 0, 14, "Title"), zone("body", 13, 23, "Body"))}, {"overlap"}),
        ({"zones": (zone("title", 0, 11, "Title"), zone("body", 13, 99, "Body"))}, {"offset", "uncovered"}),
        ({"zones": (zone("nav", 0, 23, "Title"),)}, {"empty"}),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, object], codes: set[str]
) -> None:
    path = write_seed(tmp_path, **changes)
    with pytest.raises(FaultsError) as error:
        read_document(path, EVERY)
    assert {fault.code for fault in error.value.faults} == codes
    assert all(fault.file.startswith(str(tmp_path)) for fault in error.value.faults)


def test_faults_of_all_descriptions_are_reported_together(tmp_path: Path) -> None:
    write_seed(tmp_path)
    (tmp_path / "a.json").write_text('{"id": 3, "colour": 1}')
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(FaultsError) as error:
        read_documents(tmp_path)
    assert {Path(fault.file).name for fault in error.value.faults} == {"a.json", "b.json"}
    assert "/id" in {fault.pointer for fault in error.value.faults}


def test_a_good_description_is_read(tmp_path: Path) -> None:
    document = read_document(write_seed(tmp_path), EVERY)
    assert document.text == "Title of it\n\nBody text."
    assert document.title == "Title of it"


def test_seeds_may_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    for place, id in (("b", "one"), (".", "two"), ("b/c", "three")):
        (tmp_path / place).mkdir(exist_ok=True)
        described = msgspec.structs.replace(describe(id, [("body", 0, len(id))]), id=id, seed=f"{id}.txt")
        (tmp_path / place / f"{id}.txt").write_text(id, encoding="utf-8")
        (tmp_path / place / f"{id}.json").write_bytes(description_json(described))
    assert [each.id for each in read_documents(tmp_path, EVERY)] == ["one", "three", "two"]
