"""The ``onrecord`` command. Heavy libraries are imported by the commands that use them, never here.

| command | file |
|---|---|
| ``validate`` | ``validate`` |
| ``score`` | ``score`` |
| ``rescore`` | ``rescore`` |
| ``compare`` | ``compare`` |
| ``report`` | ``report`` |
| ``spans`` | ``spans``; with ``--compat`` ``compat`` |
| ``clusters`` | ``clusters``; with ``--compat`` ``compat`` |
| ``schema`` | ``schema`` |
| ``predict`` | ``predict`` |
| ``diff`` | ``diff`` |
| ``ingest`` | ``ingest`` |
| ``build`` | ``build`` |
| ``release`` | ``release`` |
| ``rehydrate`` | ``rehydrate`` |
| ``annotation ...`` | ``annotation`` |
| ``board ...`` | ``board`` |
| ``signature ...`` | ``signature`` |
| ``export ...`` | ``export`` |

What commands share: ``console`` writes to the terminal, ``options`` has the options of several, ``inputs`` finds what
they are given, ``corpora`` has what ``spans`` and ``clusters`` share.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, NoReturn

import typer

from onrecord.cli import (
    annotation,
    board,
    build,
    clusters,
    compare,
    diff,
    export,
    ingest,
    predict,
    rehydrate,
    release,
    report,
    rescore,
    schema,
    score,
    signature,
    spans,
    validate,
)
from onrecord.cli.console import complain

__all__ = ["app", "main"]

app = typer.Typer(
    name="onrecord",
    help="Who said what, about whom, on which event: a labelled news dataset and the scorer for it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("validate")(validate.validate)
app.command("score")(score.score)
app.command("rescore")(rescore.rescore)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("spans")(spans.spans)
app.command("clusters")(clusters.clusters)
app.command("schema")(schema.schema)
app.command("predict")(predict.predict)
app.command("diff")(diff.diff)
app.command("ingest")(ingest.ingest)
app.command("build")(build.build)
app.command("release")(release.release)
app.command("rehydrate")(rehydrate.rehydrate)
app.add_typer(annotation.app, name="annotation")
app.add_typer(board.app, name="board")
app.add_typer(signature.app, name="signature")
app.add_typer(export.app, name="export")


def _version(asked: bool) -> None:
    if asked:
        import importlib.metadata

        from onrecord.eval.rendering.signature import SCORER_VERSION

        typer.echo(f"onrecord {importlib.metadata.version('onrecord')}, scorer {SCORER_VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options before any command."""


def main() -> NoReturn:
    """Run the command: exit code 0 when all is well, 2 for input that cannot be used."""
    # products of matrices as narrow as those of the bootstrap gain nothing from more threads, which wait by spinning
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows few characters is no reason to stop
    try:
        code = app(standalone_mode=False)  # the code of a typer.Exit comes back as a value
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # what was read on was cut off, for instance by head
        sys.exit(0)
    except Exception as error:
        sys.exit(complain(error))
    sys.exit(code or 0)
