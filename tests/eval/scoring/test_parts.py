"""Scoring in parts gives what scoring the whole gives, byte for byte: the whole is the slow definition."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from random import Random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eval.scoring.parts_cases import REGISTRIES, TARGETS, Case, LabelSource, cases, scored_against, sources_of

from onrecord.dataset import gold_hash
from onrecord.eval import Report, Sampling, record_bytes, record_of, score_submission
from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.columns import Codes
from onrecord.eval.layers.document_pairs import described
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring import blocks
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.blocks import Blocks
from onrecord.eval.scoring.engines.engine import Engine, InProcess
from onrecord.eval.scoring.engines.processes import Processes
from onrecord.eval.scoring.parts import Setting, Source
from onrecord.eval.scoring.rounds import Submitted, score_parts
from onrecord.eval.scoring.spool import Spool
from onrecord.eval.scoring.state_file import submitted_states, write_state
from onrecord.eval.scoring.target import result_against
from onrecord.eval.submission.reading import SubmissionHead

HOW = Sampling(draws=50)
ASKED = Asked("test", None, HOW, allow_missing=True)


def whole(case: Case) -> bytes:
    result = score_submission(case.articles, REGISTRIES, case.submission, "test")
    return record_bytes(record_of(Report.of(result, HOW)))


def in_parts(setting: Setting, sources: list[LabelSource] | tuple[Source, ...], engine: Engine) -> bytes:
    submitted = Submitted("p.jsonl", tuple(sources), "0" * 64)
    with engine:
        found = score_parts(submitted, setting, ASKED, engine, lambda _: None)
    assert found.report is not None
    return record_bytes(record_of(found.report))


@given(cases())
def test_any_cut_in_any_order_gives_the_same_bytes(case: Case) -> None:
    if not case.submission.documents:
        return
    with scored_against(case.articles, gold_hash(case.articles)) as setting:
        assert in_parts(setting, sources_of(case), InProcess()) == whole(case)


@given(cases(), st.integers(0, 6), st.randoms())
def test_blocks_of_any_size_in_any_order_give_the_same_bytes(case: Case, items: int, random: Random) -> None:
    submission = case.submission
    with scored_against(case.articles, gold_hash(case.articles)) as setting, mock.patch.object(blocks, "ITEMS", items):
        target = TARGETS[setting]
        taken, order = Blocks(target), sorted(submission.documents)
        random.shuffle(order)
        for id in order:
            text, unplaced = target.gold.documents[id].text, submission.unplaced[id]
            taken.add(target.places[id], submission.documents[id], text, unplaced)
        missing = tuple(id for id in target.ids if id not in submission.documents)
        evidence = taken.finish([target.places[id] for id in missing], described(submission, REGISTRIES))
        ids = evidence.id_map(REGISTRIES)
        layers = [layer for layer in scored_layers() if layer.item in submission.layers]
        head = SubmissionHead("p.jsonl", "0" * 64, submission.layers, {}, {}, {}, {})
        result = result_against(target, taken.count(ids, layers).finished(ids), head, None, missing, ids)
        assert record_bytes(record_of(Report.of(result, HOW))) == whole(case)


def test_a_spool_gives_back_what_it_took_and_shares_what_is_shared() -> None:
    shared = Codes(["a"])
    waiting: Spool[tuple[Codes, int]] = Spool(shared)
    for number in range(3):
        waiting.add((shared, number))
    for _ in range(2):
        found = list(waiting.read())
        assert [number for _, number in found] == [0, 1, 2]
        assert all(each is shared for each, _ in found)


@pytest.mark.long
@given(cases())
@settings(max_examples=10)
def test_processes_give_the_same_bytes(case: Case) -> None:
    if not case.submission.documents:
        return
    expected = whole(case)
    with scored_against(case.articles, gold_hash(case.articles)) as setting:
        for jobs in (2, 3):
            assert in_parts(setting, sources_of(case), Processes(jobs)) == expected


@given(cases())
@settings(max_examples=20)
def test_states_of_parts_are_finished_to_the_same_bytes(case: Case) -> None:
    if not case.submission.documents:
        return
    sources = sources_of(case)
    with tempfile.TemporaryDirectory() as name, scored_against(case.articles, gold_hash(case.articles)) as setting:
        for number, source in enumerate(sources):
            submitted = Submitted("p.jsonl", (source,), f"{number:064}")
            with InProcess() as engine:
                open_asked = dataclasses.replace(ASKED, allow_missing=bool(source.documents))
                if not source.documents:
                    continue
                found = score_parts(submitted, setting, open_asked, engine, lambda _: None)
                write_state(Path(name) / f"{number}.parquet", found, "p.jsonl", setting, engine.parts())
        if sources[0].documents:  # it is the one that describes ids
            states = submitted_states(list(Path(name).iterdir()), setting)
            assert in_parts(setting, states.sources, InProcess()) == whole(case)


@given(cases())
@settings(max_examples=20)
def test_states_are_added_by_any_steps(case: Case) -> None:
    if len(case.parts) < 3 or not case.submission.documents:
        return
    with scored_against(case.articles, gold_hash(case.articles)) as setting, InProcess() as engine:
        firsts = engine.first(sources_of(case), setting, lambda _: None)
        ids = type(firsts[0][1]).total(each for _, each in firsts).id_map(REGISTRIES)
        one, two, *rest = [each.count(ids, case.submission.layers) for each in engine._brought.read()]
        stepwise = PartState.total([PartState.total([*rest, two]), one])
        at_once = PartState.total([one, two, *rest])
    assert stepwise.documents == at_once.documents
    for name, columns in at_once.finished(ids).items():
        other = stepwise.finished(ids)[name]
        assert columns.total() == other.total()
        for each, same in zip(columns.wholes, other.wholes, strict=True):
            assert each.scores() == same.scores()
            for n in range(len(at_once.documents)):
                assert repr(each.parts(n)[0]) == repr(same.parts(n)[0])
