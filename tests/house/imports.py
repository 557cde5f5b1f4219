"""The product's modules and what they import from each other, read without running them, and rules for both.

A module belongs to the *wing* that is the first part of its name below its package: ``onrecord.eval.spans.pairs`` to
``onrecord.eval.spans``, ``onrecord.eval.schemas`` to itself; a package's own ``__init__`` is a wing too. Every rule
gives its faults as text, each with file and line, and an empty list where there is none.
"""

from __future__ import annotations

import ast
import dataclasses
import graphlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

PORTIONS = ("dataset", "annotation", "eval")
"""Folders of the repository that hold a part of the namespace ``onrecord`` each."""


@dataclasses.dataclass(frozen=True)
class Module:
    """A module of the product."""

    name: str
    path: str
    """Relative to the root of the repository."""
    text: str
    body: ast.Module
    is_package: bool

    @property
    def wing(self) -> str:
        """The wing that it belongs to."""
        return wing_of(self.name)


@dataclasses.dataclass(frozen=True)
class Import:
    """One thing that a module takes from a module of the product."""

    by: Module
    line: int
    target: str
    """The module that it is taken from, or that is taken whole."""
    name: str
    """What is taken from it; empty where the module is taken whole."""
    at_load: bool
    """Whether it runs when the module is loaded: not inside a function, not for type checkers alone."""

    def fault(self, why: str) -> str:
        """As a line of text."""
        what = f"{self.target}.{self.name}" if self.name else self.target
        return f"{self.by.path}:{self.line}: {self.by.name} imports {what}: {why}"


Modules = Mapping[str, Module]
"""Modules by their names."""


def package_of(module: str) -> str:
    """The package, such as ``eval``."""
    return module.removeprefix("onrecord.").split(".")[0]


def wing_of(module: str) -> str:
    """The wing; see above."""
    return ".".join(module.split(".")[:3])


def read_modules(root: Path) -> dict[str, Module]:
    """Every module of the product under the root of the repository."""
    found = {}
    for portion in PORTIONS:
        for path in sorted((root / portion / "onrecord").rglob("*.py")):
            parts = path.relative_to(root / portion).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            text = path.read_text(encoding="utf-8")
            found[name] = Module(name, str(path.relative_to(root)), text, ast.parse(text), is_package)
    return found


def read_imports(modules: Modules) -> list[Import]:
    """Every import between modules, wherever it stands; of a module taken whole, also what is read off it."""
    return [each for module in modules.values() for each in _imports(module, modules)]


def _imports(module: Module, modules: Modules) -> Iterator[Import]:
    whole: dict[str, str] = {}
    for node, at_load in _statements(module.body, True):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "onrecord":
                    yield Import(module, node.lineno, alias.name, "", at_load)
                    whole[alias.asname or alias.name] = alias.name
            continue
        source = _source(module, node)
        if source.split(".")[0] != "onrecord":
            continue
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            if inner in modules:
                yield Import(module, node.lineno, inner, "", at_load)
                whole[alias.asname or alias.name] = inner
            else:
                yield Import(module, node.lineno, source, alias.name, at_load)
    for read in ast.walk(module.body):
        target = whole.get(ast.unparse(read.value)) if isinstance(read, ast.Attribute) else None
        if isinstance(read, ast.Attribute) and target and f"{target}.{read.attr}" not in modules:
            yield Import(module, read.lineno, target, read.attr, False)


def _statements(node: ast.AST, at_load: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The import statements below a node, and whether they run when the module is loaded."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node, at_load
    elif isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        for inner in node.body:
            yield from _statements(inner, False)
        for inner in node.orelse:
            yield from _statements(inner, at_load)
    else:
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from _statements(child, at_load and not later)


def _source(module: Module, node: ast.ImportFrom) -> str:
    """The full name of what ``from`` names, also where it is relative."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def package_faults(imports: Iterable[Import], allowed: Mapping[str, frozenset[str]]) -> list[str]:
    """Imports between packages that are not allowed.

    Args:
        imports: All imports.
        allowed: Which packages each may import, beside itself.
    """
    return [
        each.fault(f"{own} may import {', '.join(sorted(allowed.get(own, ()))) or 'no other package'}")
        for each in imports
        if (own := package_of(each.by.name)) != (other := package_of(each.target)) and other not in allowed.get(own, ())
    ]


def order_faults(modules: Modules, imports: Iterable[Import], orders: Mapping[str, Sequence[str]]) -> list[str]:
    """Imports from a wing that is not on the left of the one that imports, and wings that have no place.

    Args:
        modules: All modules.
        imports: All imports.
        orders: For some packages their wings from left to right; the package's ``__init__`` comes after them all.
    """
    places = {
        f"onrecord.{package}.{wing}": at for package, wings in orders.items() for at, wing in enumerate(wings)
    } | {f"onrecord.{package}": len(wings) for package, wings in orders.items()}
    faults = [
        f"{module.path}:1: {module.wing} has no place in the order of {package_of(module.name)}"
        for module in modules.values()
        if package_of(module.name) in orders and module.wing not in places
    ]
    for each in imports:
        own, other = each.by.wing, wing_of(each.target)
        if package_of(own) == package_of(other) and places.get(other, 0) > places.get(own, len(places)):
            faults.append(each.fault(f"{other} comes after {own}"))
    return faults


def circle_faults(imports: Iterable[Import]) -> list[str]:
    """The imports of one circle of modules that import each other when they are loaded, if there is any."""
    by_edge = {(each.by.name, each.target): each for each in imports if each.at_load and each.by.name != each.target}
    graph: dict[str, set[str]] = {}
    for by, target in by_edge:
        graph.setdefault(by, set()).add(target)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]  # each is imported by the next
        return [by_edge[by, target].fault("a circle") for target, by in itertools.pairwise(circle)]
    return []


def face_faults(modules: Modules, imports: Iterable[Import]) -> list[str]:
    """What a module takes from another wing although it is private there, or not there at all.

    Of a wing that is a folder only what its ``__all__`` names may be taken: names of its ``__init__``, and all public
    names of its modules. Of a wing that is a module, every public name.
    """
    faults = []
    for each in imports:
        wing = modules.get(wing_of(each.target))
        if each.target not in modules or wing is None:
            faults.append(each.fault("there is no such module"))
        elif each.by.wing == wing.name:
            continue
        elif each.name.startswith("_"):
            faults.append(each.fault("a private name"))
        elif wing.is_package:
            taken = each.name if each.target == wing.name else each.target.removeprefix(f"{wing.name}.").split(".")[0]
            if taken and taken not in (exported(wing) or ()):
                faults.append(each.fault(f"__all__ of {wing.name} does not name {taken}"))
    return faults


def exported(module: Module) -> list[str] | None:
    """What ``__all__`` of a module names; None where there is none, or it is no plain list."""
    for node in module.body.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            try:
                return [str(name) for name in ast.literal_eval(node.value)]
            except ValueError:
                return None
    return None


def contents_faults(modules: Modules) -> list[str]:
    """Packages whose ``__init__`` has no docstring or no ``__all__``, or one that names what is not there."""
    faults = []
    for module in modules.values():
        if not module.is_package:
            continue
        if not ast.get_docstring(module.body):
            faults.append(f"{module.path}:1: {module.name} has no docstring")
        names = exported(module)
        if names is None:
            faults.append(f"{module.path}:1: {module.name} has no __all__")
        for name in names or ():
            if name not in _bound(module) and f"{module.name}.{name}" not in modules:
                faults.append(f"{module.path}:1: __all__ of {module.name} names {name}, which is not there")
    return faults


def _bound(module: Module) -> set[str]:
    """The names that a module has when it was loaded, as far as they stand at its top."""
    found: set[str] = set()
    for node in module.body.body:
        match node:
            case ast.Import() | ast.ImportFrom():
                found |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.Assign():
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    if "__getattr__" in found:  # names that are looked up when they are asked for, by a table of where they are
        tables = [node.value for node in module.body.body if isinstance(node, ast.Assign)]
        keys = [key for table in tables if isinstance(table, ast.Dict) for key in table.keys]
        found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return found


def length_faults(modules: Modules, most: int, most_of_function: int) -> list[str]:
    """Modules of more than ``most`` lines, and functions of more than ``most_of_function``."""
    faults = [
        f"{module.path}:{most + 1}: {module.name} has {lines} lines, and {most} are the most"
        for module in modules.values()
        if (lines := len(module.text.splitlines())) > most
    ]
    for module in modules.values():
        for node in ast.walk(module.body):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > most_of_function:
                    told = f"{node.name} has {lines} lines, and {most_of_function} are the most"
                    faults.append(f"{module.path}:{node.lineno}: {told}")
    return faults
