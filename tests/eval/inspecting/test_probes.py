"""The task in Inspect on perturbed datasets: the rules replayed through it have the numbers of the scorer."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.builders import ABOUT
from tests.dataset.perturbing.cases import pages_in, perturb
from tests.eval.inspecting.environment import Inspecting, inspecting
from tests.eval.inspecting.test_inspect import found, numbers

from onrecord.dataset import Gold
from onrecord.dataset.perturbing.probes import PROBES
from onrecord.dataset.publishing.build import write
from onrecord.eval import score
from onrecord.eval.baselines.rules import Rules

pytestmark = pytest.mark.long

REPLAY = """
import json, sys
from inspect_ai import eval

told = {}
for name in sys.argv[1:]:
    made = {"gold": name, "split": "all"}
    from onrecord.eval.inspecting.registry import articles, replay
    [log] = eval(articles(**made), solver=replay(f"{name}.jsonl", **made), model=None, log_dir="logs", display="none")
    told[name] = {key: metric.value for key, metric in log.results.scores[0].metrics.items()}
print("FOUND " + json.dumps(told))
"""


@pytest.fixture(scope="module")
def shell(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Inspecting:
    folder = tmp_path_factory.mktemp("inspecting")
    (folder / "replay.py").write_text(REPLAY, encoding="utf-8")
    return inspecting(root, tmp_path_factory.mktemp("installed"), folder)


def test_every_probe_has_the_numbers_of_the_scorer(gold: Gold, root: Path, shell: Inspecting) -> None:
    rules, pages = Rules.learn(gold.articles[:2]), pages_in(root / "seeds")
    for name in PROBES:
        made = perturb(gold, name, about=ABOUT, pages=pages)
        write(made.build(), shell.folder / name)
        lines = [msgspec.json.encode(rules.predict(each.document)) + b"\n" for each in made.gold.articles]
        (shell.folder / f"{name}.jsonl").write_bytes(b"".join(lines))
    told = found(shell.run(f"python replay.py {' '.join(PROBES)}"))
    assert {*told} == {*PROBES}
    for name, metrics in told.items():
        wanted = numbers(score(shell.folder / f"{name}.jsonl", shell.folder / name, "all", how=None))
        assert {key: metrics[key] for key in wanted} == json.loads(json.dumps(wanted))
        assert metrics["complete"] == 1.0
