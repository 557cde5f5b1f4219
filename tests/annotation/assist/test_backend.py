"""What the server asks, in its own words, and what it is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from onrecord.annotation.assist import backend as backend_module
from onrecord.annotation.assist import proposals
from onrecord.annotation.assist.backend import Answer, Backend, Memory, Request, Settings
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.offers import undecided
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset import Document, Gold
from onrecord.dataset.gold import learnable
from onrecord.dataset.records import Entity, Labels, Mention, Quote, Registries, Span
from onrecord.eval.baselines.rules import Rules

TEXT = "Ann Lee won. Bob said Ann Lee cheated. “I did not,” Ann said. Bob smiled at Lee."
ROWS = Registries(entities=(Entity(id="ann", type="PER", name="Ann Lee", aliases=("Ann", "Lee")),))


def mention(id: str, surface: str, entity: str | None, start: int | None = None) -> Mention:
    start = TEXT.index(surface) if start is None else start
    return Mention(id=id, start=start, end=start + len(surface), text=surface, type="PER", entity=entity)


def result_of(*mentions: Mention, quotes: tuple[Quote, ...] = ()) -> list[dict[str, Any]]:
    """As the editor has it: the ids that the menus offer are chosen in them, and no kind is ticked."""
    items = to_result(Labels(mentions=mentions, quotes=quotes), {"entities": ["ann"]})
    return [item for item in items if item.get("from_name") not in ("kind", "mode")]


@pytest.fixture(autouse=True)
def _answers_arrive_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_module, "FRESH", 0.0)


def ask(context: list[dict[str, Any]], draft: list[dict[str, Any]] | None = None, task: int = 1) -> Request:
    body = {
        "tasks": [
            {
                "id": task,
                "data": {"doc_id": "d", "text": TEXT, "entities": [{"value": "Ann Lee [ann]", "alias": "ann"}]},
                "drafts": [] if draft is None else [{"id": 7, "result": draft, "user": "x"}],
                "annotations": [],
                "predictions": [],
            }
        ],
        "project": "1.1700000000",
        "label_config": "<View/>",
        "params": {"login": None, "password": None, "context": {"result": context}},
    }
    return msgspec.json.decode(msgspec.json.encode(body), type=Request)


def offers(answers: list[Any]) -> list[tuple[str, int, str | None]]:
    (answer,) = answers
    assert isinstance(answer, Answer)
    made = from_result(answer.result, TEXT)[0].mentions
    assert {each.id for each in made} == undecided(answer.result).keys()
    return [(each.text, each.start, each.entity) for each in made]


def test_what_is_marked_is_offered_once() -> None:
    backend = Backend(ROWS, "v")
    drawn = mention("x", "Bob", None)
    assert offers(backend.predict(ask(result_of(drawn)))) == []  # of nobody yet
    marked = mention("y", "Ann Lee", "ann", 0)
    made = offers(backend.predict(ask(result_of(drawn, marked))))
    assert made == [("Ann Lee", 22, "ann"), ("Ann", 52, "ann"), ("Lee", 76, "ann")]
    assert offers(backend.predict(ask(result_of(drawn, marked)))) == []
    assert offers(backend.predict(ask(result_of(drawn, marked), task=2))) == made  # another task


def test_what_is_offered_has_its_place_where_an_open_editor_looks_for_it() -> None:
    (answer,) = Backend(ROWS, "v").predict(ask(result_of(mention("y", "Ann Lee", "ann", 0))))
    assert isinstance(answer, Answer)
    for item in answer.result:
        if item["type"] == "labels":
            start, end = item["value"]["start"], item["value"]["end"]
            assert item["value"]["globalOffsets"] == {"start": start, "end": end, "calculated": True}


def test_a_mention_that_the_annotator_has_deleted_is_not_offered() -> None:
    backend = Backend(ROWS, "v")
    both = [mention("y", "Ann Lee", "ann", 0), mention("z", "Lee", "ann", 76)]
    assert [start for _, start, _ in offers(backend.predict(ask(result_of(*both))))] == [22, 52]
    assert offers(backend.predict(ask(result_of(both[0])))) == []


def test_an_answer_that_the_editor_may_have_thrown_away_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_module, "FRESH", 0.2)
    backend, request = Backend(ROWS, "v"), ask(result_of(mention("y", "Ann Lee", "ann", 0)))
    first = offers(backend.predict(request))
    assert offers(backend.predict(request)) == first  # asked again before it can have come
    time.sleep(0.3)
    assert offers(backend.predict(request)) == []

    backend = Backend(ROWS, "v")
    (answer,) = backend.predict(request)
    assert isinstance(answer, Answer)
    marked = result_of(mention("y", "Ann Lee", "ann", 0))
    backend.predict(ask(marked, [*marked, *answer.result]))  # soon enough, but the draft has them
    assert offers(backend.predict(request)) == []


def test_a_region_without_an_entity_keeps_its_place() -> None:
    drawn = mention("z", "Ann Lee", None, 22)
    made = offers(Backend(ROWS, "v").predict(ask(result_of(mention("y", "Ann Lee", "ann", 0), drawn))))
    assert [start for _, start, _ in made] == [52, 76]


def test_ids_go_where_the_task_offers_them() -> None:
    (answer,) = Backend(ROWS, "v").predict(ask(result_of(mention("y", "Ann Lee", "ann", 0))))
    assert isinstance(answer, Answer)
    assert {item["from_name"] for item in answer.result if item["type"] == "taxonomy"} == {"who"}
    elsewhere = mention("b", "Bob", "bob")
    (answer,) = Backend(ROWS, "v").predict(ask(result_of(elsewhere)))
    assert isinstance(answer, Answer)
    assert {item["from_name"] for item in answer.result if item["type"] == "taxonomy"} == {"who_new"}


def test_after_a_restart_the_draft_says_what_is_offered() -> None:
    marked = mention("y", "Ann Lee", "ann", 0)
    (answer,) = Backend(ROWS, "v").predict(ask(result_of(marked)))
    assert isinstance(answer, Answer)
    assert offers(Backend(ROWS, "v").predict(ask(result_of(marked), [*result_of(marked), *answer.result]))) == []


def test_an_offer_is_no_mark_of_the_annotator() -> None:
    marked = mention("y", "Ann Lee", "ann", 0)
    (answer,) = Backend(ROWS, "v").predict(ask(result_of(marked)))
    assert isinstance(answer, Answer)
    assert offers(Backend(ROWS, "v").predict(ask(answer.result))) == []


def quote(id: str, surface: str, **fields: Any) -> Quote:
    start = TEXT.index(surface)
    return Quote(id=id, content=(Span(start=start, end=start + len(surface), text=surface),), **fields)


def test_a_new_quote_is_offered_a_speaker_from_the_draft_and_once() -> None:
    backend = Backend(ROWS, "v")
    context = result_of(quotes=(quote("q", "“I did not,”"),))
    draft = result_of(mention("b", "Bob", "bob"), mention("a", "Ann", "ann", 52))
    (answer,) = backend.predict(ask(context, draft))
    assert isinstance(answer, Answer)
    # the region stands in for the one that is there, so nothing of it may be missing
    assert [item["from_name"] for item in answer.result] == ["region", "speaker_offered"]
    assert {item["id"] for item in answer.result} == {"q"}
    assert answer.result[1]["value"]["text"] == ["ann"]
    assert from_result(answer.result, TEXT)[0].quotes[0].speaker == ()
    (again,) = backend.predict(ask(context, draft))
    assert isinstance(again, Answer)
    assert again.result == []


def test_a_quote_of_which_something_is_known_is_left_as_it_is() -> None:
    context = result_of(quotes=(quote("q", "“I did not,”", speaker=("bob",)),))
    (answer,) = Backend(ROWS, "v").predict(ask(context, result_of(mention("a", "Ann", "ann", 52))))
    assert isinstance(answer, Answer)
    assert answer.result == []


def test_what_is_switched_off_is_not_offered() -> None:
    backend = Backend(ROWS, "v", settings=Settings(propagate=False, speakers=False))
    draft = result_of(mention("a", "Ann", "ann", 52))
    for context in (draft, result_of(quotes=(quote("q", "“I did not,”"),))):
        (answer,) = backend.predict(ask(context, draft))
        assert isinstance(answer, Answer)
        assert answer.result == []


def test_garbage_in_a_context_is_passed_over() -> None:
    marked = mention("y", "Ann Lee", "ann", 0)
    for garbage in (
        {"id": "y", "type": "labels", "value": {"labels": ["PER"], "start": -1, "end": 99999}},
        {"id": 3, "type": "labels"},
        {"type": "relation", "from_id": "y", "to_id": None},
        {},
    ):
        assert len(offers(Backend(ROWS, "v").predict(ask([garbage, *result_of(marked)])))) == 3


def plain(documents: list[Document], texts: list[str] | None = None) -> Request:
    tasks = [
        {"id": n, "data": {"doc_id": d.id, "text": texts[n] if texts else d.text}, "drafts": [], "annotations": [1]}
        for n, d in enumerate(documents)
    ]
    return msgspec.convert({"tasks": tasks, "params": {"context": None}}, Request)


def test_annotations_start_from_a_prediction_file_and_all_of_it_is_grey(gold: Gold, documents: list[Document]) -> None:
    labels = {article.document.id: article.labels for article in gold.articles if article.document in documents[1:]}
    backend = Backend(gold.registries, "v", proposals.of_labels(labels, documents))
    first, *rest = backend.predict(plain(documents))
    assert first == []  # the file has no such line; as many answers as tasks all the same
    for document, answers in zip(documents[1:], rest, strict=True):
        assert isinstance(answers, list)
        (answer,) = answers
        waiting = undecided(answer.result)
        accepted = [item for item in answer.result if item.get("from_name") != "offer"]
        assert {item["id"] for item in accepted if item["type"] == "labels"} == waiting.keys()
        back, wrong = from_result(accepted, document.text)
        assert ([*back.items()], wrong) == ([*labels[document.id].items()], [])


def test_a_task_with_another_text_starts_from_nothing(gold: Gold, documents: list[Document]) -> None:
    labels = {article.document.id: article.labels for article in gold.articles}
    backend = Backend(gold.registries, "v", proposals.of_labels(labels, documents))
    assert backend.predict(plain(documents[:1], ["Another text."])) == [[]]


def test_the_rules_say_of_a_text_what_they_say_of_its_document(gold: Gold, documents: list[Document]) -> None:
    rules = Rules.learn(learnable(gold))
    for document in documents:
        assert proposals.of_rules(rules)(document.id, document.text) == rules.predict(document).labels


def test_without_proposals_tasks_start_from_nothing(documents: list[Document]) -> None:
    assert Backend(ROWS, "v").predict(plain(documents)) == [[] for _ in documents]


def test_two_at_once_are_offered_a_place_once() -> None:
    for _ in range(20):
        backend = Backend(ROWS, "v")
        request = ask(result_of(mention("y", "Ann Lee", "ann", 0)))
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _, b=backend, r=request: offers(b.predict(r)), range(8)))
        assert sorted(map(len, made)) == [0] * 7 + [3]


def test_the_memory_has_an_end() -> None:
    memory = Memory(most=2)
    for task in (1, 2, 1, 3):
        with memory.of(task) as remembered:
            remembered.quotes.add("q")
    known = []
    for task in (1, 3, 2):
        with memory.of(task) as remembered:
            known.append(bool(remembered.quotes))
    assert known == [True, True, False]
