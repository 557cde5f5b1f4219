"""Which layers there are and which words their items may have: what the scheme in force says.

One scheme is in force at a time: the published one, unless a command has found another in the corpus or the dataset
folder that it works on (:func:`use`, :func:`using`). The types of records are declared for the published scheme;
:func:`in_scheme` gives them as the scheme in force has them. Nothing else knows how many layers there are.
"""

from __future__ import annotations

import contextlib
import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec

from onrecord.dataset.records import ITEM_TYPES, Item, Labels
from onrecord.dataset.scheme import DEFAULT, VOCABULARIES, Scheme

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, eq=False)
class _InForce:
    """A scheme with the layers that are added to it, and the types made for it so far."""

    scheme: Scheme
    more: Mapping[str, type[Item]]
    types: dict[Any, Any] = dataclasses.field(default_factory=dict)
    items: dict[str, type[Item]] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        plain = {name: kind for name, kind in ITEM_TYPES.items() if name in self.scheme.layers}
        self.items.update({name: self.of(kind) for name, kind in {**plain, **self.more}.items()})

    @property
    def published(self) -> bool:
        """Whether every type is as it is declared."""
        return self.scheme == DEFAULT and not self.more

    def of(self, kind: Any) -> Any:
        made = self.types.get(kind)
        if made is None:
            made = self.types[kind] = kind if self.published else self._made(kind)
        return made

    def _made(self, kind: Any) -> Any:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Literal:
            name = VOCABULARIES.get(kind)
            return kind if name is None else Literal[getattr(self.scheme, name)]
        if origin is Annotated:
            inner = self.of(arguments[0])
            return kind if inner == arguments[0] else Annotated[(inner, *arguments[1:])]
        if origin in (typing.Union, types.UnionType):
            others = [self.of(each) for each in arguments]
            return kind if others == list(arguments) else typing.Union[tuple(others)]  # noqa: UP007
        if origin is tuple:
            inner, *rest = arguments
            other = self.of(inner)
            return kind if other == inner else types.GenericAlias(tuple, (other, *rest))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind)
        return kind

    def _struct(self, kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
        known = {field.name: field for field in msgspec.structs.fields(kind)}
        changed: list[tuple[str, Any, Any]] = []
        if all(name in known for name in Labels.__struct_fields__):
            default = known[Labels.__struct_fields__[0]].default
            for name, item in self.more.items():
                if name not in known:
                    several: Any = tuple[item, ...]  # type: ignore[valid-type]
                    changed.append((name, several if default == () else several | None, default))
            if default is None:  # a line that people write: what the scheme lacks is refused in its own words
                said = f"nothing: the layers of this corpus are {', '.join(self.items)}"
                for name in Labels.__struct_fields__:
                    if name not in self.items:
                        changed.append((name, Annotated[None, msgspec.Meta(description=said)], None))
        for field in known.values():
            if any(field.name == name for name, *_ in changed):
                continue
            other = self.of(field.type)
            if other != field.type:
                words = get_args(other) if get_origin(other) is Literal else ()
                default = words[0] if words and field.default not in (*words, msgspec.NODEFAULT) else field.default
                changed.append((field.name, other, default))
        if not changed:
            return kind
        made: type[msgspec.Struct] = msgspec.defstruct(
            kind.__name__,
            [each[:2] if each[2] is msgspec.NODEFAULT else each for each in changed],
            bases=(kind,),
            namespace={"__doc__": kind.__doc__},
            module=kind.__module__,
            frozen=True,
            kw_only=True,
            forbid_unknown_fields=True,
        )
        return made


_PUBLISHED = _InForce(DEFAULT, {})
_process = _PUBLISHED
_here: ContextVar[_InForce | None] = ContextVar("onrecord_scheme", default=None)


def _in_force() -> _InForce:
    return _here.get() or _process


class _Layers(Mapping[str, type[Item]]):
    """The layers of the scheme in force."""

    def __getitem__(self, name: str) -> type[Item]:
        return _in_force().items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_in_force().items)

    def __len__(self) -> int:
        return len(_in_force().items)

    def items(self) -> Any:
        return _in_force().items.items()


LAYERS: Mapping[str, type[Item]] = _Layers()
"""The layers in force by the name of their field in every record and prediction line, with the type of their items;
whoever has to do with every layer goes through this."""


class Words(Sequence[str]):
    """The words of a vocabulary in the scheme in force, in their order; an index is a word's code.

    Args:
        name: The field of the scheme.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def _words(self) -> tuple[str, ...]:
        words: tuple[str, ...] = getattr(_in_force().scheme, self._name)
        return words

    def __getitem__(self, place: Any) -> Any:
        return self._words()[place]

    def __len__(self) -> int:
        return len(self._words())

    def __iter__(self) -> Iterator[str]:
        return iter(self._words())

    def __contains__(self, word: object) -> bool:
        return word in self._words()


def scheme() -> Scheme:
    """The scheme in force."""
    return _in_force().scheme


def use(scheme: Scheme) -> None:
    """Put a scheme in force for the whole process, threads that are started later included: for commands."""
    global _process
    _process = _PUBLISHED if scheme == DEFAULT else _InForce(scheme, {})


@contextlib.contextmanager
def using(scheme: Scheme) -> Iterator[None]:
    """Have a scheme in force for a while, in this thread alone; layers that are added stay."""
    before = _in_force()
    token = _here.set(before if scheme == before.scheme else _InForce(scheme, before.more))
    try:
        yield
    finally:
        _here.reset(token)


@contextlib.contextmanager
def added(name: str, item: type[Item]) -> Iterator[None]:
    """Have one more layer for a while.

    Args:
        name: Of its field in every record and prediction line.
        item: The type of its items; what its fields are spans of and refer to is in their types.

    Raises:
        ValueError: There is one of that name already, or a field of a prediction line is called so.
    """
    before = _in_force()
    if name in before.items or name in Labels.__struct_fields__ or not name.isidentifier():
        raise ValueError(f"a layer cannot be called {name!r}")
    token = _here.set(_InForce(before.scheme, {**before.more, name: item}))
    try:
        yield
    finally:
        _here.reset(token)


def in_scheme(kind: type[T]) -> type[T]:
    """A type as the scheme in force has it: its vocabularies are the scheme's, in it and in every type within it, and
    where it has fields for the layers it has one for each that was added.

    It is the type itself under the published scheme, and a subtype of the same name otherwise.
    """
    made: type[T] = _in_force().of(kind)
    return made


def labels(**items: Iterable[Item]) -> Labels:
    """Labels with the items of any layers; the others are empty.

    Raises:
        TypeError: There is no such layer.
    """
    return in_scheme(Labels)(**{name: tuple(each) for name, each in items.items()})  # type: ignore[arg-type]
