"""A contribution to a results folder, taken as data: whether its entries can be taken, and what they score."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import in_order, refuse, show
from onrecord.eval.board.assessing import Bench, meaning, same_result, scored, scored_alone
from onrecord.eval.board.budget import Budget, UnfinishedError, within
from onrecord.eval.board.contribution import MOST_FILES, Contribution, changed_files, entries_at, refused_changes
from onrecord.eval.board.entries import ABOUT, PREDICTIONS, About, read_entry
from onrecord.eval.board.saying import alike
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.rendering.scores import percent
from onrecord.eval.scoring.record import Record
from onrecord.eval.statistics.measure import full_name
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.unpacking import opened

DEFAULT_BUDGET = Budget(seconds=60)


@dataclasses.dataclass(frozen=True)
class Admitted:
    """An entry that a contribution adds, with its record."""

    about: About
    record: Record
    likeness: str
    """What its predictions are like; see :class:`onrecord.eval.board.assessing.Scored`."""


def admit(contribution: Contribution, bench: Bench, folder: Path, budget: Budget = DEFAULT_BUDGET) -> list[Admitted]:
    """Check a contribution, and score what it adds.

    Args:
        contribution: What it is.
        bench: What its entries are put to: gold of the base.
        folder: An empty folder, into which the entries are laid.
        budget: What each entry may take.

    Raises:
        FaultsError: With everything that cannot be admitted.
    """
    results = contribution.results
    found = changed_files(contribution)
    if not found:
        refuse([Fault("admission", str(results), None, "", "no change", "an entry that is added")])
    if len(found) > MOST_FILES:  # git is asked about none of them
        refuse([Fault("admission", str(results), None, "", f"{len(found)} files", f"at most {MOST_FILES}")])
    present = entries_at(contribution, contribution.base)
    refuse(refused_changes(contribution, found, present))
    by_entry: dict[PurePosixPath, list[str]] = defaultdict(list)
    for change in found:
        path = PurePosixPath(change.path).relative_to(results)
        by_entry[path.parent].append(path.name)
        _lay(contribution, change.blob, folder / "new" / path)
    refuse(list(_incomplete(by_entry)))
    faults: list[Fault] = []
    admitted: list[Admitted] = []
    for entry in sorted(by_entry):
        try:
            admitted.append(within(budget, _scored, folder / "new" / entry, bench))
        except FaultsError as error:
            faults += error.faults
        except (UnfinishedError, OSError) as error:
            faults.append(Fault("admission", str(entry), None, "", str(error), "an entry that can be scored"))
    faults += _not_of_submitter(contribution, admitted)
    faults += _copies(contribution, admitted, present, bench, folder, budget)
    faults = [dataclasses.replace(fault, file=fault.file.removeprefix(f"{folder}/new/")) for fault in faults]
    refuse(sorted(faults, key=in_order))
    return admitted


def _lay(contribution: Contribution, blob: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contribution.git("cat-file", "blob", blob))


def _incomplete(entries: Mapping[PurePosixPath, Sequence[str]]) -> list[Fault]:
    faults = []
    for folder, names in sorted(entries.items()):
        many = len([name for name in names if name in PREDICTIONS])
        if ABOUT not in names:
            faults.append(Fault("admission", str(folder), None, "", f"no {ABOUT}", "what the entry is"))
        if many != 1:
            faults.append(Fault("admission", str(folder), None, "", f"{many} prediction files", "one"))
    return faults


def _scored(folder: Path, bench: Bench) -> Admitted:
    entry = read_entry(folder)
    where = f"{entry.about.team}/{entry.about.system}"
    if entry.about.kind != "system":
        raise FaultsError([Fault("admission", f"{where}/{ABOUT}", None, "/kind", entry.about.kind, "system")])
    assert entry.predictions is not None  # _incomplete has seen to it
    asked = dataclasses.replace(bench.asked, labels=entry.about.labels)
    with opened(entry.predictions, DEFAULT_LIMITS, follow_links=False) as pieces:
        found = scored(entry.predictions, pieces, bench.gold, asked)
    hint = f"leave it out: the record is made here (its id is {found.record.id})"
    refuse(
        [
            Fault("admission", f"{where}/{stored.id}.json", None, "", "another record", "what is scored here", hint)
            for stored in entry.others(found.file)
            if not same_result(stored, found.record)
        ]
    )
    return Admitted(entry.about, found.record, found.likeness)


def _not_of_submitter(contribution: Contribution, admitted: Sequence[Admitted]) -> list[Fault]:
    """Entries that do not say whose they are: nobody could add to their teams by pull request any more."""
    who = contribution.submitter
    if who is None:
        return []
    return [
        Fault(
            "admission",
            f"{each.about.team}/{each.about.system}/{ABOUT}",
            None,
            "/submitter",
            str(each.about.submitter),
            who,
            "who opens the pull request; only they can add to the team's folder afterwards",
        )
        for each in admitted
        if (each.about.submitter or "").lower() != who.lower()
    ]


def _copies(
    contribution: Contribution,
    admitted: Sequence[Admitted],
    present: Mapping[PurePosixPath, Mapping[str, str]],
    bench: Bench,
    folder: Path,
    budget: Budget,
) -> Iterator[Fault]:
    """Entries whose predictions say what those of another say already."""
    if not admitted:
        return
    there: dict[PurePosixPath, str] = {}
    for entry, files in present.items():
        for name in sorted(files.keys() & {ABOUT, *PREDICTIONS}):
            _lay(contribution, files[name], folder / "present" / entry / name)
        with contextlib.suppress(FaultsError, UnfinishedError, OSError):  # the board says what is wrong with it
            there[entry] = within(budget, _likeness, folder / "present" / entry, bench)
    new = {PurePosixPath(each.about.team, each.about.system): each.likeness for each in admitted}
    wanted = alike([*there.values(), *new.values()]) & {*new.values()}
    said: dict[str, PurePosixPath] = {}
    for entry, likeness in there.items():
        if likeness in wanted:
            with contextlib.suppress(FaultsError, UnfinishedError, OSError):
                said.setdefault(within(budget, meaning, folder / "present" / entry, bench), entry)
    for entry, likeness in new.items():
        if likeness not in wanted:
            continue
        try:
            other = said.setdefault(within(budget, meaning, folder / "new" / entry, bench), entry)
        except (FaultsError, UnfinishedError, OSError) as error:
            yield Fault("admission", str(entry), None, "", str(error), "an entry that can be told from those like it")
        else:
            if other != entry:
                found = f"the same predictions as {other}"
                yield Fault("admission", str(entry), None, "", found, "predictions of its own")


def _likeness(folder: Path, bench: Bench) -> str:
    """What the predictions of an entry that is there are like; empty where it has none."""
    entry = read_entry(folder)
    if entry.predictions is None:
        return ""
    asked = dataclasses.replace(bench.asked, labels=entry.about.labels, allow_missing=True)
    with opened(entry.predictions, DEFAULT_LIMITS, follow_links=False) as pieces:
        return scored_alone(entry.predictions, pieces, bench.gold, asked)[1]


def comment(admitted: Sequence[Admitted]) -> str:
    """What a contribution scores, as Markdown whose foreign text is inert."""
    lines = ["### Scored", ""]
    for each in admitted:
        about, record = each.about, each.record
        lines += [f"**{inert(about.name)}** of {inert(about.team)}, record `{record.id[:12]}`, {record.status}", ""]
        lines += ["| headline | score | interval |", "|---|---:|---|"]
        for name, layer in record.layers.items():
            score = layer.measures[layer.headline]
            interval = score.interval
            low, high = (interval.low, interval.high) if interval else (None, None)
            between = "" if low is None else f"{percent(low)}–{percent(high)}"
            lines.append(f"| `{full_name(name, layer.headline)}` | {percent(score.value)} | {between} |")
        lines.append("")
    return "\n".join(lines)


def refusal(error: FaultsError, most: int = 50) -> str:
    """Why a contribution cannot be taken, as Markdown whose foreign text is inert."""
    lines = [f"### Not taken: {error.total} fault{'s' if error.total > 1 else ''}", ""]
    lines += ["| where | code | found | expected | hint |", "|---|---|---|---|---|"]
    for fault in error.faults[:most]:
        where = f"{fault.file}{'' if fault.line is None else f':{fault.line}'} {fault.pointer}"
        cells = (where, fault.code, fault.found, fault.expected, fault.hint)
        lines.append("| " + " | ".join(inert(show(cell)) if cell else "" for cell in cells) + " |")
    if error.total > most:
        lines += ["", f"{most} of {error.total} are shown; `onrecord validate` shows more."]
    return "\n".join([*lines, ""])
