"""Typed reading: every fault, each with its place."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset.reading.faults import FaultsError, show
from onrecord.dataset.reading.shapes import written_keys
from onrecord.dataset.reading.typed import explain, read_elements, read_lines, read_value
from onrecord.dataset.reading.untrusted import may_repeat_keys, repeats_keys
from onrecord.dataset.records import Labels, Mention, Quote

GOOD = b'{"start":0,"end":1,"text":"a","type":"PER"}'


@pytest.mark.parametrize(
    ("line", "code", "pointer"),
    [
        (b"{", "json", ""),
        (b"[1]", "type", ""),
        (b"\xff{}", "encoding", ""),
        (b'{"start":0,"end":1,"text":"\xed\xa0\x80","type":"PER"}', "encoding", ""),
        (b'{"start":NaN,"end":1,"text":"a","type":"PER"}', "number", "/start"),
        (b'{"start":1e999,"end":1,"text":"a","type":"PER"}', "number", "/start"),
        (b'{"start":%s,"end":1,"text":"a","type":"PER"}' % (b"9" * 5000), "number", "/start"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","type":"ORG"}', "repeated-key", "/type"),
        (b'{"start":0,"end":1,"text":"a","type":"PERS"}', "label", "/type"),
        (b'{"start":0,"end":1,"text":"a","type":"per"}', "label", "/type"),
        (b'{"start":0,"end":1,"text":"\\ud800","type":"PER"}', "unicode", "/text"),
        (b'{"start":true,"end":1,"text":"a","type":"PER"}', "type", "/start"),
        (b'{"start":0.0,"end":1,"text":"a","type":"PER"}', "type", "/start"),
        (b'{"start":-1,"end":1,"text":"a","type":"PER"}', "offset", "/start"),
        (b'{"start":"0","end":1,"text":"a","type":"PER"}', "type", "/start"),
        (b'{"start":0,"end":99999999999,"text":"a","type":"PER"}', "offset", "/end"),
        (b'{"start":0,"end":1,"text":"a"}', "missing-field", "/type"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","colour/~":1}', "unknown-field", "/colour~1~0"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","id":"../x"}', "id", "/id"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","id":"a\\n"}', "id", "/id"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","id":"__proto__"}', "id", "/id"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","id":".a"}', "id", "/id"),
        (b'{"start":0,"end":1,"text":"a","type":"PER","\\ud800":1}', "unicode", ""),
        (b'{"start":0,"end":1,"text":"a","type":"PER","x_y":1}', "unknown-field", "/x_y"),
        (b"[" * 100_000, "depth", ""),
        (b"[" * 17 + b"]" * 17, "depth", "/0" * 16),
    ],
)
def test_each_fault_has_its_code_and_pointer(line: bytes, code: str, pointer: str) -> None:
    records, faults = read_lines("p.jsonl", GOOD + b"\n\n" + line + b"\r\n" + GOOD, Mention)
    assert [number for number, _ in records] == [1, 4]
    assert (code, pointer, 3) in [(fault.code, fault.pointer, fault.line) for fault in faults]


@pytest.mark.parametrize("id", ["-_Ab9", "__x", "_", "a.b:c-d_e", "Q1", "__proto__x"])
def test_whatever_label_studio_calls_a_region_is_an_id(id: str) -> None:
    records, faults = read_lines("p.jsonl", GOOD.replace(b"}", b',"id":"%s"}' % id.encode()), Mention)
    assert faults == []
    assert records[0][1].id == id


def test_all_faults_of_a_line_are_found_at_once() -> None:
    line = b'{"content":[{"start":"x","end":1},{"start":0,"end":1,"text":2}],"mode":"thougth","speakers":[]}'
    _, faults = read_lines("p.jsonl", line, Quote)
    assert {fault.pointer for fault in faults} == {
        "/content/0/start",
        "/content/0/text",
        "/content/1/text",
        "/mode",
        "/speakers",
    }
    hints = {fault.pointer: fault.hint for fault in faults}
    assert "thought" in hints["/mode"]
    assert "speaker" in hints["/speakers"]


def test_a_line_separator_inside_a_string_ends_no_line() -> None:
    line = '{"start":0,"end":1,"text":"a\u2028b\u0085","type":"PER"}'.encode()
    records, faults = read_lines("p.jsonl", b"\xef\xbb\xbf" + line, Mention)
    assert faults == []
    assert records[0][1].text == "a\u2028b\u0085"


def test_a_pretty_printed_file_is_told_to_be_lines() -> None:
    _, faults = read_lines("p.jsonl", b"[\n{}\n]", Mention)
    assert "JSON Lines" in faults[0].hint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["start", "mentions", "x"]), inner),
    max_leaves=10,
)


@given(json_values)
def test_what_is_refused_is_explained_and_what_is_taken_is_not(value: object) -> None:
    import msgspec

    try:
        msgspec.convert(value, Labels)
    except msgspec.ValidationError:
        assert list(explain(value, Labels)) != []
    else:
        assert list(explain(value, Labels)) == []


@given(st.binary(max_size=60))
def test_any_bytes_give_a_record_or_a_fault(raw: bytes) -> None:
    record, faults = read_value("f.json", raw, Labels)
    assert (record is None) == bool(faults)


elements = st.one_of(
    st.just(GOOD),
    st.sampled_from(
        [
            GOOD.replace(b'"a"', '"\u00e4 :"'.encode()),
            GOOD.replace(b'"a"', b'"\\u003a"'),
            GOOD.replace(b"}", b',"type":"ORG"}'),
            GOOD.replace(b"PER", b"per"),
            b"null",
            b"[" * 2000 + b"]" * 2000,
            b"\xff",
            b"",
        ]
    ),
    st.binary(max_size=6),
)


@given(
    st.lists(elements, max_size=5),
    st.sampled_from([b"", b"\xef\xbb\xbf", b" \n"]),
    st.sampled_from([b"]", b"] ", b"", b"]x", b",]", b"]\xff"]),
)
def test_an_array_is_read_element_by_element_as_it_is_at_once(several: list[bytes], begin: bytes, end: bytes) -> None:
    raw = begin + b"[" + b", ".join(several) + end
    records, faults = read_value("f.json", raw, tuple[Mention, ...])
    if records is not None:
        assert tuple(read_elements("f.json", raw, Mention)) == records
        return
    with pytest.raises(FaultsError) as caught:
        list(read_elements("f.json", raw, Mention))
    assert list(caught.value.faults) == faults


def test_nothing_found_can_command_a_terminal() -> None:
    assert show("\x1b[31mred\u202e\n") == "\\x1b[31mred\\u202e\\n"
    assert len(show("x" * 10_000)) <= 200


@pytest.mark.parametrize(
    ("raw", "texts", "might", "does"),
    [
        (b'{"a": "x", "b": "y"}', [], False, False),
        (b'{"a": "x", "b": "y", "a": "z"}', ["z", "y"], True, True),
        (b'{"a": "x:y:", "b": "::"}', ["x:y:", "::"], False, False),
        (b'{"a": "x:y", "b": "z"}', [], True, False),
        (b'{"a": ":", "b": "y", "a": "\\u003a"}', [":", "y"], True, True),
        (b'{"\\u0061": "x", "b": "y"}', [], False, False),
        (b'{"a": "x", "b": "y", "\\u0061": "z"}', ["z", "y"], True, True),
    ],
)
def test_keys_that_come_twice_are_found_by_counting_colons(
    raw: bytes, texts: list[str], might: bool, does: bool
) -> None:
    assert may_repeat_keys(raw, raw.count(b":"), 2, texts) is might
    assert repeats_keys(raw) is does


@pytest.mark.parametrize("compact", [False, True])
def test_a_key_that_comes_twice_is_found_however_a_record_is_written(compact: bool) -> None:
    plain = msgspec.json.decode(GOOD, type=Mention)
    first = GOOD if compact else msgspec.json.encode(plain)
    raw = b'{"mentions":[%s,%s]}' % (first, first)
    record = msgspec.json.decode(raw, type=Labels)
    assert not repeats_keys(raw, record)
    assert not repeats_keys(msgspec.json.encode(record), record)
    for twice in (raw[:-3] + b',"type":"PER"}]}', raw[:-1] + b',"quotes":[],"quotes":[]}'):
        assert msgspec.json.decode(twice, type=Labels) == record
        assert repeats_keys(twice, record)


class _Inner(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    a_b: int | str = 0
    more: tuple[int, ...] = ()


class _Outer(msgspec.Struct, forbid_unknown_fields=True):
    one: _Inner | None = None
    many: tuple[_Inner, ...] | None = None
    either: _Inner | str | None = None


@pytest.mark.parametrize(
    ("raw", "does"),
    [
        (b'{"one":{"aB":1,"more":[1]},"many":[{"aB":"x"},{"aB":2}]}', False),
        (b'{"one":null,"many":[],"either":{"more":[]}}', False),
        (b'{ "many" : [ { "aB" : "x: y" } ] }', False),
        (b'{"one":{"aB":1,"more":[1],"aB":1}}', True),
        (b'{"many":[{"aB":"x"},{"aB":2,"\\u0061B":"2:"}]}', True),
        (b'{"one":{"aB":"\\u003a","aB":""}}', True),
        (b'{"one":null,"one":null}', True),
    ],
)
def test_a_key_that_comes_twice_is_found_in_records_of_any_type(raw: bytes, does: bool) -> None:
    record = msgspec.json.decode(raw, type=_Outer)
    assert repeats_keys(raw, record) is does
    decoder = written_keys(_Outer)
    assert decoder is not None
    keys = [msgspec.json.encode(decoder.decode(raw)).count(each) for each in (b'"one"', b'"many"')]
    assert keys == [int(each in raw) for each in (b'"one"', b'"many"')]


class _Within(msgspec.Struct):
    more: list[_Within]


def test_a_type_within_itself_has_no_shape_and_is_looked_at_in_another_way() -> None:
    assert written_keys(_Within) is None
    for raw, does in ((b'{"more":[{"more":[]}]}', False), (b'{"more":[{"more":[],"more":[]}]}', True)):
        assert repeats_keys(raw, msgspec.json.decode(raw, type=_Within)) is does
