"""Regions of Label Studio: its exports JSON and JSON-MIN of any project that labels text.

JSON has tasks with ``data`` and ``annotations``, JSON-MIN a task's data and its labels side by side. The text is the
field of the data whose characters the regions are of. A region with several labels is as many spans; relations,
choices and whatever else is no labelled region are passed over, and so are annotations that were skipped. A task with
two annotations is a fault: which of them is meant? A task without any is read by its only prediction, if it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import Findings
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_records import JsonValue, documents_of, name_of, place_wrong, record
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.spans.documents import TypedSpan

OF_TASKS = {"annotation_id", "annotator", "lead_time"}
"""What tells a task of JSON-MIN from any other object with a text."""


class GlobalOffsets(msgspec.Struct, frozen=True):
    """Offsets of characters."""

    start: Offset
    end: Offset


class LabelledRegion(msgspec.Struct, frozen=True):
    """The value of a result that labels a stretch of text."""

    start: object
    end: object
    text: str | None = None
    labels: list[str] = []
    hypertextlabels: list[str] = []
    globalOffsets: GlobalOffsets | None = None  # noqa: N815 - its own name


class TaskAnnotation(msgspec.Struct, frozen=True):
    """What one annotator said of a task."""

    result: list[object]
    was_cancelled: bool = False


class LabelStudioTask(msgspec.Struct, frozen=True):
    """A task of an export as JSON."""

    data: dict[str, object]
    annotations: list[object] = []
    predictions: list[object] = []


def read_label_studio(path: Path | str, raw: bytes | None = None) -> Reading:
    """The tasks of an export as JSON.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _task)


def read_label_studio_min(path: Path | str, raw: bytes | None = None) -> Reading:
    """The tasks of an export as JSON-MIN.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _small_task)


def _task(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    task = record(
        value, LabelStudioTask, findings, PassedOver()
    )  # what a task has beside is of the project, not of the text
    if task is None:
        return None
    which = "annotations"
    made: list[tuple[JsonValue, TaskAnnotation]] = []
    for each in value.at(which, task.annotations).elements():
        annotation = record(each, TaskAnnotation, findings, PassedOver())
        if annotation is not None and annotation.was_cancelled:
            passed["skipped annotations"] += 1
        elif annotation is not None:
            made.append((each, annotation))
    if not made and not task.annotations:
        which = "predictions"
        found = [
            (each, record(each, TaskAnnotation, findings, PassedOver()))
            for each in value.at(which, task.predictions).elements()
        ]
        made = [(each, annotation) for each, annotation in found if annotation is not None]
    elif task.predictions:
        passed["predictions beside annotations"] += len(task.predictions)
    if len(made) > 1:
        hint = "export those of one annotator, or adjudicate first"
        findings.add((which, f"{value.pointer}/{which}", f"{len(made)} of one task", "one", hint), value.line)
        return None
    if not made:
        passed["tasks without an annotation"] += 1
        return None
    regions = []
    for each in made[0][0].at("result", made[0][1].result).elements():
        region = each.value.get("value") if isinstance(each.value, dict) else None
        if isinstance(region, dict) and ("labels" in region or "hypertextlabels" in region):
            regions.append(each.at("value", region))
        else:
            kind = each.value.get("type") if isinstance(each.value, dict) else None
            passed[f"results of the type {str(kind)[:40]!r}"] += 1
    name = name_of(JsonValue(task.data, None), "doc_id", "id") or name_of(value, "id")
    return _document(name, task.data, regions, value, findings, passed)


def _small_task(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    task = value.value
    if not isinstance(task, dict):
        findings.add(("type", value.pointer, task, "a task: an object with a text and its labels", ""), value.line)
        return None
    regions = []
    for key, there in task.items():
        if isinstance(there, list) and there and all(isinstance(each, dict) for each in there):
            of_text = [each for each in value.at(key, there).elements() if "labels" in each.value]
            regions += of_text
            if len(of_text) < len(there):
                passed[f"results of {key[:40]!r}"] += len(there) - len(of_text)
    if not regions and not OF_TASKS & task.keys():
        found, expected = (
            f"the fields {', '.join(list(task)[:10])}",
            f"a list of labels, or {' or '.join(sorted(OF_TASKS))}",
        )
        findings.add(("missing-field", value.pointer, found, expected, ""), value.line)
        return None
    return _document(name_of(value, "doc_id", "id"), task, regions, value, findings, passed)


def _document(
    name: str,
    data: Mapping[str, object],
    regions: list[JsonValue],
    task: JsonValue,
    findings: Findings,
    passed: PassedOver,
) -> LabelledDocument | None:
    made = [(each, record(each, LabelledRegion, findings, PassedOver())) for each in regions]
    known = [(each, *_places(region, each, findings)) for each, region in made if region is not None]
    places = [(each, region, place) for each, region, place in known if place is not None]
    text = _text(data, [(place, region) for _, region, place in places])
    if text is None:
        found, expected = f"the fields {', '.join(list(data)[:10])}", "a field with the text that the regions are of"
        findings.add(("text", task.pointer, found, expected, "is it a project about texts?"), task.line)
        return None
    spans = []
    for each, region, (start, end) in places:
        if wrong := place_wrong(start, end, text, _surface(region)):
            findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
        labels = [*region.labels, *region.hypertextlabels]
        if not labels:
            passed["regions without a label"] += 1
        spans += [TypedSpan(start, end, label) for label in labels]
    return LabelledDocument(name, tuple(spans), text=text, line=task.line, pointer=task.pointer)


def _places(region: LabelledRegion, at: JsonValue, findings: Findings) -> tuple[LabelledRegion, tuple[int, int] | None]:
    """A region and its offsets; None where it has none, which is noted."""
    if region.globalOffsets is not None:
        return region, (region.globalOffsets.start, region.globalOffsets.end)
    try:
        made = msgspec.convert({"start": region.start, "end": region.end}, GlobalOffsets)
    except msgspec.ValidationError:
        found = {"start": region.start, "end": region.end}
        hint = "a region of hypertext needs globalOffsets, which newer versions export"
        findings.add(("offset", at.pointer, found, "offsets of characters", hint), at.line)
        return region, None
    return region, (made.start, made.end)


def _text(data: Mapping[str, Any], places: list[tuple[tuple[int, int], LabelledRegion]]) -> str | None:
    """The field that regions are of: one where their surfaces are, ``text`` before others; else the longest."""
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    ordered = [texts["text"]] if "text" in texts else []
    ordered += sorted((value for key, value in texts.items() if key != "text"), key=len, reverse=True)
    if not ordered:
        return None

    def fits(text: str) -> bool:
        return all(end <= len(text) and _surface(region) in (None, text[start:end]) for (start, end), region in places)

    return next((text for text in ordered if fits(text)), ordered[0])


def _surface(region: LabelledRegion) -> str | None:
    """What a region says that it has marked: line breaks are written as a backslash and an n."""
    return None if region.text is None else region.text.replace("\\n", "\n")
