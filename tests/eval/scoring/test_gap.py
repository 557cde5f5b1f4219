"""The gap: paired by article and by item, and variants of one article are one unit."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.builders import ABOUT
from tests.dataset.perturbing.cases import perturb

from onrecord.dataset import Gold
from onrecord.dataset.perturbing.perturbed import Perturbed
from onrecord.dataset.publishing.build import write
from onrecord.dataset.reading.faults import FaultsError
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.layers.layer import RIGHT
from onrecord.eval.scoring.compare import compare
from onrecord.eval.scoring.gap import Gap, gap, gap_rows, power, probe_rows
from onrecord.eval.scoring.gap_items import pairs_of_items
from onrecord.eval.scoring.gap_record import gap_bytes, gap_record, read_gap
from onrecord.eval.statistics.sampling import Sampling


def written(found: Perturbed, folder: Path) -> Path:
    write(found.build(), folder)
    return folder


def labelled(five: Gold, rules: Rules, path: Path) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(rules.predict(a.document)) + b"\n" for a in five.articles))
    return path


@pytest.fixture(scope="module")
def rules(five: Gold) -> Rules:
    """The rules with the word lists of the original."""
    return Rules.learn([article for article in five.articles if article.document.split == "validation"])


@pytest.fixture(scope="module")
def case(five: Gold, rules: Rules, five_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The original's predictions, and of three variants folder and predictions."""
    folder = tmp_path_factory.mktemp("gap")
    made = {"gold": five_folder, "original": labelled(five, rules, folder / "original.jsonl")}
    for name, probes, seed in (("one", ["names", "order"], 0), ("two", ["names"], 1), ("noise", ["noise"], 0)):
        found = perturb(five, *probes, seed=seed, about=ABOUT)
        made[name] = written(found, folder / name)
        made[f"{name}.jsonl"] = labelled(found.gold, rules, folder / f"{name}.jsonl")
    return made


def found_gap(case: dict[str, Path], *names: str, how: Sampling | None = None) -> Gap:
    pairs = [(case[f"{name}.jsonl"], case[name]) for name in names]
    return gap(case["original"], pairs, case["gold"], "all", how=how or Sampling())


def test_a_system_that_goes_by_a_word_list_loses_its_names(case: dict[str, Path]) -> None:
    found = found_gap(case, "one")
    entities = found.differences["entities:strict"]
    before, after = found.values("entities:strict")
    assert before is not None
    assert after is not None
    assert entities.difference == pytest.approx(after - before)
    assert after - before < -0.2
    assert (entities.units, entities.attainable_p) == (5, 0.0625)
    assert entities.interval.low is not None
    assert "links:all" not in found.differences
    assert "Links are not compared" in power(found)
    assert any(row[0] == "quotes:joint" for row in gap_rows(found, headlines_only=True))


def test_without_a_change_there_is_no_gap(five: Gold, rules: Rules, case: dict[str, Path], tmp_path: Path) -> None:
    found = perturb(five, "unicode:nfc", about=ABOUT)
    same = written(found, tmp_path / "same")
    predictions = labelled(found.gold, rules, tmp_path / "same.jsonl")
    nothing = gap(case["original"], [(predictions, same)], case["gold"], "all")
    assert {each.difference for each in nothing.differences.values() if each.difference is not None} == {0.0}
    assert nothing.items() == []
    assert "links:all" in nothing.differences


def test_its_numbers_are_those_of_a_comparison_on_the_same_counts(case: dict[str, Path], tmp_path: Path) -> None:
    """Where the texts are the same, a gap is a comparison: the same difference, interval and p."""
    lines = [json.loads(line) for line in case["original"].read_text().splitlines()]
    for line in lines[:3]:
        line["mentions"] = line["mentions"][::2]
    worse = tmp_path / "worse.jsonl"
    worse.write_text("".join(json.dumps(line) + "\n" for line in lines))
    other = compare(case["original"], worse, gold=case["gold"], split="all").contrasts[0, 1]
    from onrecord.dataset import read_folder

    same = written(perturb(read_folder(case["gold"]), "unicode:nfc", about=ABOUT), tmp_path / "same")
    found = gap(case["original"], [(worse, same)], case["gold"], "all")
    assert found.differences == other


def test_variants_of_one_article_are_one_unit(case: dict[str, Path]) -> None:
    """The same variant thrice tells no more than once: five articles, and not fifteen."""
    once, thrice = found_gap(case, "noise"), found_gap(case, "noise", "noise", "noise")
    for name, paired in once.differences.items():
        again = thrice.differences[name]
        assert again.units == paired.units == 5
        assert again.difference == pytest.approx(paired.difference) or paired.difference is None
        if paired.interval.low is not None and again.interval.low is not None:
            assert (again.interval.low, again.interval.high) == pytest.approx(
                (paired.interval.low, paired.interval.high)
            )
    assert "one unit" in power(thrice)


def test_several_variants_are_their_mean(case: dict[str, Path]) -> None:
    one, two, both = (found_gap(case, *names) for names in (("one",), ("two",), ("one", "two")))
    for name, paired in both.differences.items():
        each = [found.differences[name].difference for found in (one, two)]
        if None not in each:
            assert paired.difference == pytest.approx(np.mean([value for value in each if value is not None]))
    assert len(both.items()) == len(one.items()) + len(two.items())
    by_topic = found_gap(case, "one", "two", how=Sampling(unit="topic"))
    assert by_topic.differences["entities:strict"].units == 2, "an article belongs to the topic of its original"


def test_items_are_paired_through_the_map(case: dict[str, Path]) -> None:
    found = found_gap(case, "one", "noise")
    items = found.items()
    assert {each.change for each in items} == {"lost", "gained"}
    assert {each.layer for each in items} >= {"entities", "quotes"}
    maps = {variant.probe: {a.id: a for a in variant.file.articles} for variant in found.variants}
    names = {variant.probe: variant.names for variant in found.variants}
    for each in items:
        assert (each.before == RIGHT) == (each.change == "lost")
        assert (each.after == RIGHT) == (each.change == "gained")
        assert each.place is not None
        article = maps[each.probe][names[each.probe][each.document]]
        assert article.forward(*each.place) == each.perturbed_place
        assert article.back(*each.perturbed_place or ()) == each.place


def test_counts_of_items_are_the_differences_of_counts(case: dict[str, Path]) -> None:
    """Lost less gained is what the gold side of an additive headline loses."""
    found = found_gap(case, "noise")
    for layer in ("entities", "quotes", "stances"):
        before, after = (
            next(each for each in result.layers if each.layer.name == layer)
            for result in (found.original.result, found.variants[0].result)
        )
        right = [each.scores[each.layer.headline.name].counts for each in (before, after)]
        changes = [each.change for each in found.items() if each.layer == layer]
        assert right[0] is not None
        assert right[1] is not None
        assert right[0].gold_matched - right[1].gold_matched == changes.count("lost") - changes.count("gained")


def test_what_was_taken_out_is_in_no_pair(five: Gold) -> None:
    found = perturb(five, "headline")
    for before, after, said in zip(five.articles, found.gold.articles, found.file.articles, strict=True):
        pairs = list(pairs_of_items(before.labels, after.labels, said))
        assert {(one.id, other.id) for _, one, other in pairs} == {
            (item.id, item.id) for _, item in after.labels.items()
        }


def test_a_record_there_and_back(case: dict[str, Path]) -> None:
    found = found_gap(case, "one", "noise")
    record = gap_record(found)
    assert read_gap("gap.json", gap_bytes(record)) == record
    assert record.probes == ("names+order,seed0", "noise,seed0")
    assert record.original.gold != record.perturbed[0].gold
    assert "probe:names+order,seed0" in record.perturbed[0].policy
    assert len(record.items) == len(found.items())
    other = msgspec.structs.replace(record, perturbed=record.perturbed[:1])
    with pytest.raises(FaultsError, match="hash of the keys"):
        read_gap("gap.json", gap_bytes(other))


def test_a_folder_of_another_gold_is_refused(five: Gold, case: dict[str, Path], tmp_path: Path) -> None:
    some = msgspec.structs.replace(five, articles=five.articles[1:])
    other = written(perturb(some, "noise", about=ABOUT), tmp_path / "other")
    with pytest.raises(FaultsError, match="the gold that it is compared with"):
        gap(case["original"], [(case["noise.jsonl"], other)], case["gold"], "all")
    with pytest.raises(FaultsError, match="a perturbed dataset"):
        gap(case["original"], [(case["original"], case["gold"])], case["gold"], "all")
    with pytest.raises(ValueError, match="one perturbed file or more"):
        gap(case["original"], [], case["gold"])


def test_a_table_of_probes(case: dict[str, Path]) -> None:
    rows = probe_rows({"names": found_gap(case, "two"), "noise": found_gap(case, "noise")})
    assert [row[0] for row in rows] == ["original", "names", "noise"]
    assert rows[1][3] == "–", "links"
    assert rows[1][1].startswith("-")
