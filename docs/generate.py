"""Write the generated parts of the documents: tables of numbers are made from the data, never typed.

Run it with ``make docs``. A part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

sys.path.append(str(Path(__file__).parents[1]))

from benchmarks.adversaries import table as blind_table

from by_split import (
    FRESH,
    adjudication_table,
    agreement_tables,
    audit_tables,
    ceiling_of,
    detectable_table,
    only,
    web_gold,
)
from flooding import flooding
from fresh_tables import PROMPTED, fresh_tables
from onrecord.annotation.gold.from_rounds import MadeGold, gold_of_rounds
from onrecord.dataset import FaultsError, Gold, read_documents, read_folder, read_registries
from onrecord.dataset.corpus import CardText, Rounds, Splits, Texts, read_corpus
from onrecord.dataset.gold import in_split, learnable
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.perturbed import Perturbed, perturb
from onrecord.dataset.perturbing.probe import Page
from onrecord.dataset.perturbing.probes import PROBES, asked_probes
from onrecord.dataset.publishing.card import count_table, markdown_table
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.json_schema import field_docs
from onrecord.dataset.scheme import Scheme
from onrecord.dataset.seeds.documents import descriptions, read_seed
from onrecord.eval import (
    Report,
    Result,
    Sampling,
    read_submission,
    score_submission,
    scored_layers,
)
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.baselines.systems import SPACY, System, installed_pipeline, system_of
from onrecord.eval.compat import COMPAT
from onrecord.eval.layers.ids import registry_links
from onrecord.eval.rendering.scores import headings
from onrecord.eval.schemas import SCHEMAS, schema_bytes
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.gap import Gap, Variant, gap_of, probe_headings, probe_rows
from onrecord.eval.scoring.score_report import rows as score_rows
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import gold_in_memory
from onrecord.eval.submission.examples import example as example_lines
from onrecord.eval.submission.fault_codes import FAULT_KINDS
from onrecord.eval.submission.limits import Limits

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    "README.md",
    "DATASHEET.md",
    "seeds/README.md",
    "docs/index.md",
    "docs/corpus.md",
    "docs/scoring.md",
    "docs/faults.md",
    "docs/fresh.md",
    "docs/measures/README.md",
    "docs/probes.md",
    "docs/measures/compat.md",
    "docs/measures/coverage.md",
    "docs/measures/lea.md",
    "docs/measures/linking.md",
    "docs/measures/quotes-joint.md",
    "docs/measures/stances-label.md",
    "docs/measures/stances-tuples.md",
    "docs/measures/strict-exact-type-partial.md",
    "docs/measures/who.md",
)
CORPUS = read_corpus(ROOT)
_PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made() -> MadeGold:
    """The gold with what is known of how it was made."""
    rounds = CORPUS.about.gold
    assert rounds is not None
    registries = read_registries(ROOT / "annotation/registries")
    splits = CORPUS.about.splits
    return gold_of_rounds(ROOT / "annotation", rounds, read_documents(ROOT / "seeds"), registries, splits.names)


def compat_modes() -> str:
    """Every compatibility mode with its version, its input and its measures."""
    rows = [
        [f"`{mode.name}`", mode.version, mode.takes, ", ".join(f"`{measure}`" for measure in mode.measures)]
        for mode in COMPAT.values()
    ]
    return markdown_table(["mode", "version", "takes", "measures"], rows)


def compat_differences() -> str:
    """What differs from our measures, each said once, with the modes that it is true of."""
    modes: dict[str, list[str]] = {}
    for mode in COMPAT.values():
        for difference in mode.differences:
            modes.setdefault(difference, []).append(mode.name)
    rows = [[", ".join(f"`{name}`" for name in _together(names)), difference] for difference, names in modes.items()]
    return markdown_table(["modes", "what differs"], rows)


def link_gold(gold: Gold) -> str:
    """How many gold names, and mentions of any kind, are judged by what their rows say of Wikidata."""
    links = registry_links(gold.registries)
    rows = []
    for split in (*CORPUS.about.splits.names, "all"):
        articles = [each for each in gold.articles if split in (each.document.split, "all")]
        mentions = [each for article in articles for each in article.labels.mentions if not each.optional]
        for what, some in (("names", [each for each in mentions if each.kind == "name"]), ("mentions", mentions)):
            said = [links[str(each.entity)] for each in some if each.entity]
            many = Counter("left out" if not link.judged else "link" if link.wikidata else "NIL" for link in said)
            rows.append([f"{split}, {what}", *(str(many[kind]) for kind in ("link", "NIL", "left out"))])
    return markdown_table(["gold", "with a Wikidata id", "NIL", "left out"], rows)


def _together(names: Sequence[str]) -> list[str]:
    """Names of modes, with one for all variants of a tool where all of them are there."""
    variants = Counter(name.partition(":")[0] for name in COMPAT if ":" in name)
    there = Counter(name.partition(":")[0] for name in names if ":" in name)
    whole = {tool for tool, many in there.items() if many == variants[tool]}
    short = [f"{tool}:*" if (tool := name.partition(":")[0]) in whole and ":" in name else name for name in names]
    return list(dict.fromkeys(short))


def headline_table(report: Report) -> str:
    """The headline of each layer with what it is."""
    said = [each.layer.headline.definition for each in report.result.layers]
    rows = [(f"`{name}`", *rest, what) for (name, *rest), what in zip(score_rows(report, True), said, strict=True)]
    return markdown_table((*headings(report.how), "what it is"), rows)


def parts(gold: Gold) -> dict[str, str]:
    """Every generated part by name."""
    raw = (ROOT / "eval/baselines/rules.jsonl").read_bytes()
    submission = read_submission("rules.jsonl", raw, [a.document for a in gold.articles], gold.registries)
    splits = CORPUS.about.splits.names
    results = {split: score_submission(in_split(gold, split), gold.registries, submission, split) for split in splits}
    report = Report.of(results["test"], Sampling())
    measures = [
        [f"`{layer.name}:{measure.name}`", measure.definition]
        for layer in scored_layers()
        for measure in layer.measures
    ]
    how = made()
    seeds = [
        [f"`{d.id}.txt`", d.publisher, d.published or "", f"`{d.seed_sha256}`"]
        for d in read_documents(ROOT / "seeds")
        if d.split != FRESH
    ]
    return {
        "scores": f"{headline_table(report)}\n`{report.signature}`\n",
        "example": "```json\n" + json.dumps(example(gold), ensure_ascii=False) + "\n```\n",
        "refusal": f"```text\n{refusal(gold)}```\n",
        "counts": count_table(gold, splits),
        **agreement_tables(how.agreement),
        **{f"adjudication-{split}": adjudication_table(in_split(gold, split)) for split in splits},
        **{f"ceiling-{split}": ceiling_of(ROOT, result) for split, result in results.items()},
        **{f"detectable-{split}": detectable_table(gold, split, submission) for split in splits},
        **audit_tables(ROOT, gold, how.errata),
        "version": f"Version of the labels: {CORPUS.about.card.version}\n",
        **{f"corpus-{name}": corpus_table(kind) for name, kind in CORPUS_TABLES.items()},
        **flooding(gold, results["test"].values),
        "blind": blind_table(gold),
        "link-gold": link_gold(gold),
        "compat-modes": compat_modes(),
        "compat-differences": compat_differences(),
        "measures": markdown_table(["measure", "what counts as right"], measures),
        "faults": markdown_table(
            ["code", "what it means", "what to do"],
            [
                [f"`{code}`" + (" (warning)" if kind.warning else ""), kind.meaning, kind.remedy]
                for code, kind in FAULT_KINDS.items()
            ],
        ),
        "limits": markdown_table(
            ["option", "default", "what it limits"],
            [
                [f"`--{field.name.replace('_', '-')}`", str(field.default), field_docs(Limits)[field.name]]
                for field in dataclasses.fields(Limits)
            ],
        ),
        "seeds": markdown_table(["file", "publisher", "published", "SHA-256"], seeds),
        **probe_tables(gold),
        **dict(fresh_tables(ROOT, gold, fresh_results(gold, results[FRESH]))),
    }


def fresh_results(gold: Gold, rules: Result) -> dict[str, Result]:
    """What every system that was run gets on the fresh articles; spaCy only where its pipeline is there."""
    found = {"rules": rules}
    model = installed_pipeline()
    fresh = only(gold, in_split(gold, FRESH))
    if model is not None:
        found[f"{SPACY}{model}"] = scored(fresh, system_of(SPACY + model, Rules.learn(learnable(gold))))
    documents = [article.document for article in fresh.articles]
    submission = read_submission(PROMPTED.name, (ROOT / PROMPTED).read_bytes(), documents, gold.registries)
    found["prompted"] = score_submission(fresh.articles, gold.registries, submission, FRESH)
    return found


def probe_tables(gold: Gold) -> dict[str, str]:
    """What each probe does, and what the baselines lose on it; without spaCy's pipeline its table is not made."""
    rules = Rules.learn(learnable(gold))
    model = installed_pipeline()
    found = {"probes": probe_list()}
    for name, some in ((FRESH, only(gold, in_split(gold, FRESH))), ("web", web_gold(gold))):
        made = probed(some)
        found[f"probe-rules-{name}"] = gap_table(some, made, rules, dict.fromkeys(made, rules))
        if model is not None:
            system = system_of(SPACY + model, rules)
            found[f"probe-spacy-{name}"] = gap_table(some, made, system, dict.fromkeys(made, system))
        if learnable(some):
            anew = {probe: Rules.learn(learnable(each.gold)) for probe, each in made.items()}
            found[f"probe-rules-anew-{name}"] = gap_table(some, made, rules, anew)
    return found


def probed(gold: Gold) -> dict[str, Perturbed]:
    """The articles under every probe."""
    seeds = [read_seed(path) for path in descriptions(ROOT / "seeds")]
    pages = {described.id: Page(described, decoded) for described, decoded in seeds}
    return {name: perturb(gold, CORPUS.about, "", asked_probes([name]), 0, pages) for name in PROBES}


def probe_list() -> str:
    """Every probe."""
    rows = [
        [f"`{each.name}`", each.about, ", ".join(f"`{each.name}:{way}`" for way in each.variants if way)]
        for each in PROBES.values()
    ]
    return markdown_table(["probe", "what it does and asks", "ways"], rows)


def gap_table(gold: Gold, made: Mapping[str, Perturbed], first: System, systems: Mapping[str, System]) -> str:
    """The gap of every headline, probe by probe; a system for the original and one for each probe."""
    original = scored(gold, first)
    ids = [article.document.id for article in gold.articles]
    gaps: dict[str, Gap] = {}
    for name, each in made.items():
        names = {ids[article.place]: article.id for article in each.file.articles}
        gaps[name] = gap_of(original, [Variant(scored(each.gold, systems[name]), each.file, names)])
    head, rows = probe_headings(gaps), probe_rows(gaps)
    return markdown_table(["", *(f"`{name}`" for name in head[1:])], [[f"`{row[0]}`", *row[1:]] for row in rows])


def scored(gold: Gold, system: System) -> Result:
    """What a system scores on all articles."""
    lines = [msgspec.json.encode(system.predict(article.document)) + b"\n" for article in gold.articles]
    return score_stream(Path("-"), lines, gold_in_memory(gold), Asked("all", how=None)).result


def example(gold: Gold) -> dict[str, Any]:
    """One complete prediction line: the Kremlin's denial in one article, with ids of the file's own."""
    article = next(a for a in gold.articles if a.document.id.startswith("001"))
    document = article.document

    def span(surface: str) -> dict[str, object]:
        start = document.text.index(surface)
        return {"start": start, "end": start + len(surface), "text": surface}

    denial = span(
        'that reports of Belarus being involved in a new invasion were "totally stupid, groundless fabrications."'
    )
    return {
        "doc_id": document.id,
        "text_sha256": document.text_sha256,
        "mentions": [
            {**span("Dmitry Peskov"), "type": "PER", "kind": "name", "entity": "E1"},
            {**span("the Kremlin spokesman"), "type": "PER", "kind": "nominal", "entity": "E1"},
        ],
        "quotes": [{"id": "q1", "content": [denial], "speaker": ["E1"], "cue": span("told")}],
        "stances": [
            {
                "holder": "E1",
                "target": {"kind": "claim", "id": "claim-belarus-joins-offensive"},
                "label": "denies",
                "evidence": [span("totally stupid, groundless fabrications")],
                "quote": "q1",
            }
        ],
        "events": [{**span("invasion"), "event": "V1", "modality": "denied"}],
        "entities": [{"id": "E1", "name": "Dmitry Peskov"}],
    }


CORPUS_TABLES: dict[str, type[msgspec.Struct]] = {
    "scheme": Scheme,
    "splits": Splits,
    "texts": Texts,
    "gold": Rounds,
    "card": CardText,
}


def corpus_table(kind: type[msgspec.Struct]) -> str:
    """What may stand in a table of ``onrecord.toml``, with what is there where it is left out."""
    said = field_docs(kind)
    rows = []
    for field in msgspec.structs.fields(kind):
        default = field.default
        if isinstance(default, tuple):
            shown = ", ".join(default)
        else:
            shown = "" if default in (msgspec.NODEFAULT, None, "") else json.dumps(default).strip('"')
        rows.append([f"`{field.name}`", " ".join(said[field.name].split()).replace("``", "`"), shown])
    return markdown_table(["key", "what it is", "left out"], rows)


def refusal(gold: Gold) -> str:
    """What is said of the same line with an inclusive end and a misspelt label."""
    line = example(gold)
    line["mentions"][0]["end"] -= 1
    line["stances"][0]["label"] = "deneis"
    documents = [article.document for article in gold.articles]
    try:
        read_submission("predictions.jsonl", json.dumps(line).encode(), documents, gold.registries)
    except FaultsError as error:
        return f"{error}\n"
    raise AssertionError("the line was taken")


def filled(text: str, made: dict[str, str]) -> str:
    """A document with its generated parts put in; one that does not exist is a ``KeyError``."""
    return _PART.sub(lambda part: part.group(1) + made[part.group(2)] + part.group(3), text)


def stale(made: dict[str, str]) -> dict[Path, str]:
    """The documents that are not as they should be, and what they should be."""
    texts = {ROOT / name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    return {path: new for path, text in texts.items() if (new := filled(text, made)) != text}


def stale_files(gold: Gold) -> dict[Path, str]:
    """The same of whole files: schemas, and an example of a prediction file for each layer."""
    files = {ROOT / f"eval/schemas/{name}.schema.json": schema_bytes(name).decode("utf-8") for name in SCHEMAS}
    for layer in LAYERS:
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in example_lines(gold, layer)]
        files[ROOT / f"eval/examples/{layer}.jsonl"] = "".join(lines)
    return {path: text for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text}


if __name__ == "__main__":
    try:
        labelled = read_folder(ROOT / "dataset")
        for path, text in {**stale(parts(labelled)), **stale_files(labelled)}.items():
            write_atomically(path, text.encode("utf-8"))
            print(f"written: {path.relative_to(ROOT)}")
    except FaultsError as error:
        sys.exit(str(error))
