"""The Croissant metadata, field by field: there, of the type that the vocabulary says, and true.

``mlcroissant`` validates neither RAI nor PROV, and reads some RAI properties by names that the vocabulary has not; that
the whole is valid and its rows are read is tested in ``test_columns.py``.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.builders import ABOUT

from onrecord.annotation.gold.from_rounds import gold_of_rounds
from onrecord.annotation.label_studio.home import VERSION
from onrecord.dataset import Document, Gold, read_registries
from onrecord.dataset.publishing.datasheet import sections
from onrecord.dataset.publishing.making import Activity, Agent, Making, prov
from onrecord.dataset.publishing.rai import metadata, stated_metadata

RAI: dict[str, type] = {
    "dataCollection": str,
    "dataCollectionType": list,
    "dataCollectionMissingData": str,
    "dataCollectionRawData": str,
    "dataCollectionTimeframe": str,
    "dataPreprocessingProtocol": list,
    "dataImputationProtocol": str,
    "dataManipulationProtocol": str,
    "dataAnnotationProtocol": list,
    "dataAnnotationPlatform": list,
    "dataAnnotationAnalysis": list,
    "annotationsPerItem": str,
    "annotatorDemographics": list,
    "machineAnnotationTools": list,
    "dataReleaseMaintenancePlan": str,
    "personalSensitiveInformation": list,
    "dataSocialImpact": str,
    "dataBiases": list,
    "dataLimitations": list,
    "dataUseCases": list,
    "hasSyntheticData": bool,
}
"""The vocabulary of RAI 1.0 (docs/croissant_rai.ttl of mlcommons/croissant) and ``hasSyntheticData``, which checkers of
submissions ask for: one text, a list of texts, or a truth."""

WORDS = re.compile(r"\w+")
TYPES = "Surveys", "Secondary Data analysis", "Document analysis", "Manual Human Curator", "Web Scraping", "Others"


@pytest.fixture(scope="module")
def said(root: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((root / "dataset/croissant.json").read_text(encoding="utf-8"))
    return value


def words(text: str) -> list[str]:
    return WORDS.findall(text)


def of_datasheet(root: Path, section: str) -> list[str]:
    """The words of a section, or of the part of it that begins with some bold ones; read otherwise than by the code."""
    text = (root / "DATASHEET.md").read_text(encoding="utf-8")
    text = re.sub(r"<!-- generated.*?<!-- end -->", "", text, flags=re.DOTALL)
    name, _, lead = section.partition("/")
    body = text.split(f"\n### {name}. ")[1].partition("\n")[2]
    body = re.split(r"\n##", body)[0]
    if lead:
        body = lead + re.split(r"\n\n\*\*", body.split(f"**{lead}")[1])[0]
    return words(body)


def annotators(root: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (root / "annotation/annotators.jsonl").read_text("utf-8").splitlines()]


@functools.cache
def handed_in(path: Path) -> list[str]:
    """When each annotation of an export was last changed; megabytes are read for it, and asked for by every test."""
    return [each["updated_at"] for task in json.loads(path.read_text("utf-8")) for each in task["annotations"]]


def wrong(said: dict[str, Any], root: Path) -> list[str]:
    """The fields that are missing, not of their type, empty or not true."""
    return sorted(
        {*_wrong_types(said), *_wrong_words(said, root), *_wrong_facts(said, root), *_wrong_passes(said, root)}
    )


def _wrong_types(said: dict[str, Any]) -> Iterator[str]:
    if said.get("conformsTo") != ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]:
        yield "conformsTo"
    prefixes = {"rai": "http://mlcommons.org/croissant/RAI/", "prov": "http://www.w3.org/ns/prov#"}
    if any(said["@context"].get(name) != value for name, value in prefixes.items()):
        yield "@context"
    for name, kind in RAI.items():
        value = said.get(f"rai:{name}")
        texts = value if isinstance(value, list) else [value]
        if (
            type(value) is not kind
            or not texts
            or (kind is not bool and not all(isinstance(t, str) and t for t in texts))
        ):
            yield name
    yield from (name[4:] for name in said if name.startswith("rai:") and name[4:] not in RAI)


def _wrong_words(said: dict[str, Any], root: Path) -> Iterator[str]:
    """What is taken from the datasheet is there word for word, all of it and in its order."""
    for name, written in tomllib.loads((root / "onrecord.toml").read_text("utf-8"))["rai"].items():
        value = said.get(f"rai:{name}") or ""
        found = words("\n".join(value) if isinstance(value, list) else value)
        expected = (
            words(written) if isinstance(written, str) else [w for each in written for w in of_datasheet(root, each)]
        )
        if not expected or found[-len(expected) :] != expected:
            yield name


def _wrong_facts(said: dict[str, Any], root: Path) -> Iterator[str]:
    """What is computed is what the files say."""
    who = annotators(root)
    days = [json.loads(path.read_text("utf-8"))["published"] for path in (root / "seeds").glob("*.json")]
    ends = [each for path in (root / "annotation/exports").rglob("*.json") for each in handed_in(path)]
    facts: dict[str, Any] = {
        "dataCollectionTimeframe": f"{min(days)}/{min(ends)[:10]}",
        "annotatorDemographics": [f"{each['id']}: {each['kind']}, {each['role']}" for each in who],
        "annotationsPerItem": "2 by a language model, none by a person",
        "dataAnnotationPlatform": [f"Label Studio {VERSION}"],
        "hasSyntheticData": any(each["kind"] != "person" for each in who),
    }
    yield from (name for name, value in facts.items() if said.get(f"rai:{name}") != value)
    if not {*said.get("rai:dataCollectionType", ())} <= {*TYPES}:
        yield "dataCollectionType"
    analysis = " ".join(said.get("rai:dataAnnotationAnalysis", ()))
    if any(each not in analysis for each in _agreement(root)):
        yield "dataAnnotationAnalysis"
    if "language model" not in said.get("rai:machineAnnotationTools", ()):
        yield "machineAnnotationTools"
    seeds = {path.relative_to(root).as_posix(): sha256(path) for path in (root / "seeds").rglob("*.txt")}
    if {each["@id"]: each["sha256"] for each in said.get("prov:wasDerivedFrom", ())} != seeds:
        yield "wasDerivedFrom"


def _agreement(root: Path) -> Iterator[str]:
    """The figures of the datasheet's tables, as the metadata write them."""
    text = (root / "DATASHEET.md").read_text(encoding="utf-8")
    for split in ("fresh", "test", "validation"):
        table = text.split(f"<!-- generated: agreement-{split} -->")[1].split("<!-- end -->")[0]
        _, scores, _, rows, actors, *_ = table.strip().split("\n\n")
        for name, f1, *_ in _cells(scores):
            yield f"{name} {f1}"
        for name, many, same in _cells(rows):
            yield f"{name} {same} (of {many})"
        for name, found, *_, turn in _cells(actors):
            yield f"{name} {turn} of {found}"


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@functools.cache
def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wrong_passes(said: dict[str, Any], root: Path) -> Iterator[str]:
    """Every pass, whose it was, what it went by, what came of it and when."""
    passes = {each["prov:label"]: each for each in said.get("prov:wasGeneratedBy", ())}
    who = {f"{each['round']}-{each['id']}": each for each in annotators(root)}
    if [*passes] != [*who, "build"]:
        yield "wasGeneratedBy"
        return
    files = [each for one in passes.values() for each in (*one["prov:used"], *one["prov:generated"])]
    made = [each["@id"] for one in passes.values() for each in one["prov:generated"]]
    there = [
        path.relative_to(root).as_posix()
        for folder in ("exports", "rows", "audit", "registries")
        for path in (root / "annotation" / folder).rglob("*.json*")
    ]
    if sorted(made) != sorted({*made}) or not {*there, "annotation/adjudication.md"} <= {*made}:
        yield "generated"
    for each in files:
        if "sha256" in each and each["sha256"] != sha256(root / each["@id"]):
            yield f"sha256 of {each['@id']}"
    for name, one in who.items():
        yield from _wrong_pass(name, passes[name], one, root)
    used = {name: {each["@id"] for each in one["prov:used"]} for name, one in passes.items()}
    blind = {f"annotation/exports/blind/reader-{name}.json" for name in "ef"}
    if not blind <= used["adjudicated-adjudicator"] or blind & used["blind-reader-f"]:
        yield "used by the adjudicator"
    if "annotation/exports/adjudicated/adjudicator.json" not in used["audited-auditor"]:
        yield "used by the audits"
    if len(used["pilot-reader-a"]) != 2 or len(used["trial-reader-c"]) != 5:
        yield "articles of pilot and trial"
    if [each["@id"] for each in passes["build"]["prov:generated"]] != [each["@id"] for each in said["distribution"]]:
        yield "generated by the build"
    if not {"annotation/exports/audited/auditor.json", "annotation/registries/events.jsonl"} <= used["build"]:
        yield "used by the build"


def _wrong_pass(name: str, found: dict[str, Any], who: dict[str, str], root: Path) -> Iterator[str]:
    agent = found.get("prov:wasAssociatedWith") or {}
    if found["@type"] != "prov:Activity" or agent.get("@type") != "prov:SoftwareAgent":
        yield f"types of {name}"
    if (agent.get("prov:label"), agent.get("description")) != (who["id"], f"{who['kind']}, {who['role']}"):
        yield f"agent of {name}"
    if who["note"] not in found.get("description", ""):
        yield f"description of {name}"
    export = root / f"annotation/exports/{who['round']}/{who['id']}.json"
    if found.get("prov:endedAtTime") != (max(handed_in(export)) if export.is_file() else None):
        yield f"end of {name}"


def test_every_field_is_there_of_its_type_and_true(said: dict[str, Any], root: Path) -> None:
    assert wrong(said, root) == []


@pytest.mark.parametrize(
    "field", [*(f"rai:{name}" for name in RAI), "conformsTo", "prov:wasDerivedFrom", "prov:wasGeneratedBy"]
)
@pytest.mark.parametrize("change", ["gone", "empty", "other"])
def test_a_field_that_is_gone_empty_or_not_true_is_noticed(
    said: dict[str, Any], root: Path, field: str, change: str
) -> None:
    spoilt = copy.deepcopy(said)
    value = spoilt.pop(field)
    if change == "empty":
        spoilt[field] = type(value)()
    elif change == "other":
        spoilt[field] = (
            not value if isinstance(value, bool) else f"{value} more" if isinstance(value, str) else value[1:]
        )
    if (field, change) == ("rai:hasSyntheticData", "empty"):
        spoilt[field] = None
    assert wrong(spoilt, root) != []


Spoil = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.pop("prov:endedAtTime"),
        lambda one: one["prov:generated"].pop(),
        lambda one: one["prov:generated"][0].update(sha256="0" * 64),
        lambda one: one["prov:wasAssociatedWith"].update(description="person, annotator"),
        lambda one: one["prov:used"].clear(),
    ],
)
def test_a_pass_that_is_not_told_as_it_was_is_noticed(said: dict[str, Any], root: Path, spoil: Spoil) -> None:
    spoilt = copy.deepcopy(said)
    (one,) = (each for each in spoilt["prov:wasGeneratedBy"] if each["prov:label"] == "adjudicated-adjudicator")
    spoil(one)
    assert wrong(spoilt, root) != []


SHEET = """# Datasheet

## Collection

### L1. How

By **hand**, with `tool`, see
[the page](x.md).

<!-- generated: t -->
| a |
<!-- end -->

- one *thing*,
  goes on;
- 2*3*4 another.

### L2. When

**Cleaning.** Was done.

More of it.

**Labels**: by people.

## Uses

### U1. What for

Nothing.
"""


def test_a_datasheet_by_hand() -> None:
    assert sections(SHEET) == {
        "L1": "By hand, with tool, see the page.\n- one thing, goes on;\n- 2*3*4 another.",
        "L2": "Cleaning. Was done.\nMore of it.\nLabels: by people.",
        "L2/Cleaning": "Cleaning. Was done.\nMore of it.",
        "L2/Labels": "Labels: by people.",
        "U1": "Nothing.",
    }
    assert sections("") == {}


def test_people_and_machines_are_told_apart_and_nothing_is_said_of_what_nobody_knows(gold: Gold) -> None:
    about = msgspec.structs.replace(ABOUT, rai={"dataBiases": "A few.", "dataCollection": ("L1", "L2")})
    alone = metadata(about, gold)
    assert alone == {"rai:dataBiases": ["A few."]}
    people = Making(
        (Activity("p-ann", "p: annotator.", Agent("ann", "person", "annotator"), (), ()),), frozenset(["ann"]), ("ann",)
    )
    found = metadata(about, gold, SHEET, people)
    assert found["rai:hasSyntheticData"] is False
    assert found["rai:annotationsPerItem"] == "1 by a person"
    assert found["rai:dataCollection"] == "\n".join(sections(SHEET)[name] for name in ("L1", "L2"))
    assert "rai:machineAnnotationTools" not in found
    assert "rai:dataCollectionTimeframe" not in found
    pass_, build = prov(people)
    assert pass_["prov:wasAssociatedWith"]["@type"] == "prov:Person"
    assert "prov:endedAtTime" not in pass_
    assert build["@id"] == "#build"
    assert stated_metadata(msgspec.json.encode({"name": "x", **found})) == found
    assert stated_metadata(b"[]") == stated_metadata(b"{") == {}
    probe = msgspec.structs.replace(about, probe="names")
    assert metadata(probe, gold, SHEET, people)["rai:hasSyntheticData"] is True


def test_how_the_gold_was_made_is_read_from_the_files(root: Path, documents: list[Document]) -> None:
    assert ABOUT.gold is not None
    registries = read_registries(root / "annotation/registries")
    made = gold_of_rounds(root / "annotation", ABOUT.gold, documents, registries, ABOUT.splits.names)
    assert made.making.blind == ("reader-e", "reader-f", "reader-g", "reader-h")
    of_web = {"reader-e", "reader-f", "adjudicator", "auditor"}
    assert made.making.of_gold == {*of_web, "reader-g", "reader-h", "adjudicator-fresh", "auditor-fresh"}
    assert made.making.by_machine


def test_sections_that_the_datasheet_lacks_are_refused_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    for name in ("annotation", "seeds"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("onrecord"))
    shutil.copy(root / "DATASHEET.md", tmp_path)
    toml = (root / "onrecord.toml").read_text(encoding="utf-8")
    toml = toml.replace('["M1", "U3"]', '["M1", "U33"]').replace("P1/Cleaning", "P1/Cleanning")
    (tmp_path / "onrecord.toml").write_text(toml, encoding="utf-8")
    words = [sys.executable, "-c", "from onrecord.cli import main; main()", "--corpus", str(tmp_path), "build"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert "/rai/dataUseCases/1" in told
    assert "U33" in told
    assert "/rai/dataPreprocessingProtocol/0" in told
    assert "P1/Cleaning" in told
    assert not (tmp_path / "dataset").exists()
