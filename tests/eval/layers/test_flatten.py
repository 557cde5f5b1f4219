"""Columns of some documents are those of labels of these documents alone; columns in a file are those that went in."""

from __future__ import annotations

import dataclasses
import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import labels, texts

from onrecord.dataset.records import Labels
from onrecord.eval.layers.columns import Codes, SideColumns, Vocabularies, narrow
from onrecord.eval.layers.flatten import Flattener, of_documents
from onrecord.eval.layers.kept_columns import arrays_of, mapped_columns, write_columns

TEXT = st.shared(texts)
MANY = st.lists(TEXT.flatmap(labels), max_size=6)


def flattened(several: list[Labels], codes: Vocabularies, text: str) -> SideColumns:
    made = Flattener(codes)
    for number, each in enumerate(several):
        made.add(number, each, text)
    return made.columns()


def same(one: SideColumns, other: SideColumns) -> None:
    ours, theirs = arrays_of(one), arrays_of(other)
    assert {name: array.tolist() for name, array in ours.items()} == {n: array.tolist() for n, array in theirs.items()}
    assert {name: array.dtype for name, array in ours.items()} == {n: array.dtype for n, array in theirs.items()}


@given(TEXT, MANY, st.data())
def test_some_documents_are_as_if_there_were_no_others(text: str, several: list[Labels], data: st.DataObject) -> None:
    codes = Vocabularies(Codes(), Codes())
    whole = flattened(several, codes, text)
    kept = sorted(data.draw(st.sets(st.sampled_from(range(len(several))))) if several else [])
    same(of_documents(whole, kept), flattened([several[n] for n in kept], codes, text))
    first = data.draw(st.integers(0, len(several)))
    on_end = list(range(first, len(several)))
    same(of_documents(whole, on_end), flattened([several[n] for n in on_end], codes, text))


@pytest.mark.parametrize("step", [1, 64])
def test_columns_in_a_file_are_those_that_went_in(tmp_path: Path, step: int) -> None:
    text = "He said: no. She did not."
    line = Labels(mentions=(), quotes=(), stances=(), events=())
    made = flattened([line, line], Vocabularies(Codes(["PER"]), Codes(["name"])), text)
    mentions = dataclasses.replace(
        made.mentions,
        **{name: np.arange(3, dtype=np.int32) for name in ("document", "start", "end", "type", "kind", "id")},
        optional=np.array([True, False, True]),
    )
    made = dataclasses.replace(made, mentions=mentions)
    path = tmp_path / "columns"
    with path.open("wb") as file:
        file.write(b"before")
        write_columns(file, made, step)
    with path.open("rb") as file:
        file.seek(len(b"before"))
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        mapped = mapped_columns(file, memory, step)
        same(mapped, made)
        assert mapped.codes.type.words == ["PER"]
        file.seek(len(b"before"))
        same(mapped_columns(file, path.read_bytes(), step), made)
    path.write_bytes(path.read_bytes()[:-64])
    with path.open("rb") as file:
        file.seek(len(b"before"))
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with pytest.raises((ValueError, EOFError)):
            mapped_columns(file, memory, step)


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [([], "u1"), ([0, 255], "u1"), ([-1, 127], "i1"), ([-1, 128], "i2"), ([0, 2**16], "u4"), ([-1, 2**31], "i8")],
)
def test_numbers_are_narrowed_no_further_than_they_fit(numbers: list[int], dtype: str) -> None:
    found = narrow(np.array(numbers, np.int64))
    assert found.tolist() == numbers
    assert found.dtype == np.dtype(dtype)
