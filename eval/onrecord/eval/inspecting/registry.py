"""What Inspect finds by the entry point: ``onrecord/articles``, ``onrecord/topics`` and what they are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    ResponseSchema,
    get_model,
)
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

from onrecord.dataset.layers import using
from onrecord.dataset.publishing.folder import read_about
from onrecord.eval.inspecting.asking import articles_of, folder_of, inlined
from onrecord.eval.inspecting.asking import asked as requested
from onrecord.eval.inspecting.logs import ABOUT, SAID, said_of
from onrecord.eval.inspecting.said import About, Said, measured, replayed, together
from onrecord.eval.prompting.linking import link_requests
from onrecord.eval.prompting.replies import Reply

VERSION = 1
"""Of the tasks: raised where the same answers may give another number."""


@task
def articles(gold: str = "", split: str = "test", layers: str | list[str] = "", registry: bool = True) -> Task:
    """A sample for each article; names that the registries lack mean the same where they are the same.

    Args:
        gold: The dataset folder; ``dataset`` here if left out, or the published one.
        split: One of the dataset's, or ``all``.
        layers: The layers that are asked for, with commas between them; all if left out.
        registry: Whether names of the registries stand for their ids.
    """
    gold = str(folder_of(gold))
    rows = requested(Path(gold), split, _names(layers))
    about = {ABOUT: msgspec.to_builtins(About(gold, split, registry))}
    samples = [Sample(id=row["custom_id"], input=_messages(row), metadata=dict(about)) for row in rows]
    return _task(samples, f"onrecord-articles-{split}", [generate()], _config(rows[0]))


@task
def topics(gold: str = "", split: str = "test", layers: str | list[str] = "", registry: bool = True) -> Task:
    """A sample for each topic: a request an article, then one that asks which names in the replies mean the same.

    Args:
        gold: The dataset folder; ``dataset`` here if left out, or the published one.
        split: One of the dataset's, or ``all``.
        layers: The layers that are asked for, with commas between them; all if left out.
        registry: Whether names of the registries stand for their ids.
    """
    gold = str(folder_of(gold))
    rows = {row["custom_id"]: row for row in requested(Path(gold), split, _names(layers))}
    known = articles_of(Path(gold), split)
    about = {ABOUT: msgspec.to_builtins(About(gold, split, registry))}
    samples = [
        Sample(id=topic, input=", ".join(id for id in rows if known[id].topic == topic), metadata=dict(about))
        for topic in sorted({each.topic for each in known.values()})
    ]
    return _task(samples, f"onrecord-topics-{split}", [linked(gold, split, layers)], GenerateConfig(temperature=0.0))


def _task(samples: list[Sample], name: str, solvers: list[Solver], config: GenerateConfig) -> Task:
    return Task(
        dataset=MemoryDataset(samples, name=name), solver=solvers, scorer=labels(), config=config, version=VERSION
    )


@solver
def linked(gold: str = "", split: str = "test", layers: str | list[str] = "") -> Solver:
    """Ask about the articles of a topic one by one, then for the names in the replies that mean the same."""
    folder = folder_of(gold)
    rows = {row["custom_id"]: row for row in requested(folder, split, _names(layers))}
    known = articles_of(folder, split)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        here = {id: each for id, each in known.items() if each.topic == state.sample_id}
        replies = {}
        for id in here:
            state.output = await get_model().generate(_messages(rows[id]), config=_config(rows[id]))
            replies[id] = state.output.completion
        links = {}
        with using(read_about(folder).scheme):
            more = link_requests(here, [Reply(id, (each,)) for id, each in replies.items()], "")
        for row in more:
            state.output = await get_model().generate(_messages(row), config=_config(row))
            links[row["custom_id"]] = state.output.completion
        state.metadata[SAID] = msgspec.to_builtins(Said(replies, links))
        return state

    return solve


@solver
def replay(predictions: str, gold: str = "", split: str = "test", allow_missing: bool = False) -> Solver:
    """Answer with the lines of a prediction file, for ``onrecord/articles`` and ``--model none``.

    Args:
        predictions: The file; it is refused where ``onrecord score`` would refuse it.
        gold: The dataset folder, as the task has it.
        split: The split, as the task has it.
        allow_missing: Whether articles may be without a line; the result is partial then.
    """
    gold = str(folder_of(gold))
    lines = replayed(Path(predictions), About(gold, split), allow_missing)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        asked = msgspec.convert(state.metadata[ABOUT], About)
        if (asked.gold, asked.split) != (gold, split):
            raise ValueError(f"-S gold={asked.gold} -S split={asked.split}: the solver must have them as the task has")
        said = lines.get(str(state.sample_id), Said())
        state.metadata[SAID] = msgspec.to_builtins(said)
        state.output = ModelOutput.from_content("replay", said.lines[0] if said.lines else "")
        return state

    return solve


@metric
def measures() -> Metric:
    """The measures of ``onrecord score`` on all answers at once."""

    # Inspect gives whole sample scores to what is annotated so, and asks with none at all before the first
    def compute(scores: list[SampleScore]) -> dict[str, float]:
        kept = [each.score.metadata for each in scores if each.score.metadata]
        if not kept:
            return {}
        said = together(msgspec.convert(each[SAID], Said) for each in kept)
        return measured(said, msgspec.convert(kept[0][ABOUT], About))

    return compute


@scorer(metrics=[measures()])
def labels(gold: str | None = None) -> Scorer:
    """What a sample answers, kept for the metric; its value is whether there is an answer.

    Args:
        gold: Where the dataset folder is now; where it was when the task ran if left out.
    """

    async def score(state: TaskState, target: Target) -> Score:
        said = said_of(state.sample_id, state.metadata, state.output.completion)
        about = dict(state.metadata[ABOUT]) | ({} if gold is None else {"gold": gold})
        answers = [each for each in (*said.replies.values(), *said.lines) if each.strip()]
        return Score(
            value=float(bool(answers)),
            answer=state.output.completion,
            metadata={SAID: msgspec.to_builtins(said), ABOUT: about},
        )

    return score


def _names(layers: str | Sequence[str]) -> list[str]:
    several = layers.split(",") if isinstance(layers, str) else layers
    return [each.strip() for each in several if each.strip()]


def _messages(row: dict[str, Any]) -> list[ChatMessage]:
    told, question = (each["content"] for each in row["body"]["messages"])
    return [ChatMessageSystem(content=told), ChatMessageUser(content=question)]


def _config(row: dict[str, Any]) -> GenerateConfig:
    shape = row["body"]["response_format"]["json_schema"]
    schema = ResponseSchema(
        name=shape["name"], json_schema=json.loads(json.dumps(inlined(shape["schema"]))), strict=True
    )
    return GenerateConfig(temperature=0.0, response_schema=schema)
