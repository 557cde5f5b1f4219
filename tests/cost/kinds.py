"""Every kind of input that somebody else may have written: a right one, and what is done with it."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cost.forked import command
from tests.eval.readers.test_hostile import RIGHT

from onrecord.dataset import Gold, gold_hash, read_folder
from onrecord.dataset.publishing.folder import read_about
from onrecord.dataset.publishing.standoff import release_json, strip
from onrecord.eval import Report
from onrecord.eval.platforms.reference import reference_bytes, reference_of
from onrecord.eval.platforms.running import run_codabench
from onrecord.eval.report.verdicts import FORMAT
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.score_file import score_bytes

Run = Callable[[Path, Path], Callable[[], int]]
"""From the file and an empty folder to what is called."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of input."""

    right: bytes
    run: Run
    suffix: str = ".jsonl"
    has_lines: bool = False
    """Whether a fault of it has a line, but for those of the whole file."""
    packed: Callable[[bytes], bytes] | None = None
    """What is done to it before it is sent."""
    most: int = 2**23
    """Bytes that one may have at most, or so many that are worth looking at."""


def small_predictions(root: Path) -> bytes:
    """The baseline's predictions, a few items of each layer."""
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]
    for line in lines:
        for layer in ("mentions", "quotes", "stances", "events"):
            line[layer] = line[layer][:6]
        kept = {mention.get("entity") for mention in line["mentions"]}
        line["quotes"] = [{**quote, "speaker": ["unknown"], "relays": [], "parent": None} for quote in line["quotes"]]
        line["stances"] = [s for s in line["stances"] if {s["holder"], s["target"]["id"]} <= kept]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def kinds(root: Path, place: Path) -> dict[str, Kind]:
    """All kinds of input.

    Args:
        root: The repository.
        place: A folder for what is made once.
    """
    small = small_predictions(root)
    rules = str(root / "eval/baselines/rules.jsonl")
    every = ("--split", "all", "--gold", str(root / "dataset"))
    gold = read_folder(root / "dataset")
    known = reference_of(gold, "test")
    (place / "ref").mkdir()
    (place / "ref" / "reference.json").write_bytes(reference_bytes(known))
    record = record_bytes(record_of(Report.of(score_bytes(Path("p"), small, gold, Asked("all")).result)))

    def board(name: str) -> Run:
        def run(path: Path, empty: Path) -> Callable[[], int]:
            folder = empty / "results" / "team" / "system"
            folder.mkdir(parents=True)
            (folder / "about.json").write_bytes(_ABOUT)
            called = f"{json.loads(record)['id']}.json" if name == "record" else name
            shutil.copy(path, folder / called)
            site = str(empty / "site")  # without the baselines, which cost seconds and are nobody's input
            return command("board", "build", str(empty / "results"), "-o", site, "--no-baselines", *every)

        return run

    def platform(path: Path, empty: Path) -> Callable[[], int]:
        shutil.copytree(place / "ref", empty / "ref")
        (empty / "res").mkdir()
        shutil.copy(path, empty / "res" / "predictions.jsonl")
        return lambda: run_codabench(empty, empty)

    def export(path: Path, empty: Path) -> Callable[[], int]:
        (empty / "blind").mkdir()
        shutil.copy(root / "annotation/exports/blind/reader-e.json", empty / "blind")
        shutil.copy(path, empty / "blind" / "ann-b.json")
        return command("annotation", "agreement", str(empty / "blind"), "--seeds", str(root / "seeds"))

    def checked(name: str) -> Run:
        def run(path: Path, empty: Path) -> Callable[[], int]:
            for each in ("annotation", "seeds"):
                shutil.copytree(root / each, empty / each, ignore=shutil.ignore_patterns("onrecord"))
            shutil.copy(root / "onrecord.toml", empty)
            shutil.copy(path, empty / name)
            return command("--corpus", str(empty), "build", "-o", str(empty / "dataset"))

        return run

    def with_file(*words: str, out: bool = False) -> Run:
        def run(path: Path, empty: Path) -> Callable[[], int]:
            to = ("-o", str(empty / "out")) if out else ()
            return command(
                *(str(path) if word == "FILE" else str(empty) if word == "EMPTY" else word for word in words), *to
            )

        return run

    release = release_json(strip(gold, read_about(root / "dataset"), ""))
    labels = {"gold": {t: t for t in ("PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP")}, "predicted": {}}
    labels["predicted"] = labels["gold"]
    found = {
        "predictions": Kind(small, with_file("validate", "FILE", *every), has_lines=True),
        "predictions, scored": Kind(small, with_file("score", "FILE", *every), has_lines=True),
        "predictions, in a report": Kind(small, with_file("report", "FILE", *every, out=True), has_lines=True),
        "predictions of other types": Kind(
            small.replace(b'"PER"', b'"PERSON"'),
            with_file("score", "FILE", "--labels", "ontonotes", *every),
            has_lines=True,
        ),
        "predictions, gzipped": Kind(small, with_file("validate", "FILE", *every), ".jsonl.gz", packed=gzip.compress),
        "predictions, zipped": Kind(small, with_file("validate", "FILE", *every), ".zip", packed=zipped),
        "predictions for older labels": Kind(
            small, with_file("convert", "FILE", "--from", "onrecord-0.2", "--gold", every[-1], out=True)
        ),
        "predictions without offsets": Kind(small, with_file("ground", "FILE", "--gold", every[-1], out=True)),
        "predictions on a board": Kind(small, board("predictions.jsonl")),
        "predictions on a platform": Kind(small, platform),
        "a record on a board": Kind(record, board("record"), ".json"),
        "a record": Kind(record, with_file("rescore", "FILE", "--gold", every[-1]), ".json"),
        "about an entry": Kind(_ABOUT, board("about.json"), ".json", most=2**14),
        "a label map": Kind(
            json.dumps(labels).encode(), with_file("score", rules, "--labels", "FILE", *every), ".json", most=2**20
        ),
        "a release": Kind(release, with_file("rehydrate", "FILE", str(root / "seeds"), out=True), ".json"),
        "an export": Kind((root / "annotation/exports/blind/reader-f.json").read_bytes(), export, ".json"),
        "a registry": Kind(
            (root / "annotation/registries/entities.jsonl").read_bytes(),
            checked("annotation/registries/entities.jsonl"),
        ),
        "replies": Kind(_REPLIES, with_file("prompt", "read", "FILE", *every, out=True)),
        "replies in a report": Kind(_REPLIES, with_file("report", rules, "--replies", "FILE", *every, out=True)),
        "verdicts": Kind(
            verdicts(gold),
            with_file("--corpus", str(root), "errata", "apply", "FILE", "--dry-run"),
            ".json",
            most=2**20,
        ),
        "articles": Kind(_ARTICLES, with_file("ingest", "FILE", "--topic", "t", "--seeds", "EMPTY"), most=2**17),
    }
    for name, right in RIGHT.items():
        called = name.split()[0] if name != "lists of clusters" else "jsonl"
        what = "clusters" if name in _CLUSTERS else "spans"
        if name != "brat":
            found[f"{what}: {name}"] = Kind(
                right, with_file(what, "FILE", "FILE", "--format", called), ".txt", most=2**20
            )
    return found


def verdicts(gold: Gold) -> bytes:
    """A verdict on the first mention of an article."""
    article = gold.articles[0]
    mention, at = article.labels.mentions[0], "2026-11-29T12:00:00.000Z"
    side = {"id": mention.id, "label": mention.type, "spans": [{"start": mention.start, "end": mention.end}]}
    item = {"doc_id": article.document.id, "layer": "entities", "item": "m", "outcome": "missed", "gold": side}
    said = {**item, "verdict": "gold wrong", "cause": "boundary", "note": "too long", "at": at}
    hashes = {"report": "0" * 64, "gold": gold_hash(gold.articles), "predictions": "0" * 64}
    value = {"format": FORMAT, **hashes, "system": "s", "split": "all", "verdicts": [said]}
    return json.dumps(value).encode()


_CLUSTERS = ("jsonl clusters", "lists of clusters", "conll-coref", "conllu", "e2e", "preco")

_ABOUT = b'{"team": "team", "system": "system", "name": "A system"}'

_ARTICLES = b'{"id": "one", "text": "A title\\n\\nSome words, and a few more.", "published": "2023-01-01", "url": "https://example.org/1"}\n'

_REPLIES = b"".join(
    json.dumps(
        {"custom_id": id, "content": json.dumps({"mentions": [{"text": "Wagner", "type": "ORG", "kind": "name"}]})}
    ).encode()
    + b"\n"
    for id in ("000_178a6b88b61942c1", "001_dc8bfbd05485f3ef")
)


def zipped(raw: bytes) -> bytes:
    """Alone in a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.jsonl", raw)
    return buffer.getvalue()


def values_of(right: bytes) -> list[Any]:
    """The lines of JSON Lines, or the one value of a file of JSON, parsed; nothing for other formats."""
    try:
        return [json.loads(right)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in right.splitlines()]
    except ValueError:
        return []
