"""Score one submission on Codabench: ``python3 scoring.py INPUT OUTPUT``.

``INPUT/ref`` has the reference, ``INPUT/res`` the submission; ``OUTPUT/scores.json`` is written. Exit code 2 for a
submission that cannot be used, 3 where the scorer does not work.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(given: str, output: str) -> int:
    """Find the libraries, then score."""
    libraries = runpy.run_path(str(HERE / "libraries.py"))
    try:
        libraries["provide"](HERE)
    except libraries["MissingError"] as error:
        print(error, file=sys.stderr)
        return 3
    from onrecord.eval.platforms.running import run_codabench

    return run_codabench(Path(given), Path(output))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
