"""The ``onrecord`` command. Heavy libraries are imported by the commands that use them, never here.

| command | file |
|---|---|
| ``init`` | ``init`` |
| ``validate`` | ``validate`` |
| ``show`` | ``show`` |
| ``score`` | ``score`` |
| ``rescore`` | ``rescore`` |
| ``compare`` | ``compare`` |
| ``report`` | ``report`` |
| ``spans`` | ``spans``; with ``--compat`` ``compat`` |
| ``clusters`` | ``clusters``; with ``--compat`` ``compat`` |
| ``schema`` | ``schema`` |
| ``predict`` | ``predict`` |
| ``convert`` | ``convert`` |
| ``ground`` | ``ground`` |
| ``diff`` | ``diff`` |
| ``ingest`` | ``ingest`` |
| ``zones`` | ``zones`` |
| ``build`` | ``build`` |
| ``perturb`` | ``perturb`` |
| ``gap`` | ``gap`` |
| ``probe`` | ``probe`` |
| ``release`` | ``release`` |
| ``rehydrate`` | ``rehydrate`` |
| ``annotation ...`` | ``annotation``, one file a command |
| ``errata ...`` | ``errata`` |
| ``board ...`` | ``board`` |
| ``signature ...`` | ``signature`` |
| ``export ...`` | ``export`` |
| ``prompt ...`` | ``prompt`` |

``scoring`` is what ``score`` does, without its options; ``completion`` looks after those that a shell is completed by.
What commands share: ``console`` writes to the terminal, ``fault_lists`` puts faults that are alike together,
``label_options`` says which file is in which scheme, ``places`` finds the corpus and the dataset folder, ``articles``
the articles of a dataset or of seeds, ``options`` has the options of several, ``inputs`` finds what they are given,
``outputs`` writes what they make, ``corpora`` has what ``spans`` and ``clusters`` share, ``formats`` how files of
others are to be read.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from onrecord.cli.completion import take_name
from onrecord.cli.console import complain
from onrecord.cli.fault_lists import OPTION as ALL
from onrecord.cli.fault_lists import without_all
from onrecord.cli.places import OPTION, without_corpus
from onrecord.dataset.reading.platform import plain_text, standing_streams, unread

if TYPE_CHECKING:
    import typer

__all__ = ["app", "main"]

COMMANDS = (
    "init",
    "validate",
    "show",
    "score",
    "rescore",
    "compare",
    "report",
    "spans",
    "clusters",
    "schema",
    "predict",
    "convert",
    "ground",
    "diff",
    "ingest",
    "zones",
    "build",
    "perturb",
    "gap",
    "probe",
    "release",
    "rehydrate",
)
"""Commands in the order of the help; each is the function of that name in the module of that name."""

GROUPS = ("annotation", "errata", "board", "signature", "export", "prompt")
"""Groups of commands; each is the ``app`` of the module of that name."""


def app(only: str | None = None) -> typer.Typer:
    """The command with all its commands, or with a single one, which costs a tenth."""
    import typer

    made = typer.Typer(
        name="onrecord",
        help="Who said what, about whom, on which event: a labelled news dataset and the scorer for it.",
        no_args_is_help=True,
        add_completion=only is None,  # its options stand before any command
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in COMMANDS:
        if only in (None, name):
            made.command(name)(getattr(importlib.import_module(f"onrecord.cli.{name}"), name))
    for name in GROUPS:
        if only in (None, name):
            made.add_typer(importlib.import_module(f"onrecord.cli.{name}").app, name=name)

    def options(
        version: bool = typer.Option(
            False, "--version", "-V", help="Print the version.", callback=_version, is_eager=True
        ),
        corpus: str = typer.Option("", OPTION, help="The corpus to work in, before or after the command."),
        every: bool = typer.Option(False, ALL, help="Show every fault and not only the first of a kind; anywhere."),
    ) -> None:
        """Options before any command."""

    made.callback()(options)
    return made


def _version(asked: bool) -> None:
    if asked:
        import importlib.metadata

        import typer

        from onrecord.eval.rendering.signature import SCORER_VERSION

        typer.echo(f"onrecord {importlib.metadata.version('onrecord')}, scorer {SCORER_VERSION}")
        raise typer.Exit


def _run(words: Sequence[str]) -> Any:
    """Run a command; the code of a ``typer.Exit`` comes back as a value.

    ``onrecord score FILE``, with or without ``--gold FOLDER``, has no options that would need a parser: it does not
    wait for one to be imported.
    """
    match words:
        case ["score", file, *rest] if _is_plain(file, rest):
            from onrecord.cli.scoring import ScoreOptions, run

            return run([Path(file)], ScoreOptions(gold=Path(rest[1])) if rest else ScoreOptions())
        case [name, *_] if name in (*COMMANDS, *GROUPS):
            return _parsed(name)
        case _:
            take_name(words)
            return _parsed()


def _is_plain(file: str, rest: Sequence[str]) -> bool:
    """Whether a file to score, and what comes after it, can be understood without a parser."""
    if os.name == "nt":  # there, typer expands patterns
        return False
    match rest:
        case [] | ["--gold", _]:
            return all(each and not each.startswith("-") for each in (file, *rest[1:]))
        case _:
            return False


def _parsed(only: str | None = None) -> Any:
    import typer

    try:
        return app(only)(standalone_mode=False)
    except typer.Abort:
        return 130


def main() -> NoReturn:
    """Run the command: exit code 0 when all is well, 2 for input that cannot be used."""
    # products of matrices as narrow as those of the bootstrap gain nothing from more threads, which wait by spinning
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # what Arrow gives back is given to the system, and not kept for what may be read next
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # items are made in great numbers and hold no circles: looking for those often is up to a third of the time
    gc.set_threshold(100_000, 20, 100)
    atexit.register(gc.freeze)  # nor are they looked for in all that is left at the end, which goes with the process
    standing_streams()
    for stream in (sys.stdout, sys.stderr):
        plain_text(stream)
    try:
        sys.argv[1:] = without_all(without_corpus(sys.argv[1:]))
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        unread(sys.stdout)
        sys.exit(0)
    except SystemExit as ended:
        # so typer and rich end where nobody reads on; no command does
        sys.exit(0 if ended.code == 1 else ended.code)
    except Exception as error:
        sys.exit(complain(error))
    sys.exit(code or 0)
