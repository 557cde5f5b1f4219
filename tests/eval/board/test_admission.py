"""A contribution is data: nothing of it runs, and it can add entries of its own and do nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
import yaml
from tests.eval.conftest import Lines, as_bytes, lines_of

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import Sampling, record_bytes
from onrecord.eval.board.admission import Admitted, admit, comment, refusal
from onrecord.eval.board.assessing import Bench
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.contribution import Contribution, changed_files
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.stored_gold import gold_in_memory

RESULTS = PurePosixPath("eval/results")
ASKED = Asked("all", None, Sampling(), False)
MARK = "ran"
"""Name of the file that is there if anything of a contribution ran."""


class Repository:
    """A real repository with a base, and branches that contribute."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.write("code.py", "print('ours')\n")
        self.write("eval/results/old/system/about.json", "{}")
        self.base = self.commit()

    def git(self, *words: str) -> str:
        identity = {f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        command = ["git", "-C", str(self.folder), *words]
        done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, **identity})
        return done.stdout.decode().strip()

    def write(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self) -> str:
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def contribute(self, change: Callable[[Repository], object]) -> str:
        """The commit of a branch that makes a change; what is checked out is the base again."""
        self.git("checkout", "-q", "-b", "contribution", self.base)
        change(self)
        head = self.commit()
        self.git("checkout", "-q", "--force", "main")
        return head


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "repository").mkdir()
    return Repository(tmp_path / "repository")


def admitted(
    repository: Repository, gold: Gold, folder: Path, head: str, base: str = "", submitter: str | None = None
) -> list[Admitted]:
    made = Contribution(repository.folder, base or repository.base, head, RESULTS, submitter)
    return admit(made, Bench(gold_in_memory(gold), None, ASKED), folder)


def entry(lines: Lines, team: str = "new", **about: str) -> Callable[[Repository], None]:
    def run(repository: Repository) -> None:
        folder = f"{RESULTS}/{team}/system"
        repository.write(f"{folder}/about.json", json.dumps({"team": team, "system": "system", "name": "N", **about}))
        repository.write(f"{folder}/predictions.jsonl", as_bytes(lines))

    return run


def both(*done: Callable[[Repository], object]) -> Callable[[Repository], None]:
    def run(repository: Repository) -> None:
        for each in done:
            each(repository)

    return run


def test_an_entry_is_scored_and_told_of(gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path) -> None:
    name = "@everyone <img src=x> | [a](javascript:alert(1)) `rm`"
    head = repository.contribute(entry(perfect, name=name))
    folder = tmp_path / "data"
    (found,) = admitted(repository, gold, folder, head)
    assert found.record.layers["entities"].measures["strict"].value == 1
    text = comment([found])
    assert "| `entities:strict` | 100.0 |" in text
    assert r"**`` @everyone <img src=x> \x7c [a](javascript:alert(1)) `rm` ``**" in text
    assert not (repository.folder / RESULTS / "new").exists()


def test_a_record_that_is_right_may_come_along(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    head = repository.contribute(entry(perfect))
    (found,) = admitted(repository, gold, tmp_path / "one", head)
    repository.git("branch", "-D", "contribution")
    stored = f"{RESULTS}/new/system/{found.record.id}.json"
    right = repository.contribute(both(entry(perfect), lambda it: it.write(stored, record_bytes(found.record))))
    assert admitted(repository, gold, tmp_path / "two", right)
    repository.git("branch", "-D", "contribution")
    for line in perfect:
        line["quotes"], line["stances"] = [], []
    wrong = repository.contribute(both(entry(perfect), lambda it: it.write(stored, record_bytes(found.record))))
    with pytest.raises(FaultsError, match="another record"):
        admitted(repository, gold, tmp_path / "three", wrong)


def link(repository: Repository) -> None:
    path = repository.folder / RESULTS / "new" / "system" / "predictions.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/etc/passwd")


def program(repository: Repository) -> None:
    path = repository.folder / RESULTS / "new" / "system" / "predictions.jsonl"
    path.chmod(0o755)


SPOILT: dict[str, Callable[[Repository], object]] = {
    "code": lambda it: it.write("code.py", f"open('{MARK}', 'w')"),
    "a file added elsewhere": lambda it: it.write("conftest.py", f"open('{MARK}', 'w')"),
    "a file removed": lambda it: (it.folder / "code.py").unlink(),
    "an attribute": lambda it: it.write(".gitattributes", "* diff=evil filter=evil"),
    "a workflow": lambda it: it.write(".github/workflows/x.yml", "on: push"),
    "a module": lambda it: it.write(".gitmodules", '[submodule "x"]\npath = x\nurl = x'),
    "another's entry": lambda it: it.write(f"{RESULTS}/old/system/about.json", '{"name": "x"}'),
    "more of another's entry": lambda it: it.write(f"{RESULTS}/old/system/predictions.jsonl", "x"),
    "a script": lambda it: it.write(f"{RESULTS}/new/system/setup.py", f"open('{MARK}', 'w')"),
    "a page": lambda it: it.write(f"{RESULTS}/new/system/index.html", "<script>"),
    "a deeper folder": lambda it: it.write(f"{RESULTS}/new/system/deep/about.json", "{}"),
    "a hidden folder": lambda it: it.write(f"{RESULTS}/.new/system/about.json", "{}"),
    "a name with control characters": lambda it: it.write(f"{RESULTS}/new/sys\x1b[2Jtem/about.json", "{}"),
    "a link": link,
    "a program": program,
    "a long about": lambda it: it.write(f"{RESULTS}/new/system/about.json", " " * 20_000),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_more_than_an_entry_is_not_taken(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, name: str
) -> None:
    head = repository.contribute(both(entry(perfect), SPOILT[name]))
    with pytest.raises(FaultsError) as error:
        admitted(repository, gold, tmp_path / "data", head)
    assert {fault.code for fault in error.value.faults} == {"admission"}
    text = refusal(error.value)
    assert "Not taken" in text
    assert "\x1b" not in text
    assert not (repository.folder / MARK).exists()
    assert not Path(MARK).exists()
    assert not (tmp_path / "data").exists(), "nothing is laid down of what is refused"


def test_faults_of_predictions_have_their_lines(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    perfect[1]["mentions"][0]["type"] = "<b>"
    head = repository.contribute(entry(perfect))
    with pytest.raises(FaultsError) as error:
        admitted(repository, gold, tmp_path / "data", head)
    (fault,) = error.value.faults
    assert (fault.file, fault.line) == ("new/system/predictions.jsonl", 2)
    assert "| new/system/predictions.jsonl:2 /mentions/0/type | label | &#60;b&#62; |" in refusal(error.value)


@pytest.mark.parametrize("about", [{"kind": "baseline"}, {"team": "other"}, {"url": "javascript:alert(1)"}])
def test_an_entry_cannot_pass_for_something_else(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, about: dict[str, str]
) -> None:
    said = {"team": "new", "system": "system", "name": "N", **about}
    head = repository.contribute(
        both(entry(perfect), lambda it: it.write(f"{RESULTS}/new/system/about.json", json.dumps(said)))
    )
    with pytest.raises(FaultsError):
        admitted(repository, gold, tmp_path / "data", head)


def test_a_base_that_has_gone_on_makes_no_difference(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    head = repository.contribute(entry(perfect))
    repository.write("code.py", "print('newer')\n")
    base = repository.commit()
    assert admitted(repository, gold, tmp_path / "data", head, base)


@pytest.mark.parametrize("commit", ["main", "--output=/tmp/x", "HEAD", "", "a" * 39])
def test_a_commit_is_a_full_hash(repository: Repository, commit: str) -> None:
    with pytest.raises(ValueError, match="full hash"):
        changed_files(Contribution(repository.folder, repository.base, commit, RESULTS))


WORKFLOW = Path(__file__).parents[3] / ".github/workflows/submission.yml"


def test_the_workflow_runs_the_base_alone() -> None:
    """``pull_request_target`` has rights: what it checks out and runs must be ours."""
    workflow = yaml.safe_load(WORKFLOW.read_text())
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {}
    assert jobs["score"]["permissions"] == {"contents": "read"}
    checkouts = [step for job in jobs.values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert [step["with"]["ref"] for step in checkouts] == ["${{ github.event.pull_request.base.sha }}"]
    assert not checkouts[0]["with"]["persist-credentials"]
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert all("${{" not in script for script in scripts), "expressions in a script are an injection; use env"
    assert not any("git checkout" in script or "git merge" in script or "git switch" in script for script in scripts)
    writing = [name for name, job in jobs.items() if "write" in job["permissions"].values()]
    assert writing == ["comment"]
    assert not any("checkout" in step.get("uses", "") for step in jobs["comment"]["steps"])


def test_the_workflow_s_own_command_works(gold: Gold, repository: Repository, root: Path, tmp_path: Path) -> None:
    lines = lines_of(gold.articles, gold.registries)
    head = repository.contribute(entry(lines, submitter="ann"))
    script = next(
        step["run"]
        for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["score"]["steps"]
        if "board admit" in step.get("run", "")
    )
    words = f"{script} --repository {repository.folder} --gold {root / 'dataset'}"
    folder = Path(sys.executable).parent
    env = {
        **os.environ,
        "BASE": repository.base,
        "HEAD": head,
        "SUBMITTER": "ann",
        "PATH": f"{folder}:{os.environ['PATH']}",
    }
    done = subprocess.run(["bash", "-ec", words], cwd=tmp_path, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "### Scored" in (tmp_path / "comment.md").read_text()


def present(repository: Repository, lines: Lines, team: str, **about: str) -> None:
    """An entry that is on the main branch already."""
    entry(lines, team, **about)(repository)
    repository.base = repository.commit()


def without_stances(lines: Lines) -> Lines:
    return [{**line, "stances": []} for line in lines]


def faults(repository: Repository, gold: Gold, folder: Path, head: str, submitter: str | None = None) -> list[str]:
    with pytest.raises(FaultsError) as error:
        admitted(repository, gold, folder, head, submitter=submitter)
    return [fault.found for fault in error.value.faults]


def system(lines: Lines, team: str, name: str, **about: str) -> Callable[[Repository], None]:
    def run(repository: Repository) -> None:
        said = {"team": team, "system": name, "name": "N", **about}
        repository.write(f"{RESULTS}/{team}/{name}/about.json", json.dumps(said))
        repository.write(f"{RESULTS}/{team}/{name}/predictions.jsonl", as_bytes(lines))

    return run


@pytest.mark.parametrize(("submitter", "taken"), [("Ann", True), ("mallory", False), (None, False)])
def test_only_who_is_named_in_a_team_s_entries_adds_to_its_folder(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, submitter: str | None, taken: bool
) -> None:
    present(repository, perfect, "famous-lab", submitter="ann")
    change = system(without_stances(perfect), "famous-lab", "terrible", submitter=submitter or "mallory")
    head = repository.contribute(change)
    if taken:
        (found,) = admitted(repository, gold, tmp_path / "data", head, submitter=submitter)
        assert found.about.system == "terrible"
    else:
        (said,) = faults(repository, gold, tmp_path / "data", head, submitter)
        assert said.startswith("an entry of famous-lab, by ")


def test_a_team_without_a_submitter_is_closed(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    present(repository, perfect, "famous-lab")
    head = repository.contribute(system(without_stances(perfect), "famous-lab", "more", submitter="ann"))
    assert faults(repository, gold, tmp_path / "data", head, "ann") == ["an entry of famous-lab, by ann"]


def test_an_entry_says_who_submits_it(gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path) -> None:
    head = repository.contribute(system(perfect, "new", "s", submitter="somebody-else"))
    assert faults(repository, gold, tmp_path / "data", head, "ann") == ["somebody-else"]


UNPORTABLE = ["con/aux", "nul.v2/s", "x/LPT1", "a:b/c", "t/x.", "t/y..", "COM5.txt/s", "t/" + "n" * 65]


@pytest.mark.parametrize("place", UNPORTABLE)
def test_a_folder_that_some_system_cannot_check_out_is_refused(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, place: str
) -> None:
    head = repository.contribute(system(perfect, *place.split("/")))
    assert set(faults(repository, gold, tmp_path / "data", head)) == {"a folder whose name not every system takes"}


@pytest.mark.parametrize(
    ("team", "name", "said"),
    [("Famous-Lab", "good", "Famous-Lab beside famous-lab"), ("famous-lab", "SYSTEM", "SYSTEM beside system")],
)
def test_names_that_are_one_on_some_systems_are_refused(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, team: str, name: str, said: str
) -> None:
    present(repository, perfect, "famous-lab", submitter="ann")
    head = repository.contribute(system(without_stances(perfect), team, name, submitter="ann"))
    assert faults(repository, gold, tmp_path / "data", head, "ann") == [said]


@pytest.mark.parametrize("team", ["onrecord", "OnRecord"])
def test_no_team_is_called_like_that_of_the_baselines(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, team: str
) -> None:
    head = repository.contribute(system(perfect, team, "rules"))
    said = f"a team called {team}, as that of the baselines"
    assert set(faults(repository, gold, tmp_path / "data", head)) == {said}


@pytest.mark.parametrize(
    ("team", "name", "said"),
    [("readme.md", "s", "readme.md beside README.md"), ("famous-lab", "Notes.TXT", "Notes.TXT beside notes.txt")],
)
def test_nor_beside_a_file_that_is_no_entry(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, team: str, name: str, said: str
) -> None:
    repository.write(f"{RESULTS}/README.md", "how to")
    repository.write(f"{RESULTS}/famous-lab/notes.txt", "what we did")
    present(repository, perfect, "famous-lab", submitter="ann")
    head = repository.contribute(system(without_stances(perfect), team, name, submitter="ann"))
    assert faults(repository, gold, tmp_path / "data", head, "ann") == [said]


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("probe-names-seed0.jsonl", True),
        ("probe-Names-seed0.jsonl", False),  # which is the other on some systems
        ("probe-names-seed0.jsonl.gz", False),
        ("probe-.json", False),
        (f"probe-{'n' * 58}.jsonl", False),
    ],
)
def test_predictions_for_perturbed_articles_may_come_along(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path, name: str, taken: bool
) -> None:
    head = repository.contribute(both(entry(perfect), lambda it: it.write(f"{RESULTS}/new/system/{name}", "{}\n")))
    if taken:
        assert len(admitted(repository, gold, tmp_path / "data", head)) == 1
    else:
        assert faults(repository, gold, tmp_path / "data", head) == [f"a file called {name}"]


def test_they_are_no_entry_alone(gold: Gold, repository: Repository, tmp_path: Path) -> None:
    def alone(it: Repository) -> None:
        it.write(f"{RESULTS}/new/system/about.json", '{"team": "new", "system": "system", "name": "N"}')
        it.write(f"{RESULTS}/new/system/probe-names-seed0.jsonl", "{}\n")

    assert faults(repository, gold, tmp_path / "data", repository.contribute(alone)) == ["0 prediction files"]


def test_of_one_contribution_too(gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path) -> None:
    head = repository.contribute(both(system(perfect, "new", "one"), system(without_stances(perfect), "new", "ONE")))
    assert faults(repository, gold, tmp_path / "data", head) == ["ONE beside one", "one beside ONE"]


def test_the_predictions_of_another_are_no_entry(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    present(repository, perfect, "honest")
    copied = json.loads(json.dumps(perfect[::-1]))
    for line in copied:
        line["mentions"].reverse()
    twice = without_stances(perfect)
    head = repository.contribute(
        both(system(copied, "thief", "s"), system(twice, "new", "a"), system(twice[::-1], "new", "b"))
    )
    assert faults(repository, gold, tmp_path / "data", head) == [
        "the same predictions as new/a",
        "the same predictions as honest/system",
    ]


def test_git_is_asked_as_often_for_many_files_as_for_few(
    gold: Gold, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flood(many: int) -> Callable[[Repository], None]:
        def run(repository: Repository) -> None:
            for number in range(many):
                repository.write(f"{RESULTS}/t/s{number}/about.json", "{}")

        return run

    asked: list[str] = []
    git = Contribution.git

    def noted(self: Contribution, *words: str, said: bytes = b"") -> bytes:
        asked.append(words[0])
        return git(self, *words, said=said)

    monkeypatch.setattr(Contribution, "git", noted)
    head = repository.contribute(flood(3000))
    assert faults(repository, gold, tmp_path / "data", head) == ["3000 files"]
    assert asked == ["diff"]
    repository.git("branch", "-D", "contribution")
    asked.clear()
    head = repository.contribute(flood(50))
    assert len(faults(repository, gold, tmp_path / "data", head)) == 50
    assert asked == ["diff", "ls-tree", "cat-file", "ls-tree", *["cat-file"] * 50]


def test_an_entry_that_meets_a_defect_is_answered(
    gold: Gold, perfect: Lines, repository: Repository, tmp_path: Path
) -> None:
    head = repository.contribute(entry(perfect))
    made = Contribution(repository.folder, repository.base, head, RESULTS)
    with pytest.raises(FaultsError) as error:
        admit(made, Bench(gold_in_memory(gold), None, ASKED), tmp_path / "data", Budget(0.001))
    assert "takes more than 0.001 seconds" in refusal(error.value)
