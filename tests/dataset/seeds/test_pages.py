"""Bylines, dates and captions of pages: found in many markups, at their places, nothing twice, nothing of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.dataset import read_documents
from onrecord.dataset.seeds.ingest import Ingested, ingest
from onrecord.dataset.seeds.page_lines import key_of
from onrecord.dataset.seeds.pages import PageError, read_page

TITLE = "Harbour plan is voted down in Velden"
FIRST = "The town council voted down the harbour plan on Tuesday evening, seven votes to four, after a debate of hours."
SECOND = "“We agreed on nothing,” said the mayor, who had spoken for the plan since it was laid before the council."
THIRD = "The plan will come back next year, officials said, when the roof of the town hall has been mended at last."
FIGURE = "<figure><img src='a.jpg'><figcaption>The old harbour. Photo: J. Doe</figcaption></figure>"


def page(above: str = "", head: str = "", between: str = "", after: str = "", around: str = "") -> bytes:
    body = f"<article><h1>{TITLE}</h1>{above}<p>{FIRST}</p>{between}<p>{SECOND}</p><p>{THIRD}</p>{after}</article>"
    return f"<html><head><meta charset=utf-8>{head}</head><body>{body}{around}</body></html>".encode()


def taken(raw: bytes) -> list[tuple[str, str]]:
    """The lines of which the page says what they are, but for the title."""
    found = read_page(raw)
    return [(each.kind, found.text[each.start : each.end]) for each in found.known if each.kind != "title"]


def ingested(tmp_path: Path, raw: bytes) -> Ingested:
    (tmp_path / "page.html").write_bytes(raw)
    (one,) = ingest(tmp_path / "page.html", tmp_path / "seeds", "t").articles
    return one


def test_what_stands_on_the_page_stands_in_the_text_at_its_place(tmp_path: Path) -> None:
    raw = page("<p class='byline'>By Ana Kovač</p><time datetime='2024-03-12'>12 March 2024</time>", between=FIGURE)
    one = ingested(tmp_path, raw)
    (document,) = read_documents(tmp_path / "seeds")
    assert [zone.kind for zone in one.description.zones] == ["title", "byline", "body", "caption", "body"]
    assert document.text == "\n\n".join(
        [TITLE, "By Ana Kovač\n12 March 2024", FIRST, "The old harbour. Photo: J. Doe", f"{SECOND}\n{THIRD}"]
    )
    assert (document.published, document.published_source) == ("2024-03-12", "byline")
    assert "'2024-03-12'" in document.published_reason


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p class='article-byline'>By Ana Kovač</p>", "By Ana Kovač"),
        ("<div class='c-byline__author'><span>By</span> <a href='/a'>Ana Kovač</a></div>", "By Ana Kovač"),
        ("<p>By <a rel='author' href='/a'>Ana Kovač</a></p>", "By Ana Kovač"),
        ("<p itemprop='author' itemscope>By <span itemprop='name'>Ana Kovač</span></p>", "By Ana Kovač"),
        ("<address class='authorName'>Ana Kovač</address>", "Ana Kovač"),
        ("<div data-testid='byline'>Ana Kovač and Bo Li</div>", "Ana Kovač and Bo Li"),
        ("<p class='byline'>By\n      Ana\t Kovač&nbsp;</p>", "By Ana Kovač"),
        ("<p class='byline'>Von Jürgen Groß</p>", "Von Jürgen Groß"),
        ("<p class='byline' dir='rtl'>מאת אנה קובץ׳ 😀</p>", "מאת אנה קובץ׳ 😀"),
    ],
)
def test_bylines(markup: str, expected: str) -> None:
    assert taken(page(markup)) == [("byline", expected)]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<time datetime='2024-03-12T08:00+02:00'>12 March 2024</time>", "12 March 2024"),
        ("<p>Published: <time datetime='2024-03-12'>12 March 2024, 8:00</time></p>", "Published: 12 March 2024, 8:00"),
        ("<span itemprop='datePublished' content='2024-03-12'>March 12, 2024</span>", "March 12, 2024"),
        ("<p class='entry-date'>12 March 2024</p>", "12 March 2024"),
        ("<div class='post-meta'><span class='posted-on'>March 12, 2024</span></div>", "March 12, 2024"),
    ],
)
def test_dates_are_bylines_and_say_the_day(tmp_path: Path, markup: str, expected: str) -> None:
    raw = page(markup)
    assert taken(raw) == [("byline", expected)]
    assert ingested(tmp_path, raw).description.published == "2024-03-12"


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src='a'><figcaption>A crane at the quay.</figcaption></figure>",
        "<figure><img src='a'><p class='caption'>A crane at the quay.</p></figure>",
        "<figure><picture><img src='a'></picture><p>A crane at the quay.</p></figure>",
        "<div class='wp-caption'><img src='a'><p class='wp-caption-text'>A crane at the quay.</p></div>",
        "<div class='photo'><img src='a'><span class='imageCaption'>A crane at the quay.</span></div>",
        "<div><img src='a'><div itemprop='caption'>A crane at the quay.</div></div>",
    ],
)
def test_captions(markup: str) -> None:
    assert taken(page(between=markup)) == [("caption", "A crane at the quay.")]
    lines = read_page(page(between=markup)).text.split("\n")
    assert lines.index("A crane at the quay.") == lines.index(FIRST) + 1


@pytest.mark.parametrize(
    ("head", "day", "where"),
    [
        ("<meta property='article:published_time' content='2024-03-12T22:30:00-05:00'>", "2024-03-12", "meta article"),
        ("<meta name='date' content='March 12, 2024'>", "2024-03-12", "meta date"),
        ("<meta itemprop='datePublished' content='2024-03-12'>", "2024-03-12", "datepublished"),
        (
            "<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"WebPage\", \"datePublished\": \"2001-01-01\"},"
            " {\"@type\": [\"NewsArticle\"], \"datePublished\": \"2024-03-12\"}]}</script>",
            "2024-03-12",
            "JSON-LD",
        ),
        ("<script type='application/ld+json'>{not json</script><meta name='pubdate' content='2024-03-12'>", "2024-03-12", "pubdate"),
        ("<meta name='date' content='01/02/2024'>", None, ""),
        ("", None, ""),
    ],
)
def test_the_day_is_the_one_that_the_page_states(tmp_path: Path, head: str, day: str | None, where: str) -> None:
    description = ingested(tmp_path, page(head=head)).description
    assert description.published == day
    assert description.published_source == (None if day is None else "header")
    assert where in description.published_reason


def test_a_day_of_two_readings_is_said_with_both(tmp_path: Path) -> None:
    one = ingested(tmp_path, page(head="<meta name='date' content='01/02/2024'>"))
    assert any("2024-01-02 or 2024-02-01" in warning for warning in one.warnings)


def test_days_that_differ_are_said(tmp_path: Path) -> None:
    one = ingested(tmp_path, page("<time datetime='2024-03-13'>13 March</time>", "<meta name='date' content='2024-03-12'>"))
    assert one.description.published == "2024-03-12"
    assert any("2024-03-12, 2024-03-13" in warning for warning in one.warnings)


def test_the_other_article_of_json_ld_does_not_count() -> None:
    other = '{"@type": "NewsArticle", "headline": "Other", "datePublished": "2001-01-01", "author": "Zed"}'
    own = f'{{"@type": "NewsArticle", "headline": "{TITLE}", "datePublished": "2024-03-12", "author": {{"name": "Ana"}}}}'
    found = read_page(page(head=f"<script type='application/ld+json'>[{other}, {own}]</script>"))
    assert found.published is not None
    assert found.published.day == "2024-03-12"
    assert "Zed" not in found.text


def test_authors_that_only_metadata_name_become_a_byline_and_are_told(tmp_path: Path) -> None:
    one = ingested(tmp_path, page(head="<meta name='author' content='Ana Kovač'>"))
    (document,) = read_documents(tmp_path / "seeds")
    assert document.text.startswith(f"{TITLE}\n\nAna Kovač\n\n{FIRST}")
    assert any("metadata" in warning and "Ana Kovač" in warning for warning in one.warnings)


@pytest.mark.parametrize("above", ["<p>By ANA KOVAČ and Bo Li</p>", "<div class='byline'>Ana Kovač<br>Bo Li</div>"])
def test_authors_that_stand_on_the_page_are_not_put_in_again(above: str) -> None:
    names = '[{"name": "Ana Kovač"}, {"name": "Bo Li"}]'
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {names}}}</script>'
    found = read_page(page(above, script))
    assert key_of(found.text).count("kovač") == 1
    assert found.remarks == ()


def test_nothing_stands_twice() -> None:
    above = "<p class='byline'>By Ana Kovač</p><p>Published: <time datetime='2024-03-12'>12 March 2024</time></p>"
    again = "<footer><span class='author'>Ana Kovač</span> <time datetime='2024-03-12'>12 March 2024</time></footer>"
    head = "<meta name='author' content='Ana Kovač'><meta name='date' content='2024-03-12'>"
    text = read_page(page(above, head, FIGURE + FIGURE, again)).text
    assert text.count("Ana Kovač") == 1
    assert text.count("12 March 2024") == 1
    assert text.count("Published:") == 1
    assert text.count("The old harbour.") == 1
    assert text.count(TITLE) == 1


def test_what_belongs_to_other_articles_and_to_the_page_stays_out() -> None:
    around = (
        "<aside><p class='byline'>By A. Side</p></aside>"
        "<div class='related'><article><h3>More</h3><p class='byline'>By B. Related</p></article></div>"
        "<section><article><h3>Next</h3><time datetime='2001-01-01'>1 January 2001</time></article></section>"
        "<footer><p class='caption'>C. Footer</p></footer>"
    )
    after = "<div class='author-bio'><p class='author'>Ana is a reporter.</p></div><div class='comments'><b class='author'>D.</b></div>"
    found = read_page(page("<p class='byline' hidden>By E. Hidden</p>", between="<nav class='byline'>F. Nav</nav>", after=after, around=around))
    assert found.text == f"{TITLE}\n{FIRST}\n{SECOND}\n{THIRD}"
    assert found.published is None


def test_classes_of_the_whole_page_say_nothing_of_its_lines() -> None:
    raw = page("<p class='byline'>By Ana</p>").replace(b"<body>", b"<body class='single-author date-2024 has-sidebar comments-open'>")
    assert taken(raw) == [("byline", "By Ana")]


def test_a_time_in_a_sentence_stays_there_and_is_no_date_of_publication() -> None:
    sentence = "The meeting of <time datetime='1999-01-01'>1 January 1999</time> had been called off because of a storm at sea."
    found = read_page(page(between=f"<p>{sentence}</p>"))
    assert "The meeting of 1 January 1999 had been called off" in found.text
    assert found.published is None
    assert all(each.kind == "title" for each in found.known)


def test_lines_that_the_extraction_runs_together_are_taken_apart() -> None:
    raw = page("<p>By <b class='author-name'>Ana Kovač</b><time datetime='2024-03-12'>12 March 2024</time></p>")
    assert taken(raw) == [("byline", "By Ana Kovač"), ("byline", "12 March 2024")]


@pytest.mark.parametrize("raw", [b"", b"<html></html>", b"\x00\xff", b"<p class='byline'>By Ana</p>"])
def test_a_page_without_a_text_is_refused(raw: bytes) -> None:
    with pytest.raises(PageError):
        read_page(raw)


def test_a_page_nested_without_end_is_read(tmp_path: Path) -> None:
    raw = page("<div>" * 3000 + "<p class='byline'>By Ana</p>" + "</div>" * 3000)
    assert TITLE in read_page(raw).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_letters_stay_as_the_page_has_them_whatever_its_line_ends(encoding: str) -> None:
    raw = page("<p class='byline'>By\nAna Kovac\u030c 😀</p>").decode().replace("<meta charset=utf-8>", "").replace("<p>", "\r\n<p>")
    found = read_page(raw.encode(encoding))
    assert found.text == f"{TITLE}\nBy Ana Kovac\u030c 😀\n{FIRST}\n{SECOND}\n{THIRD}"
