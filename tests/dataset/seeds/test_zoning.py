"""Zones are moved by line, by words or by their number; everything else stays as it was."""

from __future__ import annotations

import itertools
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import describe

from onrecord.dataset import FaultsError
from onrecord.dataset.seeds.documents import SeedDescription, check_zones, layout
from onrecord.dataset.seeds.proposal import propose_zones
from onrecord.dataset.seeds.zoning import KINDS, Edit, Publication, list_lines, list_zones, rezone

RAW = (
    "\ufeffHarbour plan is voted down\r\n"
    "By Ana Kovac\u030c\r\n"
    "\r\n"
    "VELDEN — The town 😀 council said no.\r\n"
    "The old harbour.\r\n"
    "By Ana Novak, in a letter: no. By Ana Novak, too.\r\n"
)
LINES = [match.span() for match in re.finditer(r"[^\ufeff\r\n]+", RAW)]


def seed() -> SeedDescription:
    spans = [("title", *LINES[0]), ("byline", *LINES[1]), ("body", LINES[2][0], LINES[4][1])]
    return describe(RAW, spans)


def zoned(description: SeedDescription, **places: str) -> list[tuple[str, str]]:
    edits = [Edit(kind, place, f"--{kind}") for kind, place in places.items()]  # type: ignore[arg-type]
    new = rezone(description, RAW, "x.json", edits, Publication())
    return [(zone.kind, RAW[zone.start : zone.end]) for zone in new.zones]


def faults(*edits: Edit, publication: Publication | None = None) -> list[tuple[str, str, str, str]]:
    with pytest.raises(FaultsError) as error:
        rezone(seed(), RAW, "x.json", edits, publication or Publication())
    return [(each.code, each.found, each.expected, each.hint) for each in error.value.faults]


def test_the_seed_is_right() -> None:
    assert check_zones(seed(), RAW, "x") == []


@pytest.mark.parametrize("place", ["line:5", "The old harbour.", "The  old\nharbour.", "words:1:The old harbour."])
def test_a_caption_comes_out_of_the_body_however_it_is_named(place: str) -> None:
    assert zoned(seed(), caption=place)[2:] == [
        ("body", "VELDEN — The town 😀 council said no."),
        ("caption", "The old harbour."),
        ("body", "By Ana Novak, in a letter: no. By Ana Novak, too."),
    ]


def test_words_within_a_line_are_cut_out_of_it() -> None:
    assert zoned(seed(), caption="words:2:By Ana Novak")[2:] == [
        ("body", RAW[LINES[2][0] : LINES[4][0]] + "By Ana Novak, in a letter: no."),
        ("caption", "By Ana Novak"),
        ("body", ", too."),
    ]


def test_accents_are_found_however_they_are_written() -> None:
    for words in ("Ana Kovač", "Ana Kovac\u030c"):
        assert zoned(seed(), caption=words)[1:3] == [("byline", "By"), ("caption", "Ana Kovac\u030c")]


def test_a_zone_is_named_by_its_number_and_joins_its_neighbours() -> None:
    once = rezone(seed(), RAW, "x", [Edit("caption", "line:5", "--caption")], Publication())
    assert [each.name for each in list_zones(once, RAW)] == ["title:1", "byline:1", "body:1", "caption:1", "body:2"]
    assert [(each.first_line, each.last_line) for each in list_zones(once, RAW)] == [(1, 1), (2, 2), (4, 4), (5, 5), (6, 6)]
    back = rezone(once, RAW, "x", [Edit("body", "caption:1", "--body")], Publication())
    assert back == seed()
    out = rezone(once, RAW, "x", [Edit("nav", "caption:1", "--remove")], Publication())
    assert "old harbour" not in layout(RAW, out.zones)[0]


def test_titles_are_not_joined() -> None:
    assert zoned(seed(), title="line:2")[:2] == [("title", RAW[1:27]), ("title", "By Ana Kovac\u030c")]


def test_several_edits_at_once_are_those_one_after_the_other() -> None:
    edits = [Edit("caption", "line:5", "--caption"), Edit("byline", "VELDEN —", "--dateline"), Edit("nav", "byline:1", "--remove")]
    together = rezone(seed(), RAW, "x", edits, Publication())
    for order in itertools.permutations(edits[:2]):
        one = seed()
        for edit in (edits[2], *order):
            one = rezone(one, RAW, "x", [edit], Publication())
        assert one == together


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        Edit("byline", "By Ana Novak", "--byline"),
        Edit("caption", "line:3", "--caption"),
        Edit("caption", "line:99", "--caption"),
        Edit("nav", "caption:7", "--remove"),
        Edit("dek", "By Ana Kovak", "--dek"),
        Edit("dek", "words:3:By Ana Novak", "--dek"),
        Edit("dek", " ", "--dek"),
        Edit("body", "line:4-5", "--body"),
        Edit("legal", "The old", "--legal"),
        publication=Publication("01/02/2024", "dateline"),
    )
    assert [code for code, *_ in found] == ["place"] * 7 + ["overlap", "date", "label"]
    assert found[0][1] == "--byline By Ana Novak: 2 times, on lines 6, 6"
    assert "lines from 1 to 6" in found[2][2]
    assert "line:2" in found[4][3]
    assert found[5][2] == "a number from 1 to 2"
    assert "2024-01-02 or 2024-02-01" in found[-2][3]
    assert all(word in found[-1][2] for word in ("byline: ", "header: ", "inferred: "))


def test_the_day_of_publication_is_set_and_taken_back() -> None:
    new = rezone(seed(), RAW, "x", [], Publication("January 2, 2024", "inferred", "It says so."))
    assert (new.published, new.published_source, new.published_reason) == ("2024-01-02", "inferred", "It says so.")
    later = rezone(new, RAW, "x", [], Publication("2024-01-03"))
    assert (later.published, later.published_source, later.published_reason) == ("2024-01-03", "inferred", "Set by a person.")
    gone = rezone(later, RAW, "x", [], Publication("none"))
    assert (gone.published, gone.published_source) == (None, None)
    assert [code for code, *_ in faults(publication=Publication("2024-01-03"))] == ["missing-field"]


def test_nothing_asked_changes_nothing() -> None:
    assert rezone(seed(), RAW, "x", [], Publication()) == seed()


def test_every_line_is_shown_with_its_number() -> None:
    shown = list(list_lines(rezone(seed(), RAW, "x", [Edit("byline", "VELDEN —", "--dateline")], Publication()), RAW))
    assert [(number, kinds) for number, kinds, _ in shown] == [(1, "title"), (2, "byline"), (4, "byline+body"), (5, "body"), (6, "body")]


@given(st.text('ab .\r\n\u00a0\ufeff😀é"', min_size=1, max_size=60).filter(lambda text: text.strip("\ufeff \n\r\u00a0")), st.data())
def test_a_changed_seed_is_right_and_only_the_stretch_has_changed(text: str, data: st.DataObject) -> None:
    zones = [(zone.kind, zone.start, zone.end) for zone in propose_zones(text)]
    before = describe(text, zones)
    line = data.draw(st.sampled_from([number for number, _, _ in list_lines(before, text)]))
    kind = data.draw(st.sampled_from(KINDS))
    try:
        after = rezone(before, text, "x", [Edit(kind, f"line:{line}", "--x")], Publication())
    except FaultsError as error:
        assert {fault.code for fault in error.faults} == {"empty"}  # nothing of the article would be left
        return
    assert check_zones(after, text, "x") == []
    assert msgspec.structs.replace(after, zones=before.zones) == before
    kinds = [{at: zone.kind for zone in each.zones for at in range(zone.start, zone.end)} for each in (before, after)]
    spans = {number: span for number, span in enumerate(_spans(text), start=1)}
    within = range(*spans[line])
    for at, letter in enumerate(text):
        if letter.isspace() or letter == "\ufeff":
            continue
        assert kinds[1][at] == (kind if at in within else kinds[0][at])


def _spans(text: str) -> list[tuple[int, int]]:
    spans, start, at = [], 0, 0
    while at < len(text):
        if text[at] in "\r\n":
            spans.append((start, at))
            at += 2 if text[at : at + 2] == "\r\n" else 1
            start = at
        else:
            at += 1
    return [*spans, (start, len(text))]
