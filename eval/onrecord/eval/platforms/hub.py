"""Files of the Hugging Face Hub: evaluation results of a model repository, and the registration of a benchmark.

``.eval_results/*.yaml`` lies in the model's repository and has one entry a headline; ``eval.yaml`` lies in the
dataset's and names the tasks that such entries refer to: one a layer, called like it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import refuse, show
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.score_report import Report

FRAMEWORK = "onrecord"
"""What a benchmark calls the program that scores it."""

CONFIG = "articles"
"""The config of the dataset that the tasks are on."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_TASK = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


def eval_results(
    report: Report,
    dataset: str,
    date: str,
    tasks: Mapping[str, str] | None = None,
    source_url: str | None = None,
    source_name: str | None = None,
) -> list[dict[str, Any]]:
    """The entries of a result: one a layer whose headline is defined, its value in [0, 1].

    Args:
        report: The result.
        dataset: The benchmark's id on the Hub, ``ORG/NAME``.
        date: When it was scored, ``YYYY-MM-DD``.
        tasks: The task's id by layer, where it is not called like the layer.
        source_url: Where the result comes from.
        source_name: What that is called.

    Raises:
        FaultsError: With everything that is wrong with these.
    """
    named = {layer.name: layer.name for layer in scored_layers()} | dict(tasks or {})
    refuse([*_dataset_faults(dataset), *_date_faults(date), *_task_faults(named), *_source(source_url, source_name)])
    source = {"url": source_url, "name": source_name}
    entries = []
    for each in report.result.layers:
        headline = each.layer.headline.name
        value = each.scores[headline].value
        if value is None:
            continue
        entry: dict[str, Any] = {
            "dataset": {"id": dataset, "task_id": named[each.layer.name]},
            "value": value,
            "date": date,
        }
        if source_url is not None:
            entry["source"] = {name: said for name, said in source.items() if said is not None}
        entry["notes"] = f"{each.layer.name}:{headline} {report.signature}"
        entries.append(entry)
    return entries


def benchmark(name: str, description: str, split: str) -> dict[str, Any]:
    """The registration of a dataset as a benchmark, with one task a layer."""
    return {
        "name": name,
        "description": description,
        "evaluation_framework": FRAMEWORK,
        "tasks": [{"id": layer.name, "config": CONFIG, "split": split} for layer in scored_layers()],
    }


def yaml_bytes(value: object) -> bytes:
    """YAML in which every string is a string, whatever it looks like."""
    written: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return written.encode("utf-8")


def _dataset_faults(dataset: str) -> list[Fault]:
    return [] if _REPOSITORY.fullmatch(dataset) else [_fault("--dataset-id", dataset, "ORG/NAME")]


def _date_faults(date: str) -> list[Fault]:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", date, re.ASCII):
            datetime.date.fromisoformat(date)
            return []
    except ValueError:
        pass
    return [_fault("--date", date, "a day, YYYY-MM-DD")]


def _task_faults(tasks: Mapping[str, str]) -> list[Fault]:
    layers = [layer.name for layer in scored_layers()]
    faults = [_fault("--task-id", layer, f"one of {', '.join(layers)}") for layer in tasks if layer not in layers]
    faults += [_fault("--task-id", id, "letters, digits and . _ -") for id in tasks.values() if not _TASK.fullmatch(id)]
    twice = sorted({id for id in tasks.values() if list(tasks.values()).count(id) > 1})
    return faults + [_fault("--task-id", id, "another id for each layer: a task has one value") for id in twice]


def _source(url: str | None, name: str | None) -> list[Fault]:
    faults = []
    if url is not None and not _is_address(url):
        faults.append(_fault("--source-url", url, "an address that begins with https:// or http://"))
    if name is not None and url is None:
        faults.append(_fault("--source-name", name, "a --source-url with it"))
    if name is not None and not (name.strip() and name.isprintable()):
        faults.append(_fault("--source-name", name, "a name in printable characters"))
    return faults


def _is_address(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or re.search(r"[\s<>\"]", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


def _fault(option: str, found: str, expected: str) -> Fault:
    return Fault("option", option, None, "", show(found), expected)
