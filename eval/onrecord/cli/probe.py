"""``onrecord probe``: a system on every probe, in one command."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.gap import the_sampling
from onrecord.cli.options import Dataset, Draws, Level, SamplingUnitName, Seed, SplitOption, UnitOption
from onrecord.cli.perturb import SeedsOption, perturbed, write_perturbed
from onrecord.cli.places import GOLD, seeds_folder, the_split

if TYPE_CHECKING:
    from onrecord.eval.baselines.systems import System
    from onrecord.eval.scoring.gap import Gap

Run = Callable[[str, Path, Path], None]
"""Makes a prediction file: given the name of a probe, empty for the original, its dataset folder, and the file."""


def probe(
    system: Annotated[
        str,
        typer.Argument(
            help="rules, spacy:MODEL, or a command line with {gold} for a dataset folder and {output} for the"
            " prediction file that it shall write; - with --replies."
        ),
    ],
    probes: Annotated[
        list[str] | None,
        typer.Option("--probe", help="A probe, or several with + between them; every one if left out."),
    ] = None,
    replies: Annotated[
        Path | None,
        typer.Option(help="A folder with replies of a language model: original.jsonl, names.jsonl and so on."),
    ] = None,
    learnt: Annotated[
        bool, typer.Option("--learn-anew", help="rules and spaCy learn from each changed dataset, not the original.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Keep datasets, prediction files and records in this folder.")
    ] = None,
    gold: Dataset = GOLD,
    split: SplitOption = None,
    seeds: SeedsOption = None,
    probe_seed: Annotated[int, typer.Option(min=0, help="Seed of the probes.")] = 0,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Change the articles by every probe, let a system label them, and show what its scores lose."""
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.gap import gap as run
    from onrecord.eval.scoring.gap import power, probe_headings, probe_rows
    from onrecord.eval.scoring.gap_record import gap_bytes, gap_record

    how, split = the_sampling(unit, level, draws, seed), the_split(gold, split)
    predict = _runner(system, replies, gold, learnt)
    found: dict[str, Gap] = {}
    with _folder(output) as folder, working("probing"):
        original = folder / "original.jsonl"
        predict("", gold, original)
        for name in _chosen(probes, seeds):
            short = name.replace(":", "-")
            dataset, predictions = folder / short, folder / f"{short}.jsonl"
            write_perturbed(perturbed(gold, name.split("+"), probe_seed, seeds), dataset)
            predict(short, dataset, predictions)
            found[name] = run(original, [(predictions, dataset)], gold, split, how=how)
            if output is not None:
                write_atomically(folder / f"{short}.gap.json", gap_bytes(gap_record(found[name])))
    show_table(plain_console(), probe_headings(found), probe_rows(found))
    plain_console().print(power(next(iter(found.values()))), soft_wrap=True)


@contextmanager
def _folder(output: Path | None) -> Iterator[Path]:
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-") as name:
        yield Path(name)


def _chosen(probes: list[str] | None, seeds: Path | None) -> list[str]:
    """The probes, several at once joined by ``+``; of all that there are those that can be made here."""
    from onrecord.dataset.perturbing.probes import PROBES, asked_probes
    from onrecord.dataset.seeds.documents import descriptions

    if probes:
        for each in probes:
            asked_probes(each.split("+"))
        return probes
    paged = bool(descriptions(seeds_folder(seeds)))
    for name in () if paged else [name for name, each in PROBES.items() if each.pages]:
        note(f"{name} is left out: there are no pages (--seeds)")
    return [name for name, each in PROBES.items() if paged or not each.pages]


def _runner(system: str, replies: Path | None, gold: Path, learnt: bool) -> Run:
    from onrecord.eval.baselines.systems import RULES, SPACY

    if replies is not None:
        return lambda name, folder, output: _read_replies(replies / f"{name or 'original'}.jsonl", folder, output)
    if system == RULES or system.startswith(SPACY):
        known = _learnt(system, gold)
        return lambda name, folder, output: _predict(_learnt(system, folder) if learnt else known, folder, output)
    if "{output}" not in system or "{gold}" not in system:
        expected = "rules, spacy:MODEL, or a command line with {gold} and {output}"
        raise typer.BadParameter(expected, param_hint="SYSTEM")
    return lambda name, folder, output: _run_command(system, folder, output)


def _learnt(system: str, folder: Path) -> System:
    """A system that comes along, with what it learns from a dataset."""
    from onrecord.dataset import read_folder
    from onrecord.dataset.gold import learnable
    from onrecord.eval.baselines.rules import Rules
    from onrecord.eval.baselines.systems import system_of

    return system_of(system, Rules.learn(learnable(read_folder(folder))))


def _predict(system: System, folder: Path, output: Path) -> None:
    """Label a dataset with a system that comes along."""
    import msgspec

    from onrecord.dataset import read_folder
    from onrecord.dataset.reading.files import write_atomically

    lines = [msgspec.json.encode(system.predict(each.document)) + b"\n" for each in read_folder(folder).articles]
    write_atomically(output, b"".join(lines))


def _run_command(system: str, folder: Path, output: Path) -> None:
    """Run a command line of the user's.

    Raises:
        FaultsError: It fails, or writes no file.
    """
    from onrecord.dataset.reading.faults import Fault, FaultsError

    words = [word.replace("{gold}", str(folder)).replace("{output}", str(output)) for word in shlex.split(system)]
    output.unlink(missing_ok=True)
    try:
        code = subprocess.run(words, check=False).returncode
    except OSError as error:
        raise FaultsError([Fault("command", words[0], None, "", str(error.strerror), "a program")]) from None
    if code or not output.is_file():
        said = f"exit code {code}" if code else "no file"
        raise FaultsError([Fault("command", shlex.join(words), None, "", said, f"predictions in {output.name}")])


def _read_replies(replies: Path, folder: Path, output: Path) -> None:
    """The predictions of a model's replies, as ``onrecord prompt read`` makes them."""
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.prompting.known import read_known
    from onrecord.eval.prompting.names import Names
    from onrecord.eval.prompting.predictions import read_predictions
    from onrecord.eval.prompting.replies import read_replies
    from onrecord.eval.prompting.requests import jsonl
    from onrecord.eval.submission.limits import CORPUS
    from onrecord.eval.submission.unpacking import content

    known = read_known(folder)
    read = read_replies(replies, content(replies, CORPUS), known.articles)
    answered = {reply.id for reply in read}
    articles = {id: article for id, article in known.articles.items() if id in answered}
    write_atomically(output, jsonl(read_predictions(articles, read, Names(known.rows, {})).lines))
