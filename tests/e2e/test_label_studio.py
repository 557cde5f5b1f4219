"""The real server: what goes in comes out, whatever the text, and every command can be run again."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import msgspec
import pytest
from tests.builders import describe

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.exports import read_export, read_exports
from onrecord.annotation.label_studio.server import Running
from onrecord.dataset.gold import Gold, ordered
from onrecord.dataset.records import (
    Entity,
    Event,
    EventMention,
    Labels,
    Mention,
    Quote,
    Registries,
    Span,
    Stance,
    Target,
    Utterance,
)
from onrecord.dataset.seeds.documents import Document, make_document

pytestmark = pytest.mark.labelstudio

RAW = (
    "Putin 👩🏽‍🚀 meets Luka\u0301shenko\u00a0in Minsk\r\n\r\n"
    "“We met 😀,” he said, “and\r\nagreed.” <b>Café</b>\u2028 \u202eend"
)


def nobody(_: str) -> None:
    """Progress that nobody watches."""


def hostile() -> tuple[Document, Labels, Registries]:
    description = msgspec.structs.replace(describe(RAW, [("body", 0, len(RAW))]), id="hostile")
    document = make_document(description, RAW, "test")
    assert "\r" not in document.text

    def at(surface: str) -> Span:
        start = document.text.index(surface)
        return Span(start=start, end=start + len(surface), text=surface)

    def place(surface: str) -> dict[str, object]:
        span = at(surface)
        return {"start": span.start, "end": span.end, "text": span.text}

    item = {"annotators": ("ann", "bob"), "agreed": False, "optional": True, "rule": "E1"}
    mentions = (
        Mention(id="m1", **place("Putin 👩🏽‍🚀"), type="PER", entity="putin", **item),  # type: ignore[arg-type]
        Mention(id="m2", **place("👩🏽‍🚀"), type="GRP", kind="nominal", entity="putin"),  # type: ignore[arg-type]
        Mention(
            id="m3",
            **place("Luka\u0301shenko\u00a0in"),  # type: ignore[arg-type]
            type="PER",
            entity="nobody-listed",
            literal="putin",
            noise="typo",
        ),
    )
    quotes = (
        Quote(
            id="q1",
            content=(at("“We met 😀,”"), at("“and\nagreed.”")),
            source=at("he"),
            cue=at("said"),
            speaker=("putin", "nobody-listed"),
            addressee=("nobody-listed", "putin"),
            relays=("nobody-listed", "putin"),
            utterance="speech",
            mode="thought",
        ),
        Quote(id="q2", content=(at("agreed"),), speaker=("unknown",), parent="q1", utterance="not-listed"),
    )
    stances = (
        Stance(
            id="s1",
            holder="putin",
            target=Target(kind="event", id="meeting"),
            label="neutral",
            basis="implied",
            evidence=(at("met"), at("<b>Café</b>\u2028 \u202eend")),
            quote="q1",
        ),
        Stance(
            id="s2",
            holder="putin",
            target=Target(kind="claim", id="claim-not-listed"),
            label="doubts",
            evidence=(at("agreed"),),
        ),
    )
    events = (EventMention(id="e1", **place("met"), event="meeting", modality="denied"),)  # type: ignore[arg-type]
    labels = ordered(Labels(mentions=mentions, quotes=quotes, stances=stances, events=events))
    registries = Registries(
        entities=(Entity(id="putin", type="PER", name="Putin", wikidata_note="-"),),
        events=(Event(id="meeting", type="meeting", title="a meeting", date=None, place=None),),
        utterances=(Utterance(id="speech", title="Putin on the meeting", speaker=("putin",)),),
    )
    return document, labels, registries


def account(server: Running) -> tuple[str, ls.Account]:
    name = f"ann-{secrets.token_hex(4)}"
    return name, ls.make_account(server.url, server.token, name, secrets.token_urlsafe(12))


def test_hostile_text_and_every_field_come_back_unchanged(server: Running, tmp_path: Path) -> None:
    document, labels, registries = hostile()
    name, ann = account(server)
    admin, client = ls.connect(server.url, server.token), ls.connect(server.url, ann.token)
    pushed = ls.push(admin, "hostile", name, [document], registries, {"proposed": {"hostile": labels}}, nobody)
    assert pushed.added == ("hostile",)
    assert ls.submit(client, pushed.project, {"hostile": labels}, registries, nobody) == ["hostile"]
    (pulled,) = ls.pull(admin, "hostile", tmp_path, [document], nobody)
    assert pulled.faults == ()
    (annotation,) = read_exports(tmp_path / "hostile", [document])
    assert annotation.labels == labels
    assert annotation.annotator == name
    assert annotation.complete == {"mentions", "quotes", "stances", "events"}
    (task,) = json.loads(pulled.path.read_bytes())
    assert task["data"]["text"] == document.text


def test_gold_comes_back_unchanged(server: Running, gold: Gold, tmp_path: Path) -> None:
    documents = [article.document for article in gold.articles]
    labels = {article.document.id: article.labels for article in gold.articles}
    name, ann = account(server)
    admin, client = ls.connect(server.url, server.token), ls.connect(server.url, ann.token)
    pushed = ls.push(admin, "gold", name, documents, gold.registries, {"gold": labels}, nobody)
    ls.submit(client, pushed.project, labels, gold.registries, nobody)
    ls.pull(admin, "gold", tmp_path, documents, nobody)
    back = {each.document: each.labels for each in read_exports(tmp_path / "gold", documents)}
    assert back == labels


def test_a_second_push_and_a_second_submission_add_nothing(server: Running, tmp_path: Path) -> None:
    document, labels, registries = hostile()
    name, ann = account(server)
    admin, client = ls.connect(server.url, server.token), ls.connect(server.url, ann.token)
    first = ls.push(admin, "twice", name, [document], registries, {}, nobody)
    ls.submit(client, first.project, {"hostile": labels}, registries, nobody)
    second = ls.push(admin, "twice", name, [document], registries, {}, nobody)
    assert (second.project, second.added, second.present) == (first.project, (), ("hostile",))
    assert ls.submit(client, first.project, {"hostile": labels}, registries, nobody) == []
    (pulled,) = ls.pull(admin, "twice", tmp_path, [document], nobody)
    assert pulled.annotations == 1


def test_a_project_has_one_task_list_and_the_guidelines_of_the_last_push(server: Running) -> None:
    document, _, registries = hostile()
    name, _ = account(server)
    admin = ls.connect(server.url, server.token)
    for guidelines in ("# Old", "# New & better", ""):
        pushed = ls.push(admin, "front", name, [document], registries, {}, nobody, guidelines)
    (view,) = admin.views.list(project=pushed.project)
    assert view.data is not None
    assert "New &amp; better" in str(admin.projects.get(id=pushed.project).expert_instruction)


def test_another_text_of_a_document_is_refused_before_anything_is_added(server: Running) -> None:
    document, _, registries = hostile()
    name, _ = account(server)
    admin = ls.connect(server.url, server.token)
    ls.push(admin, "changed", name, [document], registries, {}, nobody)
    raw = "another text"
    description = msgspec.structs.replace(describe(raw, [("body", 0, len(raw))]), id="hostile")
    changed = make_document(description, raw, "test")
    with pytest.raises(ls.ProjectError, match="another text"):
        ls.push(admin, "changed", name, [changed], registries, {}, nobody)


def test_what_the_server_takes_without_a_word_is_kept_and_named(server: Running, tmp_path: Path) -> None:
    document, _, registries = hostile()
    name, ann = account(server)
    admin, client = ls.connect(server.url, server.token), ls.connect(server.url, ann.token)
    pushed = ls.push(admin, "broken", name, [document], registries, {}, nobody)
    task = ls.tasks_of(admin, pushed.project)["hostile"]["id"]
    broken = [
        {"id": "x", "from_name": "mention", "to_name": "text", "type": "labels", "value": {"start": 3, "end": 9999}},
        {"type": "relation", "from_id": "x", "to_id": "nobody", "direction": "right"},
    ]
    client.annotations.create(id=task, result=broken, request_options=ls.ONCE)
    (pulled,) = ls.pull(admin, "broken", tmp_path, [document], nobody)
    assert pulled.path.is_file()
    assert pulled.annotations == 0
    assert {fault.code for fault in pulled.faults} == {"label", "reference"}
    assert all(fault.pointer.startswith("/0/annotations/0/result/") for fault in pulled.faults)


def test_an_export_of_another_project_is_named(server: Running, tmp_path: Path, documents: list[Document]) -> None:
    document, _, registries = hostile()
    name, _ = account(server)
    admin = ls.connect(server.url, server.token)
    ls.push(admin, "other", name, [document], registries, {}, nobody)
    (pulled,) = ls.pull(admin, "other", tmp_path, documents, nobody)
    _, faults = read_export(pulled.path, documents)
    assert [fault.code for fault in faults] == ["document"]


def test_an_account_that_is_there_is_taken_with_its_password_alone(server: Running) -> None:
    name, ann = account(server)
    assert ls.make_account(server.url, server.token, name, ann.password) == ann
    with pytest.raises(ls.ProjectError, match="another password"):
        ls.make_account(server.url, server.token, name, "something-else-1")
