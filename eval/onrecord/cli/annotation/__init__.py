"""``onrecord annotation``: a real Label Studio server, documents in, annotations out.

One file a command: ``serve``, ``assist``, ``push``, ``submit``, ``pull``, ``register``, ``agreement``, ``adjudicate``,
``parallels``, ``page``.
``shared`` has the options of several, and how they speak with a server.
"""

from __future__ import annotations

import typer

from onrecord.cli.annotation.adjudicate import adjudicate
from onrecord.cli.annotation.agreement import agreement
from onrecord.cli.annotation.assist import assist
from onrecord.cli.annotation.page import page
from onrecord.cli.annotation.parallels import parallels
from onrecord.cli.annotation.pull import pull
from onrecord.cli.annotation.push import push
from onrecord.cli.annotation.register import register
from onrecord.cli.annotation.serve import serve
from onrecord.cli.annotation.submit import submit

__all__ = ["app", "shared"]

app = typer.Typer(help="Annotate with Label Studio.", no_args_is_help=True)
for command in (serve, assist, push, submit, pull, register, agreement, adjudicate, parallels, page):
    app.command()(command)
