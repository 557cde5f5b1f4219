"""Run the notebooks of ``docs/notebooks`` and keep what they print: what is shown is what they give.

``make docs`` writes them; ``--check`` writes nothing and ends with 1 where one gives something else. Each runs in an
empty folder, with the Python that runs this.
"""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent / "notebooks"
QUIET = {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}


def run(path: Path, folder: Path) -> str:
    """The notebook as its file should be, after its cells ran in a folder.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    for number, cell in enumerate(each for each in book.cells if each.cell_type == "code"):
        cell.metadata = {}
        cell.execution_count = number + 1
        cell.outputs = [kept(output, number + 1) for output in cell.outputs]
    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return f"{nbformat.writes(book)}\n"


def kept(output: Mapping[str, Any], number: int) -> Any:
    """An output without what changes from run to run."""
    same = {key: value for key, value in output.items() if key != "execution_count"}
    if output["output_type"] == "execute_result":
        same["execution_count"] = number
    if "text" in same:
        same["text"] = same["text"].replace("\r\n", "\n")  # what a command prints comes through a terminal
    return nbformat.from_dict(same)


def main(check: bool) -> int:
    """Run all of them, and write or compare."""
    here = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    os.environ.update(QUIET, PATH=here)
    stale = 0
    for path in sorted(FOLDER.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            new = run(path, Path(folder))
        old = path.read_text(encoding="utf-8")
        if new == old:
            print(f"{path.name}: as it is shown")
            continue
        stale += 1
        if check:
            print(
                "\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), path.name, "as it runs", "", "", 1))
            )
        else:
            path.write_text(new, encoding="utf-8", newline="\n")
            print(f"written: docs/notebooks/{path.name}")
    return int(check and stale > 0)


if __name__ == "__main__":
    raise SystemExit(main("--check" in sys.argv[1:]))
