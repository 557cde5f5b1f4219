"""New articles become seeds with proposed zones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import describe, place_in_seed

from onrecord.dataset import FaultsError, read_documents
from onrecord.dataset.seeds.documents import CONTENT, check_zones, description_json, descriptions
from onrecord.dataset.seeds.ingest import Ingested, ingest
from onrecord.dataset.seeds.proposal import propose_zones

ARTICLE = """ date 2024-01-02 Video
Home | News | Sport | Weather | More
Leaders meet again in the old town hall

By Jane Doe
Published: 2 January 2024
The two leaders met on Tuesday in the old town hall and spoke for three hours about trade and the weather.

"We agreed on everything," one of them said.
The leaders in the hall. (photo credit: AGENCY)
The leaders in the hall. (photo credit: AGENCY)
Subscribe to our newsletter
Related Tags
Cats
Copyright 2024 The Paper. All rights reserved.
"""

PAGE = """<html><head><title>Leaders meet again | The Paper</title><meta name="author" content="Jane Doe"></head><body>
<nav><a href="/">Home</a><a href="/news">News</a></nav><article><h1>Leaders meet again in the old town hall</h1>
<p>The two leaders met on Tuesday in the old town hall and spoke for three hours about trade and the weather.</p>
<p>“We agreed on everything,” one of them said, and the other nodded for a while before he answered the press.</p>
<p>They will meet again next year, officials said, when the roof of the hall has been mended.</p></article>
<footer>Copyright The Paper</footer></body></html>"""


def test_a_text_file_is_zoned(tmp_path: Path) -> None:
    (tmp_path / "leaders.txt").write_text(ARTICLE)
    (one,) = ingest(tmp_path / "leaders.txt", tmp_path / "seeds", "town-hall").articles
    kinds = [(zone.kind, zone.opens) for zone in one.description.zones]
    assert ("title", "Leaders meet again in the old town hall") in kinds
    assert [kind for kind, _ in kinds] == [
        "nav",
        "title",
        "byline",
        "body",
        "caption",
        "repeat",
        "nav",
        "related",
        "legal",
    ]
    (document,) = read_documents(tmp_path / "seeds")
    assert document.text.startswith("Leaders meet again in the old town hall\n\nBy Jane Doe")
    assert "Cats" not in document.text
    assert (tmp_path / "seeds" / one.description.seed).read_text() == ARTICLE
    assert any("date" in warning for warning in one.warnings)


def test_a_page_goes_through_trafilatura(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (one,) = ingest(tmp_path / "page.html", tmp_path / "seeds", "town-hall").articles
    (document,) = read_documents(tmp_path / "seeds")
    assert document.title == "Leaders meet again in the old town hall"
    assert "“We agreed on everything,”" in document.text
    assert "Copyright" not in document.text
    assert one.description.source_sha256 is not None


def test_lines_of_json_become_articles(tmp_path: Path) -> None:
    line = {"text": ARTICLE, "title": "Leaders meet again in the old town hall", "date": "2024-01-02", "url": "u"}
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n\n" + json.dumps({**line, "text": "Second.\nText."}))
    assert len(ingest(tmp_path / "a.jsonl", tmp_path / "seeds", "t").articles) == 2
    documents = read_documents(tmp_path / "seeds")
    assert {(d.published, d.published_source, d.url) for d in documents} == {("2024-01-02", "header", "u")}


def test_a_second_run_keeps_what_a_person_has_edited(tmp_path: Path) -> None:
    (tmp_path / "leaders.txt").write_text(ARTICLE)
    (one,) = ingest(tmp_path / "leaders.txt", tmp_path / "seeds", "t").articles
    edited = one.path.read_text().replace('"publisher": "unknown"', '"publisher": "The Paper"')
    one.path.write_text(edited)
    (again,) = ingest(tmp_path / "leaders.txt", tmp_path / "seeds", "t").articles
    assert again.path == one.path
    assert one.path.read_text() == edited
    assert any("already" in warning for warning in again.warnings)


def test_what_lies_in_a_folder_below_is_known_too(tmp_path: Path) -> None:
    (tmp_path / "leaders.txt").write_text(ARTICLE)
    below = tmp_path / "seeds" / "town"
    (one,) = ingest(tmp_path / "leaders.txt", below, "t").articles
    (again,) = ingest(tmp_path / "leaders.txt", tmp_path / "seeds", "t").articles
    assert again.path == one.path
    assert [*(tmp_path / "seeds").iterdir()] == [below]


def test_crlf_emoji_and_nbsp_survive(tmp_path: Path) -> None:
    raw = "A title of five whole words\r\n\r\nBody 😀\u00a0text one.\r\nAnd a second line.\r\n".encode()
    (tmp_path / "x.txt").write_bytes(raw)
    (one,) = ingest(tmp_path / "x.txt", tmp_path / "seeds", "t").articles
    (document,) = read_documents(tmp_path / "seeds")
    assert document.text == "A title of five whole words\n\nBody 😀\u00a0text one.\nAnd a second line."
    assert (tmp_path / "seeds" / one.description.seed).read_bytes() == raw


def test_nothing_is_written_unless_everything_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.txt").write_text(ARTICLE)
    (folder / "latin.txt").write_bytes("Café".encode("latin-1"))
    (folder / "blank.txt").write_text(" \n")
    (folder / "lines.jsonl").write_text('{"title": "no text"}\n{"text": "x", "txet": 1}\n')
    with pytest.raises(FaultsError) as error:
        ingest(folder, tmp_path / "seeds", "t")
    assert {fault.code for fault in error.value.faults} == {"encoding", "empty", "missing-field"}
    assert not (tmp_path / "seeds").exists()


@pytest.mark.parametrize("name", ["nothing.txt", "picture.png", "empty"])
def test_what_is_no_article_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FaultsError):
        ingest(tmp_path / name, tmp_path / "seeds", "t")


@given(
    st.text('ab .\r\n\u00a0\ufeff😀"By Published©see also', min_size=1).filter(
        lambda text: text.strip("\ufeff \n\r\u00a0")
    )
)
def test_a_proposal_always_fits_its_text(text: str) -> None:
    zones = tuple(propose_zones(text))
    description = describe(text, [(zone.kind, zone.start, zone.end) for zone in zones])
    faults = check_zones(description, text, "x")
    assert faults == []
    assert any(zone.kind in CONTENT for zone in zones)


def test_the_seeds_are_found_again_in_their_own_descriptions(root: Path) -> None:
    """The proposal against the zones set by hand: how much of what it keeps is content, how much content it keeps."""
    kept = right = wanted = 0
    places = {path.stem: path for path in descriptions(root / "seeds")}
    for document in read_documents(root / "seeds"):
        raw = places[document.id].with_suffix(".txt").read_bytes().decode()
        gold = {place_in_seed(document, at) for at in range(len(document.text))} - {None}
        proposed = {at for z in propose_zones(raw) if z.kind in CONTENT for at in range(z.start, z.end)}
        kept += len(proposed)
        right += len(proposed & gold)
        wanted += len(gold)
    assert right / kept > 0.85
    assert right / wanted > 0.9


def test_a_description_is_small_and_a_zone_a_line(tmp_path: Path) -> None:
    (tmp_path / "leaders.txt").write_text(ARTICLE)
    (one,) = ingest(tmp_path / "leaders.txt", tmp_path / "seeds", "t").articles
    lines = description_json(one.description).decode().splitlines()
    assert sum('"kind"' in line for line in lines) == len(one.description.zones)


def zones_of(tmp_path: Path, raw: bytes) -> tuple[Ingested, list[tuple[str, str]]]:
    (tmp_path / "article.txt").write_bytes(raw)
    (one,) = ingest(tmp_path / "article.txt", tmp_path / "seeds", "t").articles
    seed = (tmp_path / "seeds" / one.description.seed).read_bytes()
    assert seed == raw
    text = seed.decode()
    return one, [(zone.kind, text[zone.start : zone.end]) for zone in one.description.zones]


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["By Ana Kovač", "12 March 2024"], "2024-03-12"),
        (["By Ana Kovač", "March 12, 2024 10:15 AM"], "2024-03-12"),
        (["By ANA KOVAČ", "Published: Tuesday, 12 March, 2024 at 12:00 AM", "Updated: 13 March 2024"], "2024-03-12"),
        (["2024-03-12"], "2024-03-12"),
        (["By Ana Kovac\u030c | March 12, 2024"], "2024-03-12"),
        (["By Ana Kovač", "VELDEN, March 12:"], None),
        (["Published: 03/04/2024"], None),
        (["12 March 2024", "14 March 2024"], None),
        (["מאת אנה קובץ׳ 😀", "12 במרץ 2024"], None),
        (["بقلم آنا كوفاتش", "12 مارس 2024"], None),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_authors_and_dates_below_the_title_are_bylines(
    tmp_path: Path, lines: list[str], published: str | None, end: str
) -> None:
    raw = end.join(["Harbour plan is voted down in Velden", "", *lines, "", "The council said no, seven to four.", ""])
    one, zones = zones_of(tmp_path, b"\xef\xbb\xbf" + raw.encode())
    assert [kind for kind, _ in zones] == ["title", "byline", "body"]
    assert zones[1][1] == end.join(lines)
    assert one.description.published == published
    assert one.description.published_source == (None if published is None else "byline")
    assert any("no date of publication" in warning for warning in one.warnings) == (published is None)


def test_a_date_that_can_be_read_in_two_ways_is_said_with_both(tmp_path: Path) -> None:
    one, _ = zones_of(tmp_path, b"Harbour plan is voted down in Velden\nPublished: 03/04/2024\n\nThe council said no.\n")
    assert any("2024-03-04 or 2024-04-03" in warning for warning in one.warnings)


@pytest.mark.parametrize(
    "sentence",
    [
        "By the way, nobody had asked the fishermen.",
        "By Monday the council had decided nothing at all.",
        "On 12 March 2024 the council met again in the hall.",
        "Von der Mole war nichts zu sehen als Nebel.",
        "He was born in 1999 and had 3 boats.",
    ],
)
def test_sentences_are_body(tmp_path: Path, sentence: str) -> None:
    raw = f"Harbour plan is voted down in Velden\n\n{sentence}\nThe council said no.\n"
    assert zones_of(tmp_path, raw.encode())[1][1:] == [("body", f"{sentence}\nThe council said no.")]


def test_every_file_that_is_passed_over_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "nested").mkdir(parents=True)
    for name in ("a.md", "b.csv", "c.json", "noend", ".hidden"):
        (folder / name).write_text("x")
    (folder / "dead.txt").symlink_to("nowhere")
    (folder / "good.TXT").write_text(ARTICLE)
    (folder / "nested" / "more.txt").write_text(ARTICLE)
    intake = ingest(folder, tmp_path / "seeds", "t")
    assert len(intake.articles) == 1
    reasons = dict(each.split(": ", 1) for each in intake.passed_over)
    assert reasons.keys() == {"a.md", "b.csv", "c.json", "noend", ".hidden", "dead.txt", "nested"}
    assert reasons["a.md"].startswith("ends in .md")
    assert ".jsonl" in reasons["b.csv"]
    assert ".jsonl" in reasons["c.json"]
    assert "folder" in reasons["nested"]
    assert "link" in reasons["dead.txt"]
    for name in ("good.TXT", "dead.txt"):
        (folder / name).unlink()
    with pytest.raises(FaultsError, match=r"a\.md: ends in \.md"):
        ingest(folder, tmp_path / "seeds", "t")


def test_a_missing_file_is_missing_and_not_of_a_wrong_kind(tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(ARTICLE)
    for name, hint in (("harbuor.txt", "harbour.txt"), ("nothing.pdf", ""), ("no/where.txt", "")):
        with pytest.raises(FaultsError) as error:
            ingest(tmp_path / name, tmp_path / "seeds", "t")
        (fault,) = error.value.faults
        assert fault.found == "no such file"
        assert hint in fault.hint


def test_of_lines_of_json_what_is_known_is_taken_and_the_rest_is_named(tmp_path: Path) -> None:
    lines = [
        {"text": "The council said no.", "title": "Plan is voted down", "authors": ["Ana Kovač", "Bo"], "date": "02 Jan 2023", "tags": 1},
        {"text": "By Ana. It said no.", "headline": "Plan", "author": {"name": "Ana"}, "published": "2023-01-02T03:04:05Z", "tags": []},
        {"text": "It said no, a second time.", "byline": "Ana Kovač", "date": "January 2, 2023", "txet": ""},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    intake = ingest(tmp_path / "a.jsonl", tmp_path / "seeds", "t")
    texts = [
        (tmp_path / "seeds" / each.description.seed).read_text(encoding="utf-8") for each in intake.articles
    ]
    assert texts == [
        "Plan is voted down\n\nAna Kovač, Bo\n\nThe council said no.",
        "Plan\n\nBy Ana. It said no.",
        "Ana Kovač\n\nIt said no, a second time.",
    ]
    for number in (0, 2):
        assert "byline" in {zone.kind for zone in intake.articles[number].description.zones}
    assert {each.description.published for each in intake.articles} == {"2023-01-02"}
    assert intake.passed_over == (
        "a.jsonl: the field tags of 2 lines",
        "a.jsonl: the field txet of 1 line; did you mean 'text'?",
    )


def test_every_fault_of_lines_of_json_is_told_by_its_line_and_the_name_it_has_there(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"text": "x", "date": "01/02/2023"}\n{"body": "x", "author": 3}\n[1]\n{"text": "x", "published": "Monday"}\n{\n'
    )
    with pytest.raises(FaultsError) as error:
        ingest(tmp_path / "a.jsonl", tmp_path / "seeds", "t")
    faults = error.value.faults
    assert [(fault.line, fault.code, fault.pointer) for fault in faults] == [
        (1, "date", "/date"),
        (2, "type", "/author"),
        (2, "missing-field", "/text"),
        (3, "type", ""),
        (4, "date", "/published"),
        (5, "json", ""),
    ]
    assert "2023-01-02 or 2023-02-01" in faults[0].hint
    assert "body" in faults[2].hint
    assert not (tmp_path / "seeds").exists()
