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

from flooding import flooding
from onrecord.annotation.agreement.measures import agreement
from onrecord.annotation.agreement.tables import markdown as agreement_markdown
from onrecord.annotation.gold.from_rounds import MadeGold, gold_of_rounds
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.dataset import Article, FaultsError, Gold, read_documents, read_folder, read_registries
from onrecord.dataset.corpus import CardText, Rounds, Splits, Texts, read_corpus
from onrecord.dataset.gold import learnable
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.perturbed import Perturbed, perturb
from onrecord.dataset.perturbing.probe import Page
from onrecord.dataset.perturbing.probes import PROBES, asked_probes
from onrecord.dataset.publishing.card import count_table, markdown_table
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.json_schema import field_docs
from onrecord.dataset.records import REGISTERED
from onrecord.dataset.scheme import Scheme
from onrecord.dataset.seeds.documents import read_seed
from onrecord.eval import (
    Report,
    Result,
    Sampling,
    Submission,
    read_submission,
    score_submission,
    scored_layers,
)
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.baselines.systems import SPACY, System, installed_pipeline, system_of
from onrecord.eval.compat import COMPAT
from onrecord.eval.layers.gold_changes import GoldChange
from onrecord.eval.layers.ids import registry_links
from onrecord.eval.rendering.scores import headings
from onrecord.eval.schemas import SCHEMAS, schema_bytes
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.ceiling import BIASED, ceiling_table, read_ceiling
from onrecord.eval.scoring.gap import Gap, Variant, gap_of, probe_headings, probe_rows
from onrecord.eval.scoring.score_report import rows as score_rows
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import gold_in_memory
from onrecord.eval.statistics.measure import full_name
from onrecord.eval.statistics.uncertainty import attainable_p, detectable_difference, jackknife_error
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
    return gold_of_rounds(ROOT / "annotation", rounds, read_documents(ROOT / "seeds"), registries)


def adjudication_table(gold: Gold) -> str:
    """How many items the blind annotators agreed on, by layer."""
    rows = []
    for layer in LAYERS:
        items = [item for article in gold.articles for item in getattr(article.labels, layer)]
        both = [item for item in items if len(item.annotators) > 1]
        agreed = sum(item.agreed is True for item in both)
        one = sum(len(item.annotators) == 1 for item in items)
        neither = sum(not item.annotators for item in items)
        optional = sum(item.optional for item in items)
        counts = [len(items), agreed, len(both) - agreed, one, neither, optional]
        rows.append([layer, *map(str, counts)])
    return markdown_table(["", "items", "both, alike", "both, not alike", "one", "neither", "optional"], rows)


def ceiling_of(result: Result) -> str:
    """The baseline and every annotator, headline F1 of each layer."""
    head, rows = ceiling_table(result, read_ceiling(ROOT / "dataset", result))
    return f"{markdown_table(head, rows)}\n{BIASED.replace('*', chr(92) + '*', 1)}\n"


def detectable_table(gold: Gold, submission: Submission) -> str:
    """The smallest difference that all articles together are likely to show, for each headline measure."""
    whole = headline(gold, gold.articles, submission)
    without = [headline(gold, [a for a in gold.articles if a is not left], submission) for left in gold.articles]
    rows = []
    for name, f1 in whole.items():
        error = jackknife_error([each[name] for each in without])
        assert error is not None
        needed = detectable_difference(error, len(gold.articles))
        rows.append([f"`{name}`", f"{100 * f1:.1f}", f"{100 * error:.1f}", f"{100 * needed:.1f}"])
    table = markdown_table(["measure", "F1 of the baseline", "standard error", "detectable difference"], rows)
    groups = len(gold.articles)
    return f"{table}\nSmallest p of an exact paired test over {groups} articles: {attainable_p(groups):g}.\n"


def headline(gold: Gold, articles: Sequence[Article], submission: Submission) -> dict[str, float]:
    """F1 of each layer's headline measure."""
    result = score_submission(articles, gold.registries, submission, "")
    return {
        full_name(each.layer.name, name): each.scores[name].f1 or 0.0
        for each in result.layers
        for name in [each.layer.headline.name]
    }


def audit_table(gold: Gold, errata: Sequence[GoldChange]) -> str:
    """What the audit found, by layer, with rates on the items there are now, and what was corrected."""
    found = [
        json.loads(line)
        for path in sorted((ROOT / "annotation/audit").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    registries = {name: len(gold.registries.of(kind)) for kind, (name, _) in REGISTERED.items()}
    items = {layer: sum(len(article.labels.of(layer)) for article in gold.articles) for layer in LAYERS}
    rows = []
    for name, many in [*items.items(), ("registry rows", sum(registries.values()))]:
        of_rows = name == "registry rows"
        about = [each for each in found if (each["doc"] == "registry") == of_rows]
        here = [each["verdict"] for each in about if of_rows or each["layer"] == name]
        said = [here.count(verdict) for verdict in ("WRONG", "DEBATABLE", "MISSED")]
        changed = sum((each.layer == name) if each.document else of_rows for each in errata)
        rows.append([name, str(many), *(f"{n} ({100 * n / many:.1f} %)" for n in said), str(changed)])
    return markdown_table(["", "items", "wrong", "debatable", "missed", "changed"], rows)


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
    articles = [a for a in gold.articles if a.document.split == "test"]
    result = score_submission(articles, gold.registries, submission, "test")
    report = Report.of(result, Sampling())
    measures = [
        [f"`{layer.name}:{measure.name}`", measure.definition]
        for layer in scored_layers()
        for measure in layer.measures
    ]
    all_result = score_submission(gold.articles, gold.registries, submission, "all")
    how = made()
    passes = read_exports(ROOT / "annotation/exports/blind", [a.document for a in gold.articles])
    rows = {path.name: read_registries(path) for path in sorted((ROOT / "annotation/rows/blind").iterdir())}
    (pair,) = agreement(passes, [a.document for a in gold.articles], rows)
    seeds = [
        [f"`{d.id}.txt`", d.publisher, d.published or "", f"`{d.seed_sha256}`"] for d in read_documents(ROOT / "seeds")
    ]
    return {
        "scores": f"{headline_table(report)}\n`{report.signature}`\n",
        "example": "```json\n" + json.dumps(example(gold), ensure_ascii=False) + "\n```\n",
        "refusal": f"```text\n{refusal(gold)}```\n",
        "counts": count_table(gold, CORPUS.about.splits.names),
        "agreement": agreement_markdown(pair),
        "adjudication": adjudication_table(gold),
        "ceiling": ceiling_of(all_result),
        "ceiling-test": ceiling_of(result),
        "detectable": detectable_table(gold, submission),
        "audit": audit_table(gold, how.errata),
        "version": f"Version of the labels: {CORPUS.about.card.version}\n",
        **{f"corpus-{name}": corpus_table(kind) for name, kind in CORPUS_TABLES.items()},
        **flooding(gold, result.values),
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
    }


def probe_tables(gold: Gold) -> dict[str, str]:
    """What each probe does, and what the baselines lose on it; without spaCy's pipeline its table is not made."""
    seeds = [read_seed(path) for path in sorted((ROOT / "seeds").glob("*.json"))]
    pages = {described.id: Page(described, decoded) for described, decoded in seeds}
    made = {name: perturb(gold, CORPUS.about, "", asked_probes([name]), 0, pages) for name in PROBES}
    rules = Rules.learn(learnable(gold))
    known = dict.fromkeys(made, rules)
    anew = {name: Rules.learn(learnable(each.gold)) for name, each in made.items()}
    found = {
        "probes": probe_list(),
        "probe-rules": gap_table(gold, made, rules, known),
        "probe-rules-anew": gap_table(gold, made, rules, anew),
    }
    model = installed_pipeline()
    if model is not None:
        system = system_of(SPACY + model, rules)
        found["probe-spacy"] = gap_table(gold, made, system, dict.fromkeys(made, system))
    return found


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
