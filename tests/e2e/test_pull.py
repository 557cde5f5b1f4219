"""Nothing is lost in a pull, and what was pushed keeps everything when its menus change."""

from __future__ import annotations

import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.e2e.test_reach import run

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import Document, Gold
from onrecord.dataset.records import Entity

pytestmark = pytest.mark.labelstudio


def nobody(_: str) -> None:
    """Progress that nobody watches."""


class Project:
    """An annotator's project with the published articles, and what a browser does in it."""

    def __init__(self, server: Running, documents: list[Document], gold: Gold, round: str) -> None:
        self.server, self.round, self.gold = server, round, gold
        self.name = f"ann-{secrets.token_hex(4)}"
        account = ls.make_account(server.url, server.token, self.name, secrets.token_urlsafe(12))
        self.admin = ls.connect(server.url, server.token)
        self.client = ls.connect(server.url, account.token)
        self.pushed = ls.push(self.admin, round, self.name, documents, gold.registries, {}, nobody)
        self.tasks = {id: task["id"] for id, task in ls.tasks_of(self.admin, self.pushed.project).items()}
        headers = {"Authorization": f"Token {account.token}"}
        self.web = httpx.Client(base_url=server.url, headers=headers, trust_env=False)

    def submit(self, document: str) -> Any:
        labels = {a.document.id: a.labels for a in self.gold.articles if a.document.id == document}
        ls.submit(self.client, self.pushed.project, labels, self.gold.registries, nobody)
        return self.client.annotations.list(id=self.tasks[document])[0]

    def post(self, place: str, **body: Any) -> dict[str, Any]:
        answer = self.web.post(place, json=body).raise_for_status()
        return dict(answer.json())

    def link(self, document: str) -> str:
        return f"{self.server.url}/projects/{self.pushed.project}/data?task={self.tasks[document]}"

    def pull(self, root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
        words = ("--round", self.round, "--url", self.server.url, "--token", self.server.token)
        return run(root, "pull", *words, "-o", folder)


def test_drafts_changes_and_skipped_tasks_are_named(
    server: Running, documents: list[Document], gold: Gold, root: Path, tmp_path: Path
) -> None:
    documents = documents[:5]
    project = Project(server, documents, gold, f"drafts-{secrets.token_hex(3)}")
    sent, changed, saved, skipped, drafted = (document.id for document in documents)
    project.submit(sent)
    annotation = project.submit(changed)
    of = f"/api/tasks/{project.tasks[changed]}/annotations/{annotation.id}/drafts"
    project.post(of, result=annotation.result[:-1], lead_time=1)
    annotation = project.submit(saved)
    of = f"/api/tasks/{project.tasks[saved]}/annotations/{annotation.id}/drafts"
    project.post(of, result=annotation.result, lead_time=1)
    project.post(f"/api/tasks/{project.tasks[skipped]}/annotations/", result=[], was_cancelled=True)
    project.post(f"/api/tasks/{project.tasks[drafted]}/drafts", result=annotation.result[:1], lead_time=1)

    pulled = project.pull(root, tmp_path)
    assert pulled.returncode == 0, pulled.stderr
    assert "3 of 5 tasks submitted, 1 skipped, 1 with a draft, 1 changed and not updated\n" in pulled.stdout
    said = set(pulled.stderr.splitlines())
    by = f"by {project.name}: "
    assert f"{drafted}: labelled and not submitted {by}{project.link(drafted)}" in said
    assert f"{changed}: changed after it was submitted, and not updated {by}{project.link(changed)}" in said
    assert f"{skipped}: skipped {by}{project.link(skipped)}" in said
    assert not any(line.startswith((sent, saved)) for line in said)
    assert {each.document for each in read_exports(tmp_path / project.round, documents)} == {sent, changed, saved}


def test_faults_say_where_they_are_mended_and_that_the_file_is_kept(
    server: Running, documents: list[Document], gold: Gold, root: Path, tmp_path: Path
) -> None:
    project = Project(server, documents[:1], gold, f"faults-{secrets.token_hex(3)}")
    document = documents[0].id
    words = documents[0].text[:8]
    region = {"id": "x", "from_name": "region", "to_name": "text", "type": "labels"}
    typed = {"id": "x", "from_name": "who_new", "to_name": "text", "type": "textarea"}
    result = [
        {**region, "value": {"start": 0, "end": 8, "text": words, "labels": ["PER"]}},
        {**typed, "value": {"start": 0, "end": 8, "text": ["Vladimir Putin"]}},
    ]
    project.post(f"/api/tasks/{project.tasks[document]}/annotations/", result=result)
    pulled = project.pull(root, tmp_path)
    assert pulled.returncode == 2
    assert "1 of 1 tasks submitted; 0 annotations can be used" in pulled.stdout
    assert f"found: entity 'Vladimir Putin', on {words!r}" in pulled.stderr
    assert f"in {document}, at {project.link(document)}" in pulled.stderr
    assert "nothing was written" not in pulled.stderr
    assert "1 fault; the exports are kept as they came" in pulled.stderr
    assert (tmp_path / project.round / f"{project.name}.json").is_file()


def test_a_push_brings_menus_up_to_date_and_keeps_everything_else(
    server: Running, documents: list[Document], gold: Gold
) -> None:
    project = Project(server, documents[:2], gold, f"menus-{secrets.token_hex(3)}")
    first, second = (document.id for document in documents[:2])
    annotation = project.submit(first)
    project.post(f"/api/tasks/{project.tasks[second]}/drafts", result=annotation.result[:1], lead_time=1)
    before = json.loads(ls.export(project.admin, project.pushed.project))

    row = Entity(id="somebody-new", type="PER", name="Somebody New", wikidata_note="-")
    more = msgspec.structs.replace(gold.registries, entities=(*gold.registries.entities, row))
    again = ls.push(project.admin, project.round, project.name, documents[:1], more, {}, nobody)
    assert (again.added, set(again.refreshed)) == ((), {first, second})
    after = json.loads(ls.export(project.admin, project.pushed.project))
    for old, new in zip(before, after, strict=True):
        assert "somebody-new" in json.dumps(new["data"]["entities"])
        assert "somebody-new" not in json.dumps(old["data"])
        for key in ("annotations", "drafts", "id"):
            assert new[key] == old[key]
        for key in ("doc_id", "text", "text_sha256", "config_sha256", "title"):
            assert new["data"][key] == old["data"][key]
    assert ls.push(project.admin, project.round, project.name, documents[:1], more, {}, nobody).refreshed == ()


def test_an_account_that_cannot_be_made_leaves_no_trace(server: Running, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    told = f'{{"url": "{server.url}", "token": "{server.token}", "email": "-", "password": "-", "pid": {server.pid}}}'
    (folder / "server.json").write_text(told)
    taken = f"taken-{secrets.token_hex(3)}"
    ls.make_account(server.url, server.token, taken, "another-password-1")
    for name, said in ((taken, "with another password"), ("Zoe", "write 'zoe'"), ("admin", "administrator")):
        done = run(root, "push", "--annotator", name, "--round", "r", "--data", folder)
        assert done.returncode == 2
        assert said in done.stderr
        accounts = folder / "accounts.json"
        assert not accounts.exists() or json.loads(accounts.read_bytes()) == {}


@pytest.mark.parametrize("kind", ["JSON", "JSON_MIN", "CSV", "TSV"])
def test_what_the_export_button_gives_is_refused_for_the_one_reason(
    server: Running, documents: list[Document], gold: Gold, root: Path, tmp_path: Path, kind: str
) -> None:
    project = Project(server, documents[:1], gold, f"button-{kind.lower().replace('_', '-')}")
    project.submit(documents[0].id)
    answer = project.web.get(f"/api/projects/{project.pushed.project}/export?exportType={kind}").raise_for_status()
    (tmp_path / f"project.{kind.partition('_')[0].lower()}").write_bytes(answer.content)
    done = run(root, "register", tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("found: ") == 1
    assert "of Label Studio's Export button" in done.stderr
