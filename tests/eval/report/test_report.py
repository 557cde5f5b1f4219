"""The report's numbers are the scorer's own; what it writes is harmless, bounded and the same each time."""

from __future__ import annotations

import base64
import dataclasses
import html as html_module
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.eval.conftest import Lines, Scorer, lines_about
from tests.eval.hostile import ATTACKS, hostile

from onrecord.annotation.agreement.ceiling import ceiling
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.dataset import Document, Gold
from onrecord.dataset.reading.foreign import one_line, visible
from onrecord.eval import Report, Result, Sampling, score_submission, scored_layers
from onrecord.eval.layers.scored import with_items
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.rendering.scores import FEW_DOCUMENTS, FEW_ITEMS, percent
from onrecord.eval.report import MOST_CHARACTERS, ReportView, html, markdown_report, page_view, text_report
from onrecord.eval.report.changes import MOST_CHANGES
from onrecord.eval.report.errors import NOTHING, tally
from onrecord.eval.report.items import UNJUDGED, DocumentItems, ReportItem, documents_of
from onrecord.eval.report.overview import detectable, width_in_words
from onrecord.eval.report.parts import Parts, line_json, script_json
from onrecord.eval.report.payload import document_value
from onrecord.eval.report.plots import MOST_DOTS, bars, x
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.item_changes import item_changes
from onrecord.eval.scoring.result import LayerState
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.submission.reading import Submission

HOW = Sampling(draws=200)


@pytest.fixture(scope="module")
def rules(five: Gold, root: Path) -> tuple[Report, Submission]:
    path = root / "eval" / "baselines" / "rules.jsonl"
    found = score_bytes(path, lines_about(path, five), five, Asked("all", how=None))
    return Report.of(found.result, HOW), found.submission


@pytest.fixture(scope="module")
def view(rules: tuple[Report, Submission], five: Gold, root: Path, documents: list[Document]) -> ReportView:
    report, submission = rules
    blind = read_exports(root / "annotation/exports/blind", documents)
    return page_view(report, five, submission, tuple(ceiling(five.articles, blind, five.registries)))


@pytest.fixture
def worse(five_lines: Lines, five_scored: Scorer) -> Result:
    """Gold with some things wrong, some left out and some added."""
    for line in five_lines:
        line["mentions"] = line["mentions"][3:]
        line["quotes"] = [{**quote, "speaker": ["unknown"]} for quote in line["quotes"]]
        line["stances"] = line["stances"][1:]
        line["events"] = line["events"][:-2]
    return five_scored(five_lines)


def outcome_in(item: ReportItem, layer: str) -> str:
    """What became of an item in a layer; empty where that does not look at it."""
    if item.layer == layer:
        return item.outcome
    on = next((each.told_on for each in scored_layers() if each.name == layer), "")
    return item.link if on == item.layer else ""


def test_every_verdict_is_one_item(view: ReportView) -> None:
    for layer in scored_layers():
        if layer.verdicts is None:
            continue
        result = next(each for each in view.result.layers if each.layer.name == layer.name)
        assert result.state is not None
        for each in documents_of(view.result):
            verdicts = layer.verdicts(result.state.readings[each.document])
            items = [each.item(layer.name, verdict) for verdict in verdicts]
            assert len({item.key for item in items}) == len(verdicts)
            for item, verdict in zip(items, verdicts, strict=True):
                assert outcome_in(item, layer.name) == verdict.outcome
                if layer.owns_items:
                    assert (item.gold is not None) == (verdict.gold is not None)
                    assert (item.predicted is not None) == (verdict.predicted is not None)
            told = sum(bool(outcome_in(item, layer.name)) for item in each.items)
            assert told == len(verdicts)


def test_items_are_all_of_gold_and_all_predictions(view: ReportView, five: Gold) -> None:
    for each, pair in zip(documents_of(view.result), view.result.pairs, strict=True):
        for layer in with_items():
            items = [item for item in each.items if item.layer == layer.name]
            assert sum(item.gold is not None for item in items) == len(pair.gold.of(layer.item))
            assert sum(item.predicted is not None for item in items) == len(pair.predicted.of(layer.item))
        assert len({item.key for item in each.items}) == len(each.items)


def test_error_classes_add_up_to_the_counts_of_the_scorer(view: ReportView) -> None:
    by_layer = {each.layer: {c.outcome: c.count for c in each.classes} for each in view.errors}
    found = {each.layer.name: each.scores for each in view.result.layers}
    for layer, measure in (("entities", "strict[all]"), ("links", "all"), ("quotes", "joint"), ("stances", "tuple")):
        counts = found[layer][measure].counts
        assert counts is not None
        assert by_layer[layer]["right"] == counts.gold_matched
        wrong = sum(n for outcome, n in by_layer[layer].items() if outcome != "spurious")
        assert wrong == counts.gold
    mention = found["events"]["mention"].counts
    assert mention is not None
    assert by_layer["events"]["right"] == mention.gold_matched
    for each in view.errors:
        assert sum(kind.share for kind in each.classes) == pytest.approx(1)


def test_rows_of_a_confusion_matrix_sum_to_gold(view: ReportView, five: Gold) -> None:
    pairs = view.result.pairs
    entities, stances, events = view.confusions
    tables = (entities, "mentions", "type"), (stances, "stances", "label"), (events, "events", "modality")
    for table, field, name in tables:
        labels = Counter(getattr(i, name) for pair in pairs for i in getattr(pair.gold, field) if not i.optional)
        for label, cells, total in table.rows:
            assert total == sum(cell.count for cell in cells if cell is not None)
            if label != NOTHING:
                assert total == labels[label]
    right = sum(cell.count for row, cells, _ in entities.rows for cell in cells if cell is not None and cell.right)
    strict = next(c.count for c in view.errors[0].classes if c.outcome == "right")
    boundary = sum(c.count for c in view.errors[0].classes if c.outcome == "boundary")
    assert right == strict + boundary


def test_the_card_is_the_score_table(view: ReportView, rules: tuple[Report, Submission]) -> None:
    report, _ = rules
    for row, each in zip(view.card, report.result.layers, strict=True):
        score, interval = each.scores[row.measure], report.intervals[f"{row.layer}:{row.measure}"]
        assert row.score == percent(score.value)
        assert score.value is not None
        assert row.range.at == x(score.value)
        assert row.range.low == (None if interval.low is None else x(interval.low))
        assert row.documents == len(report.result.documents)
    assert [tick.biased for tick in view.card[0].range.ticks] == [name.endswith(" on gold") for name in view.ceiling]
    assert any(tick.biased for tick in view.card[0].range.ticks)


def test_the_width_in_words_is_computed(view: ReportView, rules: tuple[Report, Submission]) -> None:
    report, _ = rules
    limits = detectable(report)
    assert f"{100 * max(limits.values()):.0f} points" in view.width
    assert "With 5 documents" in view.width
    assert "No intervals" in width_in_words(dataclasses.replace(report, how=None, intervals={}))


def test_slices_with_little_to_go_by_say_so(view: ReportView) -> None:
    rows = [row for rows in view.slices.values() for row in rows]
    assert rows
    assert {row.measure for row in rows} >= {"strict[PER]", "joint[direct]", "tuple[claim]"}
    for row in rows:
        assert bool(row.few) == (row.documents < FEW_DOCUMENTS or (row.items is not None and row.items < FEW_ITEMS))
        assert row.documents <= len(view.result.documents)


def test_a_dot_is_the_score_of_its_document_alone(view: ReportView) -> None:
    for strip in view.strips:
        each = next(e for e in view.result.layers if strip.name.startswith(f"{e.layer.name}:"))
        state = each.state
        assert isinstance(state, LayerState)
        assert len(strip.dots) + strip.without == len(view.result.documents)
        for dot in strip.dots:
            score = each.headline_on(dot.document)
            assert score is not None
            assert score.value is not None
            assert dot.x == x(score.value)
            if each.layer.headline.adds:
                assert score.counts == state.documents[dot.document].counts[each.layer.headline.name]


def test_clusters_hold_every_mention_that_is_found(view: ReportView) -> None:
    for matrix in (view.events, view.entities):
        for row in matrix.rows:
            assert row.found == sum(holder.mentions for holder in row.holders)
            assert row.found == sum(cell.found for cell in row.cells if cell is not None)
            assert row.total == sum(cell.total for cell in row.cells if cell is not None)
    mention = next(e for e in view.result.layers if e.layer.name == "events").scores["mention"].counts
    assert mention is not None
    assert sum(row.found for row in view.events.rows) == mention.gold_matched
    assert sum(row.total for row in view.events.rows) == mention.gold


def test_changes_are_those_of_the_comparison_and_lead_to_their_items(
    rules: tuple[Report, Submission], five: Gold, worse: Result
) -> None:
    report, submission = rules
    made = page_view(report, five, submission, other=("worse.jsonl", worse)).changes
    assert made is not None
    expected = list(item_changes(worse, report.result))
    told = [(c.document, c.layer, c.text, c.earlier, c.later) for items in made.items.values() for c in items.shown]
    assert Counter(told) == Counter((c.document, c.layer, c.text, c.earlier, c.later) for c in expected)
    for kind, items in made.items.items():
        assert items.count == len(items.shown) == sum(c.change == kind for c in expected)
    keys = {(d.document, item.key) for d in documents_of(report.result) for item in d.items}
    for items in made.items.values():
        for change in items.shown:
            fields = dict(part.split("=") for part in change.href.removeprefix("#").split("&"))
            assert fields["doc"] == change.document
            if change.later != "absent":
                assert (change.document, fields["item"]) in keys
    for difference in made.differences:
        values = [result.values[difference.name] for result in (worse, report.result)]
        assert [difference.earlier, difference.later] == [percent(value) for value in values]


def test_gold_against_itself_has_no_error(five_lines: Lines, five_scored: Scorer, five: Gold) -> None:
    result = five_scored(five_lines)
    made = page_view(Report.of(result), five, Submission("p", "", {}, frozenset(), {}, {}))
    assert {item.outcome for each in documents_of(made.result) for item in each.items} <= {"right", "optional"}
    assert all([kind.outcome for kind in each.classes] == ["right"] for each in made.errors)


def test_a_layer_that_is_not_there_is_not_missed(five_lines: Lines, five_scored: Scorer, five: Gold) -> None:
    for line in five_lines:
        for name in ("quotes", "stances", "events"):
            del line[name]
    result = five_scored(five_lines)
    made = page_view(Report.of(result), five, Submission("p", "", {}, frozenset(), {}, {}))
    outcomes = {item.outcome for each in documents_of(made.result) for item in each.items if item.layer == "quotes"}
    assert outcomes <= UNJUDGED
    assert [each.layer for each in made.errors] == ["entities", "links"]
    assert b"the file has no predictions for this layer" in html(made)


def test_what_is_missing_is_said_first(five_lines: Lines, five_scored: Scorer, five: Gold) -> None:
    result = five_scored(five_lines[1:])
    made = page_view(Report.of(result), five, Submission("p", "", {}, frozenset(), {}, {}))
    (missing,) = result.missing
    assert f"PARTIAL: no line for {missing}; scored as empty" in text_report(made)
    assert '<p class="flag partial"><b>Partial.</b>' in html(made).decode()
    first = next(each for each in documents_of(made.result) if each.document == missing)
    assert {item.outcome for item in first.items} <= {"missed", "optional"}


def test_nothing_predicted_rests_on_every_document(five_lines: Lines, five_scored: Scorer, five: Gold) -> None:
    for line in five_lines:
        line["mentions"] = []
    result = five_scored(five_lines)
    made = page_view(Report.of(result, HOW), five, Submission("p", "", {}, frozenset(), {}, {}))
    by_layer = {row.layer: row for row in made.card}
    assert by_layer["entities"].score == by_layer["entity_ids"].score == "0.0"
    assert by_layer["entities"].documents == by_layer["entity_ids"].documents == len(result.documents)


def test_the_same_gives_the_same_bytes(rules: tuple[Report, Submission], five: Gold, worse: Result) -> None:
    report, submission = rules
    pages = {html(page_view(report, five, submission, other=("w", worse))) for _ in range(2)}
    assert len(pages) == 1


def test_offsets_are_those_of_javascript() -> None:
    gold, submission = hostile()
    result = score_submission(gold.articles, gold.registries, submission, "test")
    first = next(documents_of(result))
    text = first.pair.document.text
    units = text.encode("utf-16-le", "surrogatepass")
    assert len(units) > 2 * len(text)
    value = document_value(first)
    for item, told in zip(first.items, value["items"], strict=True):
        side = item.gold or item.predicted
        assert side is not None
        for (start, end, _), (first, last, _) in zip(side.places, (told.get("g") or told["p"])["s"], strict=True):
            assert units[2 * first : 2 * last].decode("utf-16-le") == text[start:end]


def label_of(item: ReportItem, gold: bool) -> str:
    side = item.gold if gold else item.predicted
    return NOTHING if side is None else side.label


def test_the_count_of_a_document_is_that_of_its_items_one_by_one(view: ReportView) -> None:
    layers = [layer.name for layer in scored_layers() if layer.verdicts is not None]
    for each, summary in zip(documents_of(view.result), view.documents, strict=True):
        expected = Counter(
            (layer, outcome, label_of(item, True), label_of(item, False))
            for item in each.items
            for layer in layers
            if (outcome := outcome_in(item, layer))
        )
        assert tally(each.items) == summary.counts == expected
        wrong = sum(item.outcome not in UNJUDGED and item.outcome != "right" for item in each.items)
        assert summary.errors == wrong
        row = next(row for row in view.index["documents"] if row[0] == each.document)
        numbers = iter(row[3:])
        assert {tuple(view.index["kinds"][kind]): n for kind, n in zip(numbers, numbers, strict=True)} == expected


def test_nothing_that_is_kept_holds_a_document(view: ReportView) -> None:
    kept = [getattr(view, field.name) for field in dataclasses.fields(view) if field.name != "result"]
    seen: set[int] = set()
    while kept:
        each = kept.pop()
        assert not isinstance(each, (DocumentItems, ReportItem))
        if id(each) not in seen and not isinstance(each, str):
            seen.add(id(each))
            if dataclasses.is_dataclass(each):
                kept += [getattr(each, field.name) for field in dataclasses.fields(each)]
            elif isinstance(each, dict):
                kept += [*each, *each.values()]
            elif isinstance(each, (list, tuple)):
                kept += each


def test_changes_are_capped_and_counted(
    rules: tuple[Report, Submission], five: Gold, worse: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, submission = rules
    whole = page_view(report, five, submission, other=("worse.jsonl", worse))
    monkeypatch.setattr("onrecord.eval.report.changes.MOST_CHANGES", 3)
    made = page_view(report, five, submission, other=("worse.jsonl", worse))
    assert whole.changes is not None
    assert made.changes is not None
    for kind, items in made.changes.items.items():
        every = whole.changes.items[kind]
        assert len(every.shown) <= MOST_CHANGES
        assert (items.shown, items.count) == (every.shown[:3], every.count)
        if every.count > 3:
            assert f"{every.count - 3} more" in text_report(made)
            assert f"{every.count - 3} more</p>".encode() in html(made)


@given(st.lists(st.floats(0, 1)))
def test_bars_hold_every_document_once(values: list[float]) -> None:
    made = bars(values)
    assert sum(int(bar.title.split()[0]) for bar in made) == len(values)
    assert len(made) <= 50
    assert all(8 <= bar.x <= 268 and 1 <= bar.height <= 30 for bar in made)
    assert len(made) <= MOST_DOTS


TEXTS = st.text(st.characters(codec=None)) | st.sampled_from(ATTACKS)


def unpacked(packed: str) -> list[object]:
    """What JavaScript reads of a part."""
    assert re.fullmatch(r"[A-Za-z0-9+/=]*", packed)
    return [json.loads(line) for line in zlib.decompress(base64.b64decode(packed)).decode("utf-8").split("\n")]


@given(st.lists(st.dictionaries(TEXTS, TEXTS), max_size=12), st.integers(1, 200))
def test_parts_give_back_every_document(values: list[dict[str, str]], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onrecord.eval.report.parts.PART", size)
        parts = Parts()
        for value in values:
            parts.add(value)
        parts.end()
    read = [unpacked(each) for each in parts.packed]
    expected = [json.loads(json.dumps(value)) for value in values]  # two halves of a character are one there
    assert [document for each in read for document in each] == expected
    assert parts.firsts == [sum(map(len, read[:n])) for n in range(len(read))]
    for each in read[:-1]:
        assert sum(len(line_json(value)) for value in each) >= size


@given(st.recursive(st.text() | st.sampled_from(ATTACKS), lambda inner: st.lists(inner)))
def test_json_in_a_script_element_is_exact_and_cannot_end_it(value: object) -> None:
    written = script_json(value)
    assert json.loads(written) == value
    assert not set(written) & set("<>&\u2028\u2029")


@given(st.text() | st.sampled_from(ATTACKS))
def test_markdown_is_inert(text: str) -> None:
    shown = inert(text)
    assert "|" not in shown
    if code := re.fullmatch(r"(`+) ?(.*?) ?\1", shown, re.DOTALL):
        assert code[1] not in re.findall("`+", code[2])
        assert code[2].strip() == one_line(text).replace("|", "\\x7c").strip()
    else:
        assert not re.search(r"[<>\[\]`*_|@\\~!$^{}\n\r]|&(?!#\d+;)|(?<!&)#|://|(?i:\bwww\.)", shown)
        assert html_module.unescape(shown) == html_module.unescape(one_line(text)) or "&" in text
    assert one_line(text) == one_line(one_line(text))


ACTING = (
    "@team",
    "a@b.org",
    "www.x.org",
    "https://x",
    "see #12",
    "gh-7",
    "0123abc",
    "org/r#1",
    ":tada:",
    "mailto:a",
    "x://y",
)


@pytest.mark.parametrize("text", [*ACTING, "`@team`", "``` @x", "@a|b", "@a\n# b"])
def test_what_github_would_link_is_code(text: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(f"| a |\n|---|\n| {inert(text)} |\n\n### {inert(text)}\n")
    bare = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    assert not re.search(r"@|#\d|gh-|:|[0-9a-f]{7}|www", html_module.unescape(bare))
    assert html.count("<code>") == 2
    assert html.count("<td>") == 1


@pytest.fixture(scope="module")
def hostile_view() -> ReportView:
    gold, submission = hostile()
    result = score_submission(gold.articles, gold.registries, submission, "test")
    return page_view(Report.of(result), gold, submission, other=(ATTACKS[0], result), command=ATTACKS[1])


@pytest.mark.parametrize("most", [200, 2_500, 20_000, MOST_CHARACTERS])
def test_markdown_keeps_to_its_limit_in_whole_sections(hostile_view: ReportView, view: ReportView, most: int) -> None:
    for each in (hostile_view, view):
        text = markdown_report(each, most)
        assert len(text) <= most
        assert "<" not in re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
        rows = [line for line in text.split("\n") if line.startswith("|")]
        assert all(line.endswith("|") for line in rows)
    if most == 2_500:
        assert "Left out, as this would be too long: " in markdown_report(view, most)
        assert "### Score card" in markdown_report(view, most)


def test_text_has_no_control_characters(hostile_view: ReportView) -> None:
    text = text_report(hostile_view)
    assert all(char == "\n" or visible(char) == char for char in text)
    assert "\\x1b[31mred" in text
    assert "PARTIAL" not in text


@pytest.mark.long
def test_the_command_writes_each_format(root: Path, tmp_path: Path) -> None:
    predictions = str(root / "eval" / "baselines" / "rules.jsonl")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-c", "from onrecord.cli import main; main()", "report", predictions, *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        return done.stdout

    run("-o", str(tmp_path / "r.html"), "--draws", "0")
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!doctype html>")
    run("-o", str(tmp_path / "r.md"), "--against", predictions, "--draws", "100")
    assert "### Against rules.jsonl" in (tmp_path / "r.md").read_text("utf-8")
    assert "SCORE CARD" in run("-o", "-", "--format", "text", "--split", "validation", "--draws", "0")


def test_help_needs_no_heavy_library(root: Path) -> None:
    code = (
        "import sys; sys.argv = ['onrecord', '--help']\n"
        "import onrecord.cli\n"
        "try: onrecord.cli.main()\n"
        "except SystemExit: print([m for m in ('numpy', 'pyarrow', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
