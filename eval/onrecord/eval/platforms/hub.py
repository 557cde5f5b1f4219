"""Files of the Hugging Face Hub: evaluation results of a model repository, and the registration of a benchmark.

``.eval_results/*.yaml`` lies in the model's repository and has one entry a headline; ``eval.yaml`` lies in the
dataset's and names the tasks that such entries refer to: one a layer, called like it.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import nearest, refuse, show
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.platforms.hub_rules import hub_rules
from onrecord.eval.scoring.score_report import Report

FRAMEWORK = "onrecord"
"""What a benchmark calls the program that scores it, once the Hub knows it."""

CONFIG = "articles"
"""The config of the dataset that the tasks are on."""

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_TASK = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a result comes from; nothing of it needs to be said."""

    url: str | None = None
    """The address of a log, a repository or a paper; all else needs one."""
    name: str | None = None
    """What that is called."""
    user: str | None = None
    """Whose it is, a user of the Hub."""
    org: str | None = None
    """Whose it is, an organisation of the Hub."""

    @property
    def said(self) -> dict[str, str]:
        """What is said of it."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


def eval_results(
    report: Report,
    dataset: str,
    date: str,
    tasks: Mapping[str, str] | None = None,
    origin: Origin = Origin(),
    revision: str | None = None,
) -> list[dict[str, Any]]:
    """The entries of a result: one a layer whose headline is defined, its value in [0, 1].

    Args:
        report: The result.
        dataset: The benchmark's id on the Hub, ``ORG/NAME``.
        date: When it was scored, ``YYYY-MM-DD``.
        tasks: The task's id by layer, where it is not called like the layer.
        origin: Where the result comes from.
        revision: The commit of the dataset's repository that was scored on.

    Raises:
        FaultsError: With everything that is wrong with these.
    """
    named = {layer.name: layer.name for layer in scored_layers()} | dict(tasks or {})
    refuse([*dataset_faults(dataset, revision), *date_faults(date), *_task_faults(named), *_origin_faults(origin)])
    place = {} if revision is None else {"revision": revision}
    entries = []
    for each in report.result.layers:
        headline = each.layer.headline.name
        value = each.scores[headline].value
        if value is None:
            continue
        entry: dict[str, Any] = {
            "dataset": {"id": dataset, "task_id": named[each.layer.name], **place},
            "value": value,
            "date": date,
        }
        if origin.said:
            entry["source"] = origin.said
        entry["notes"] = f"{each.layer.name}:{headline} {report.signature}"
        entries.append(entry)
    return entries


def benchmark(name: str, description: str, split: str, framework: str = FRAMEWORK) -> dict[str, Any]:
    """The registration of a dataset as a benchmark, with one task a layer.

    Raises:
        FaultsError: The framework has no name that the Hub could have, or asks for more than is known here.
    """
    refuse(_framework_faults(framework))
    return {
        "name": name,
        "description": description,
        "evaluation_framework": framework,
        "tasks": [{"id": layer.name, "config": CONFIG, "split": split} for layer in scored_layers()],
    }


def yaml_bytes(value: object) -> bytes:
    """YAML in which every string is a string, whatever it looks like."""
    written: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return written.encode("utf-8")


def dataset_faults(dataset: str | None, revision: str | None = None) -> list[Fault]:
    """What is wrong with the id of a dataset on the Hub and with a commit of it; nothing where they are not given."""
    faults = []
    if dataset is not None and not REPOSITORY.fullmatch(dataset):
        faults.append(option_fault("--dataset-id", dataset, "ORG/NAME"))
    if revision is not None and dataset is None:
        faults.append(option_fault("--revision", revision, "a --dataset-id with it"))
    if revision is not None and not _COMMIT.fullmatch(revision):
        hint = "a branch moves, a commit does not; the dataset's page lists them under Files"
        faults.append(option_fault("--revision", revision, "a commit: 40 hexadecimal digits", hint))
    return faults


def _framework_faults(framework: str) -> list[Fault]:
    more = hub_rules().more.get(framework)
    if more is not None:
        said = f"a framework whose tasks need no {', '.join(more)}"
        return [option_fault("--framework", framework, said)]
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,95}", framework, re.ASCII):
        return []
    hint = nearest(framework, hub_rules().frameworks)
    return [option_fault("--framework", framework, "small letters, digits and -", hint)]


def date_faults(date: str) -> list[Fault]:
    """What is wrong with a day."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", date, re.ASCII):
            datetime.date.fromisoformat(date)
            return []
    except ValueError:
        pass
    return [option_fault("--date", date, "a day, YYYY-MM-DD")]


def _task_faults(tasks: Mapping[str, str]) -> list[Fault]:
    layers = [layer.name for layer in scored_layers()]
    faults = [option_fault("--task-id", layer, f"one of {', '.join(layers)}") for layer in tasks if layer not in layers]
    faults += [
        option_fault("--task-id", id, "letters, digits and . _ -") for id in tasks.values() if not _TASK.fullmatch(id)
    ]
    twice = sorted({id for id in tasks.values() if list(tasks.values()).count(id) > 1})
    return faults + [option_fault("--task-id", id, "another id for each layer: a task has one value") for id in twice]


def _origin_faults(origin: Origin) -> list[Fault]:
    faults = []
    if origin.url is not None and not _is_address(origin.url):
        faults.append(option_fault("--source-url", origin.url, "an address that begins with https:// or http://"))
    if origin.url is None:
        faults += [option_fault(f"--source-{key}", said, "a --source-url with it") for key, said in origin.said.items()]
    if origin.name is not None and not is_words(origin.name):
        faults.append(option_fault("--source-name", origin.name, "a name in printable characters"))
    for option, name in (("--source-user", origin.user), ("--source-org", origin.org)):
        if name is not None and not _NAME.fullmatch(name):
            faults.append(option_fault(option, name, "a name on the Hub: letters, digits and . _ -"))
    return faults


def is_words(text: str) -> bool:
    """Whether a text is a line with something to be seen in it."""
    return bool(text.strip()) and text.isprintable()


def _is_address(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or re.search(r"[\s<>\"]", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


def option_fault(option: str, found: str, expected: str, hint: str = "") -> Fault:
    """What is wrong with the value of an option."""
    return Fault("option", option, None, "", show(found), expected, hint)
