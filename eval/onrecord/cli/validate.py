"""``onrecord validate``: whether a prediction file can be scored, and everything that keeps it from that."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.cli.articles import GoldFolder, Seeds, expected_articles
from onrecord.cli.console import reading, show_faults
from onrecord.cli.options import (
    MIB,
    AllowMissing,
    LabelMapName,
    MaxBytes,
    MaxFaults,
    MaxItems,
    MaxLineBytes,
    MaxLines,
    MaxRatio,
)
from onrecord.cli.outputs import put, say
from onrecord.cli.places import the_corpus

if TYPE_CHECKING:
    from onrecord.dataset import Document, Fault, Registries
    from onrecord.eval.submission.validation import Validation


def validate(
    predictions: Annotated[
        Path, typer.Argument(help="Prediction file: .jsonl, .jsonl.gz, .zip or .tar; - for standard input.")
    ],
    gold: GoldFolder = None,
    seeds: Seeds = None,
    registries: Annotated[
        Path | None,
        typer.Option(
            help="Folder with a row for every id of the file: its lines are checked as gold is, of any articles of the "
            "corpus, and none must be there."
        ),
    ] = None,
    split: Annotated[str | None, typer.Option(help="The split whose articles must have a line, or all.")] = None,
    allow_missing: AllowMissing = False,
    labels: LabelMapName = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    max_bytes: MaxBytes = 64 * MIB,
    max_line_bytes: MaxLineBytes = 8 * MIB,
    max_lines: MaxLines = 100_000,
    max_ratio: MaxRatio = 200,
    max_items: MaxItems = 2_000,
    max_faults: MaxFaults = 10_000,
) -> None:
    """Check a prediction file without scoring it: every fault at once, with line, pointer and hint.

    With --registries, labels that are to become gold: ids, evidence and speakers may not lack, every id has a row, and
    the rows are checked too.

    Faults that are alike are shown together; --all shows each. Exit code 0 if it can be scored, 2 if not. What each
    fault means: docs/faults.md.
    """
    from onrecord.eval.submission.expected import Expected
    from onrecord.eval.submission.limits import Limits
    from onrecord.eval.submission.mention_types import MentionTypes
    from onrecord.eval.submission.unpacking import opened
    from onrecord.eval.submission.validation import validate as run

    if registries is None:
        expected = expected_articles(gold, seeds, split, required=not allow_missing)
    else:
        expected = Expected.of_gold(*finished_against(seeds, registries))
    limits = Limits(max_bytes, max_line_bytes, max_lines, max_ratio, max_items, max_faults)
    types = None
    if labels is not None:
        from onrecord.eval.submission.label_maps import read_label_map

        types = MentionTypes.of(read_label_map(labels)[1])
    remarks: list[Fault] = []
    with opened(predictions, limits, remarks=remarks) as pieces, reading(pieces) as counted:
        found = run(predictions, counted, expected, limits, types)
    found.findings.adopt(remarks)
    if json:
        from onrecord.eval.rendering.scores import json_bytes  # only here: it brings all statistics along

        put(None, json_bytes(validation_json(found)))
    else:
        _print(predictions, found, "scored" if registries is None else "used")
    if not found.valid:
        raise typer.Exit(2)


def finished_against(seeds: Path | None, registries: Path) -> tuple[list[Document], Registries]:
    """The articles of a seed folder, or of the corpus, and the rows of a folder.

    Raises:
        FaultsError: There is no corpus, or a row is not right.
    """
    from onrecord.dataset import read_documents, read_registries

    documents = read_documents(the_corpus().seeds if seeds is None else seeds)
    return documents, read_registries(registries)


def validation_json(found: Validation) -> dict[str, Any]:
    """What was found as JSON."""
    return {
        "format": "onrecord-validation/1",
        "valid": found.valid,
        "submission": {"sha256": found.sha256, "bytes": found.bytes, "lines": found.lines},
        "documents": list(found.documents),
        "layers": list(found.layers),
        "errors": dict(found.findings.errors),
        "warnings": dict(found.findings.warnings),
        "faults": [dataclasses.asdict(fault) for fault in (*found.findings.faults, *found.findings.remarks)],
    }


def _print(file: Path, found: Validation, use: str) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.counted import counted

    findings = found.findings
    if findings.warnings:
        show_faults(findings.remarks, findings.warnings, "warning", "")
    if findings.errors:
        show_faults(findings.faults, findings.errors, end=f"; the file cannot be {use}")
        return
    documents = counted(len(found.documents), "article")
    layers = ", ".join(found.layers) or "no layers"
    say(f"{show(str(file))}: valid; {documents}, {layers}; sha256 {found.sha256}")
