"""``onrecord board``: entries of a results folder, and the site that shows who stands where."""

from __future__ import annotations

import dataclasses
import errno
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import counting, note
from onrecord.cli.inputs import sampling
from onrecord.cli.options import Dataset, Draws, LabelMapName, Level, SamplingUnitName, Seed, SplitOption, UnitOption
from onrecord.cli.outputs import is_standard_output, put, refuse_stream, say
from onrecord.cli.places import GOLD, the_split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from onrecord.eval.baselines.systems import System
    from onrecord.eval.board.assessing import Assessed, Bench
    from onrecord.eval.board.budget import Budget
    from onrecord.eval.board.standings import Standings
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.stored_gold import StoredGold

app = typer.Typer(help="A leaderboard: entries in a folder, and the static site made from them.", no_args_is_help=True)

Seconds = Annotated[float, typer.Option(min=1, help="Seconds that one entry may take; then it is not ranked.")]

Results = Annotated[Path, typer.Argument(help="Results folder: TEAM/SYSTEM/ with about.json and predictions.")]


@app.command()
def add(
    predictions: Annotated[Path, typer.Argument(help="Prediction file: .jsonl, .jsonl.gz or .zip.")],
    results: Annotated[Path, typer.Option("--to", help="Results folder.")],
    team: Annotated[str, typer.Option(help="The team's id: letters, digits and . _ : -")],
    system: Annotated[str, typer.Option(help="The entry's id.")],
    name: Annotated[str, typer.Option(help="What people call it; its id where left out.")] = "",
    description: Annotated[str, typer.Option(help="What it is, in a sentence or two.")] = "",
    url: Annotated[str | None, typer.Option(help="A paper or a repository, https://...")] = None,
    date: Annotated[str | None, typer.Option(help="YYYY-MM-DD.")] = None,
    labels: Annotated[
        str | None, typer.Option("--labels", help="The scheme that its types are of: conll2003 or ontonotes.")
    ] = None,
    submitter: Annotated[
        str | None, typer.Option(help="The account that opens the pull request, and may add to the team's folder.")
    ] = None,
    gold: Dataset = GOLD,
    split: SplitOption = None,
) -> None:
    """Put a prediction file into a results folder, with its record: what a submission by pull request consists of.

    Nothing is written where the file has faults or the entry is there already.
    """
    import msgspec

    from onrecord.cli.scoring import record_path
    from onrecord.dataset.reading.faults import refuse
    from onrecord.dataset.reading.files import write_folder_atomically
    from onrecord.dataset.reading.staging import sweep
    from onrecord.eval.board.entries import ABOUT, PREDICTIONS, read_about
    from onrecord.eval.rendering.scores import json_bytes
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.record import record_bytes, record_of
    from onrecord.eval.scoring.score_stream import score_stream
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.limits import DEFAULT_LIMITS
    from onrecord.eval.submission.unpacking import content

    folder = results / team / system
    said = {"team": team, "system": system, "name": name or system, "description": description}
    more = (("url", url), ("date", date), ("submitter", submitter), ("labels", labels))
    said |= {key: value for key, value in more if value}
    if any(not value.isprintable() for value in said.values()):
        raise typer.BadParameter("what is said of an entry is text of one line", param_hint="--name, --description")
    about, faults = read_about("options", json_bytes(said), team, system)
    refuse(faults)
    assert about is not None
    _check_name("--team", team, results)
    _check_name("--system", system, results / team)
    sweep(folder)
    if folder.exists():
        raise FileExistsError(errno.EEXIST, "is there already; an entry is never overwritten", str(folder))
    raw = content(predictions, DEFAULT_LIMITS)
    asked = Asked(the_split(gold, split), about.labels)
    record = record_of(score_stream(predictions, [raw], stored_gold(gold), asked, keep=False).report)
    files = {
        ABOUT: json_bytes(msgspec.to_builtins(about)),
        PREDICTIONS[0]: raw,
        record_path(Path("."), record).name: record_bytes(record),
    }
    write_folder_atomically(folder, files)
    note(f"{folder}: {', '.join(sorted(files))}")


def _check_name(option: str, name: str, beside: Path) -> None:
    """Refuse a name of a folder that not every system takes, or not beside the others."""
    from onrecord.eval.board.folder_names import EXPECTED, clash, is_ours, is_portable

    if option == "--team" and is_ours(name):
        raise typer.BadParameter("the team of the baselines is called so", param_hint=option)
    if not is_portable(name):
        raise typer.BadParameter(f"a folder is called so; {EXPECTED}", param_hint=option)
    there = [path.name for path in beside.iterdir()] if beside.is_dir() else []
    if (other := clash(name, there)) is not None:
        raise typer.BadParameter(f"{other} is there, which is the same folder on some systems", param_hint=option)


@app.command()
def build(
    results: Results,
    site: Annotated[Path, typer.Option("--output", "-o", help="The site's folder; an old board in it is replaced.")],
    gold: Dataset = GOLD,
    split: SplitOption = None,
    baselines: Annotated[bool, typer.Option(help="Add the rows of the baselines.")] = True,
    reports: Annotated[bool, typer.Option(help="Make a report page for every entry with predictions.")] = True,
    probe: Annotated[
        list[Path] | None,
        typer.Option(
            help="A perturbed dataset: entries with a file probe-NAME.jsonl get a column gap. May be repeated."
        ),
    ] = None,
    labels: LabelMapName = None,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
    seconds: Seconds = 120,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Score everything anew, also what was scored here before and has not changed."),
    ] = False,
) -> None:
    """Make the site: every entry scored again from its predictions, ranks as intervals, JSON and CSV beside it.

    What was scored for a board on this machine before, of the same bytes, gold, policy and program, is not scored anew.
    Each entry has a process and a budget of its own: what stops one is said in its row, and the others go on.
    With --labels all entries are compared by that map: those whose about.json names it, and those of our types.
    """
    from onrecord.dataset.publishing.makers import made_by
    from onrecord.dataset.reading.files import resolved
    from onrecord.eval.board import PageMaker, build_site, check_target
    from onrecord.eval.board.assessing import Bench
    from onrecord.eval.board.budget import Budget
    from onrecord.eval.board.entries import entry_folders
    from onrecord.eval.board.gaps import perturbed
    from onrecord.eval.board.owners import came
    from onrecord.eval.board.remembering import memory_of
    from onrecord.eval.board.standings import standings
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.ceiling import ceiling_rows
    from onrecord.eval.scoring.stored_gold import stored_gold

    refuse_stream(site)
    site = resolved(site)
    if site.is_relative_to(resolved(results)) or resolved(results).is_relative_to(site):
        raise typer.BadParameter("a board and its results are in folders of their own", param_hint="--output")
    check_target(site)
    labelled = stored_gold(gold)
    split = the_split(gold, split)
    asked = Asked(split, labels, sampling(unit.value, level, draws, seed), False)
    folders, closed = entry_folders(results)
    annotators = ceiling_rows(gold, split, labelled.hashes[split])
    who = made_by(gold)
    pages = PageMaker(annotators, who) if reports else None
    probes = perturbed(probe or [], labelled)
    bench = Bench(labelled, gold, asked, pages, probes, memory_of(labelled, asked, pages, probes, anew))
    ours, entries = _rows(_baselines(labelled, asked) if baselines else [], folders, bench, Budget(seconds))
    found = standings(entries, labelled, asked, ours, came(results), [each.gold.probe for each in bench.probes])
    written = build_site(site, found, annotators, who)
    named = {(each.about.team, each.about.system) for each in entries}
    _say_who_is_not_ranked(found, closed, [each for each in folders if (each.parent.name, each.name) not in named])
    say(f"{site}: {len(found.ranked)} entries ranked, {len(found.rows) - len(found.ranked)} not; {len(written)} files")


def _say_who_is_not_ranked(found: Standings, closed: list[Path], unnamed: list[Path]) -> None:
    from onrecord.dataset.reading.faults import show

    for folder in closed:
        note(f"left out, for it cannot be looked into: {show(str(folder))}")
    for folder in unnamed:
        note(f"left out, for its name: {show(str(folder))}")
    for row in found.rows:
        if row.excluded:
            note(f"not ranked: {row.about.team}/{row.about.system}: {show(row.excluded)}")


@dataclasses.dataclass(frozen=True, eq=False)
class _Baseline:
    """A system of ours that a board has a row of."""

    id: str
    name: str
    said: str
    load: Callable[[], System]
    packages: tuple[str, ...] = ()
    """What it predicts with beside this program."""

    @functools.cached_property
    def system(self) -> System:
        """The system, which may take a while to load."""
        return self.load()


def _baselines(gold: StoredGold, asked: Asked) -> list[_Baseline]:
    """The baselines: the rules, and a spaCy pipeline where one is installed."""
    from onrecord.eval.baselines.rules import Rules
    from onrecord.eval.baselines.systems import ENGLISH, PIPELINES, RULES, SPACY, installed_pipeline, system_of

    @functools.cache
    def rules() -> Rules:
        return Rules.learn([gold.article(id) for id in gold.learnable()])

    said = "Capital letters, quotation marks, word lists and the nearest name; learnt from validation."
    found = [_Baseline(RULES, RULES, said, rules)]
    model = installed_pipeline()
    if model is None:
        note(f"no row of spaCy: it is not installed, or none of {', '.join(PIPELINES)} is")
        return found
    if all(gold.article(id).document.language != ENGLISH for id in gold.in_split(asked.split)):
        note(f"no row of spaCy: {model} is for English")
        return found
    said = f"The names that spaCy's pipeline {model} finds; quotes, stances, events and ids by the rules."
    packages = (model, "spacy", "thinc", "blis")
    return [
        *found,
        _Baseline(f"spacy-{model}", SPACY + model, said, lambda: system_of(SPACY + model, rules()), packages),
    ]


def _rows(
    systems: Sequence[_Baseline], folders: Sequence[Path], bench: Bench, budget: Budget
) -> tuple[list[Assessed], list[Assessed]]:
    """The baselines and the entries, scored."""
    from onrecord.eval.board.everyone import assessed_entries
    from onrecord.eval.board.saying import alike

    ours = [_row(each, bench) for each in systems]
    with counting(f"of {len(folders)} entries scored") as tell:
        entries = assessed_entries(folders, bench, budget, tell, ours)
    several = alike([each.likeness for each in (*ours, *entries)])
    ours = [
        _with_meaning(row, each, bench.gold, bench.asked) if row.likeness in several else row
        for row, each in zip(ours, systems, strict=True)
    ]
    if bench.memory is not None:
        bench.memory.forget()
    if many := sum(each.is_remembered for each in (*ours, *entries)):
        note(f"{many} of {len(ours) + len(entries)} rows have not changed and are as scored before; --anew scores them")
    return ours, entries


def _row(each: _Baseline, bench: Bench) -> Assessed:
    """A baseline, scored; as it was before where nothing has changed."""
    from importlib import metadata

    from onrecord.eval.board.assessing import asked_for, rescored, scored
    from onrecord.eval.board.entries import About
    from onrecord.eval.board.folder_names import OURS
    from onrecord.eval.board.remembering import assessed_bytes, assessed_of, recalled_or_made

    def made() -> Assessed:
        pieces = _predicted(each.system, bench.gold, bench.asked)
        found = scored(Path(each.name), pieces, bench.gold, asked_for(None, bench.asked))
        about = About(team=OURS, system=each.id, name=each.name, kind="baseline", description=each.said)
        return rescored(about, found)

    if bench.memory is None:
        return made()
    try:
        versions = [f"{package} {metadata.version(package)}" for package in each.packages]
    except metadata.PackageNotFoundError:
        return made()  # nobody can tell when it is another
    finding = bench.memory.at(["baseline", each.name, each.said, *versions])
    return recalled_or_made(finding, made, assessed_bytes, lambda raw: assessed_of(raw, bench.gold.scheme))


def _predicted(system: System, gold: StoredGold, asked: Asked) -> Iterator[bytes]:
    import msgspec

    documents = (gold.article(id).document for id in gold.in_split(asked.split))
    return (msgspec.json.encode(system.predict(document)) + b"\n" for document in documents)


def _with_meaning(row: Assessed, each: _Baseline, gold: StoredGold, asked: Asked) -> Assessed:
    """A baseline that an entry is like, with what it means; its system predicts once more, which it seldom has to."""
    from onrecord.eval.board.assessing import asked_for
    from onrecord.eval.board.saying import meaning_of

    pieces = _predicted(each.system, gold, asked)
    meaning = meaning_of(Path(each.name), pieces, gold, asked_for(None, asked))
    return dataclasses.replace(row, meaning=meaning)


@app.command()
def admit(
    base: Annotated[str, typer.Argument(help="Full hash of the commit that the contribution is to be merged into.")],
    head: Annotated[str, typer.Argument(help="Full hash of the contribution.")],
    repository: Annotated[Path, typer.Option(help="Where both commits are known; nothing is checked out.")] = Path("."),
    results: Annotated[str, typer.Option(help="The results folder within the repository.")] = "eval/results",
    submitter: Annotated[
        str | None,
        typer.Option(
            help="The account that asks: it may add to the folders of teams whose entries name it, and to new ones."
        ),
    ] = None,
    seconds: Seconds = 60,
    gold: Dataset = GOLD,
    split: SplitOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Markdown for a comment; - for standard output.")
    ] = Path("-"),
) -> None:
    """Check and score a pull request that adds entries, taking all of it as data. Exit code 2 if it cannot be taken."""
    import subprocess
    from pathlib import PurePosixPath

    from onrecord.dataset import FaultsError
    from onrecord.dataset.reading.staging import scratch
    from onrecord.eval.board.admission import admit as run
    from onrecord.eval.board.admission import comment, refusal
    from onrecord.eval.board.assessing import Bench
    from onrecord.eval.board.budget import Budget
    from onrecord.eval.board.contribution import Contribution
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.statistics.sampling import Sampling

    labelled = stored_gold(gold)
    bench = Bench(labelled, gold, Asked(the_split(gold, split), None, Sampling(), False))
    contribution = Contribution(repository, base, head, PurePosixPath(results), submitter)
    refused = False
    with scratch() as folder:
        try:
            text = comment(run(contribution, bench, folder, Budget(seconds)))
        except FaultsError as error:
            text, refused = refusal(error), True
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip()
            raise typer.BadParameter(f"git does not know these commits: {said}") from None
    put(output, f"{text}\n".encode() if is_standard_output(output) else text.encode("utf-8"))
    if refused:
        raise typer.Exit(2)
