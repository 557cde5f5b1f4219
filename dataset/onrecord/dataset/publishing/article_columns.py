"""Articles of a Parquet file as columns: what there is of documents and items without a record for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.gold import Article
from onrecord.dataset.layers import LAYERS, in_scheme
from onrecord.dataset.reading.arrow_columns import numbers_of, texts_as_column
from onrecord.dataset.reading.column_json import json_of
from onrecord.dataset.reading.typed_columns import TypedColumns
from onrecord.dataset.records import Split

_MOST = 2**27
"""Bytes of a block: its JSON, which takes several times as many, has places of 32 bits."""


@dataclasses.dataclass(frozen=True, eq=False)
class ArticleBlock:
    """n articles on end, each just what its type wants."""

    kind: type[Article]
    """The type of an article, as the scheme has it."""
    documents: pa.StructArray
    """A record for each, with the columns of :class:`~onrecord.dataset.seeds.documents.Document`."""
    layers: Mapping[str, pa.StructArray]
    """The items of each layer of the scheme, in the order of the articles."""
    bounds: Mapping[str, Any]
    """For each layer, shape (n + 1,): where the items of each article begin, and where the last end."""

    def words(self, field: str) -> list[str]:
        """A field of each document."""
        found: list[str] = self.documents.field(field).to_pylist()
        return found

    def json(self) -> Iterator[list[memoryview | bytes]]:
        """The JSON of each article, in pieces."""
        document, labels = (field.struct for field in walk.fields(self.kind))
        assert document is not None
        assert labels is not None
        parts, head = [_Slices(json_of(document, self.documents))], b'{"document":'
        between = [b',"labels":{']
        for place, field in enumerate(walk.fields(labels)):
            between[-1] += f'{"," if place else ""}"{field.name}":['.encode()
            if field.name in self.layers:  # else the scheme lacks it
                assert field.struct is not None
                items = json_of(field.struct, self.layers[field.name], ",")
                parts.append(_Slices(items, self.bounds[field.name]))
                between.append(b"")
            between[-1] += b"]"
        between[-1] += b"}}"
        for place in range(len(self.documents)):
            pieces: list[memoryview | bytes] = [head]
            for part, text in zip(parts, between, strict=True):
                pieces += [part.of(place), text]
            yield pieces


class _Slices:
    """The bytes of texts on end.

    Args:
        texts: The texts.
        bounds: Where the texts of each slice begin, which has no comma at its end; a slice a text without.
    """

    def __init__(self, texts: pa.StringArray, bounds: Any = None) -> None:
        _, offsets, values = texts.buffers()
        self._raw = memoryview(values if values is not None else b"")
        starts = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        at = starts if bounds is None else starts[bounds]
        self._starts = at[:-1].tolist()
        self._ends = (at[1:] if bounds is None else at[1:] - (at[1:] > at[:-1])).tolist()

    def of(self, place: int) -> memoryview:
        """One slice."""
        return self._raw[self._starts[place] : self._ends[place]]


class ArticleColumns:
    """Makes blocks of articles of the rows of a split, by the scheme in force.

    Args:
        split: The split.
        own: What the column with the id of the article is called in the file.
    """

    def __init__(self, split: Split, own: str) -> None:
        self._split, self._own, self._kind = split, own, in_scheme(Article)
        document, _ = (field.struct for field in walk.fields(self._kind))
        assert document is not None
        self._document = TypedColumns(document)
        self._layers = {layer: TypedColumns(kind) for layer, kind in LAYERS.items()}

    def block(self, rows: pa.RecordBatch) -> ArticleBlock | None:
        """Some rows as a block; None where they are to be made articles one by one."""
        if rows.nbytes > _MOST:
            return None
        names, own = rows.schema.names, self._own
        lists = {layer for layer in self._layers if layer in names}
        if len({*names}) < len(names) or len(lists) < len(self._layers):
            return None
        if own not in names or "split" in names or (own != "id" and "id" in names):
            return None
        columns = {name: rows.column(name) for name in names if name not in lists and name != "title"}
        columns["id"] = columns.pop(own)
        columns["split"] = texts_as_column([self._split] * len(rows))
        documents = self._document.of(pa.StructArray.from_arrays([*columns.values()], names=[*columns]))
        items = {layer: self._items(layer, rows.column(layer)) for layer in self._layers}
        layers = {layer: each for layer, each in items.items() if each is not None}
        if documents is None or len(layers) < len(items):
            return None
        bounds = {layer: _bounds(rows.column(layer)) for layer in layers}
        return ArticleBlock(self._kind, documents, layers, bounds)

    def _items(self, layer: str, column: pa.Array) -> pa.StructArray | None:
        if not pa.types.is_list(column.type) or not pa.types.is_struct(column.type.value_type) or column.null_count:
            return None
        return self._layers[layer].of(column.flatten())


def _bounds(column: pa.ListArray) -> Any:
    offsets = numbers_of(column.offsets)
    return offsets - offsets[0]
