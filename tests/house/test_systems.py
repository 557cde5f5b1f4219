"""What only some systems have is asked for in one module; text has its encoding, and written paths their slashes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.imports import read_modules

PLATFORM = "onrecord.dataset.reading.platform"

MODULES = {
    "fcntl",
    "grp",
    "msvcrt",
    "posix",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
    "winreg",
}
"""Modules that not every system has."""

_OS = """
O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_PATH chown confstr fchmod fchown fork forkpty getegid geteuid getgid
getgroups getloadavg getpgid getpgrp getsid getuid initgroups killpg lchown link lockf mkfifo mknod nice openpty
posix_fadvise posix_fallocate posix_spawn pread preadv pwrite readlink sched_getaffinity sched_setaffinity sendfile
set_blocking setsid symlink sysconf uname umask wait
"""
_SIGNAL = "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 alarm pause setitimer"

NAMES = {"os": set(_OS.split()), "signal": set(_SIGNAL.split()), "ctypes": {"CDLL"}, "socket": {"AF_UNIX"}}
"""Names in modules that not every system has."""

TEXT = {"read_text": 0, "write_text": 1}
"""Methods that read or write text, and how many arguments come before the encoding."""


def faults_of(text: str) -> list[str]:
    """What a module asks for that not every system has, or does not do alike."""
    return sorted(fault for node in ast.walk(ast.parse(text)) for fault in _faults(node))


def _faults(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for each in names:
                if each.name in MODULES:
                    yield f"{node.lineno}: import {each.name}"
        case ast.ImportFrom(module=str(module), names=names):
            for each in names:
                if module in MODULES or each.name in NAMES.get(module, ()):
                    yield f"{node.lineno}: from {module} import {each.name}"
        case ast.Attribute(value=ast.Name(id=module), attr=name) if name in NAMES.get(module, ()):
            yield f"{node.lineno}: {module}.{name}"
        case ast.Constant(value=str(value)) if value.startswith("/dev/"):
            yield f"{node.lineno}: {value}"
        case ast.Call():
            yield from _call_faults(node)


def _call_faults(call: ast.Call) -> Iterator[str]:
    keywords = {each.arg for each in call.keywords}
    for name in keywords & {"preexec_fn", "pass_fds"}:
        yield f"{call.lineno}: {name}="
    match call.func:
        case ast.Attribute(attr="read_text" | "write_text" as name):
            if "encoding" not in keywords and len(call.args) <= TEXT[name]:
                yield f"{call.lineno}: {name} without an encoding"
        case ast.Attribute(attr="open") | ast.Name(id="open"):
            modes = [each.value for each in call.args if isinstance(each, ast.Constant)]
            binary = any(isinstance(mode, str) and "b" in mode for mode in modes)
            of_files = isinstance(call.func, ast.Name) or all(mode in ("r", "w", "a", "x", "r+") for mode in modes)
            member = bool(call.args) and not modes  # of an archive
            if of_files and not binary and not member and "encoding" not in keywords and _is_of_paths(call.func):
                yield f"{call.lineno}: open without an encoding"
        case ast.Name(id="str"):
            match call.args:
                case [ast.Call(func=ast.Attribute(attr="relative_to"))]:
                    yield f"{call.lineno}: str of a relative path: as_posix"


def _is_of_paths(function: ast.expr) -> bool:
    """Whether ``x.open`` may be a path's: an opener of addresses has the same name."""
    return not (isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("opener", "os", "webbrowser"))


def test_only_one_module_asks_for_what_only_some_systems_have(root: Path) -> None:
    modules = read_modules(root)
    assert PLATFORM in modules
    found = {name: faults_of(module.text) for name, module in modules.items() if name != PLATFORM}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import fcntl", ["1: import fcntl"]),
        ("def f():\n    import pwd, os", ["2: import pwd"]),
        ("from resource import getrusage", ["1: from resource import getrusage"]),
        ("from os import pread, sep", ["1: from os import pread"]),
        ("import os\nos.open(p, os.O_RDONLY | os.O_NONBLOCK)", ["2: os.O_NONBLOCK"]),
        ("import os\nos.killpg(1, signal.SIGKILL)", ["2: os.killpg", "2: signal.SIGKILL"]),
        ("Path('/dev/stdin')", ["1: /dev/stdin"]),
        ("path.read_text()", ["1: read_text without an encoding"]),
        ("path.write_text(x)", ["1: write_text without an encoding"]),
        ("path.open()", ["1: open without an encoding"]),
        ("open(path, 'w')", ["1: open without an encoding"]),
        ("str(path.relative_to(folder))", ["1: str of a relative path: as_posix"]),
        ("Popen(x, preexec_fn=f)", ["1: preexec_fn="]),
        ("path.open('rb')\npath.read_text('utf-8')\nopen(p, encoding='utf-8')\nopener.open(request)", []),
        ("import os\ngetattr(os, 'O_BINARY', 0)\nos.replace(a, b)\narchive.open(member)", []),
    ],
)
def test_what_is_looked_for_is_found(text: str, expected: list[str]) -> None:
    assert faults_of(text) == expected
