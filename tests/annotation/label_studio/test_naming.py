"""Names that a server, a title or a file cannot have are refused with one that will do."""

from __future__ import annotations

import re

import pytest

from onrecord.annotation.label_studio.naming import (
    BadName,
    annotator_of,
    check_names,
    check_round,
    email_of,
    is_name,
    title_of,
)


@pytest.mark.parametrize("name", ["ann", "ann-b", "ann.b_2", "a", "7of9", "annotator11"])
def test_plain_names_are_taken(name: str) -> None:
    check_names("first-pass", name)
    assert annotator_of(email_of(name)) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zoe", "write 'zoe'"),
        ("Ann B", "such as 'ann-b'"),
        ("Jürgen", "such as 'jurgen'"),
        ("Łukasz", "such as 'ukasz'"),
        ("ann@example.org", "is an address: give a name, such as 'ann'"),
        ("@", "is an address"),
        ("", "needs another name"),
        ("-ann", "such as 'ann'"),
        ("ann..b", "such as 'ann.b'"),
        ("../../x", "such as 'x'"),
        ("ann/b", "such as 'ann-b'"),
        ("ann\n", "such as 'ann'"),
        ("Ана", "needs another name; a name is"),
        ("admin", "the administrator's own"),
        ("merged", "the merged version"),
        ("a" * 60, "too long: take"),
    ],
)
def test_other_names_get_one_sentence(name: str, said: str) -> None:
    with pytest.raises(BadName, match=said) as error:
        check_names("r", name)
    assert "\n" not in str(error.value)


def test_a_suggested_name_will_do() -> None:
    for name in ("Ann B", "Jürgen Müller", "ann@example.org", "O'Neil", " x ", "a--b..C", "Ann  (B)"):
        with pytest.raises(BadName) as error:
            check_names("r", name)
        (suggested,) = re.findall(r"(?:such as|write) '(.*?)'", str(error.value))
        check_names("r", suggested)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(BadName) as error:
        check_names("my round", "Ann B")
    assert len(str(error.value).splitlines()) == 2
    assert "such as 'my-round'" in str(error.value)


def test_the_longest_title_is_fifty_characters() -> None:
    check_names("r" * 10, "a" * (50 - len(title_of("r" * 10, ""))))
    with pytest.raises(BadName, match="take 1 characters"):
        check_names("r" * 10, "a" * (51 - len(title_of("r" * 10, ""))))


def test_accounts_of_other_servers_are_known_by_their_whole_address() -> None:
    assert annotator_of("ann@onrecord.example") == "ann"
    assert annotator_of("Ann@Uni.example") == "ann@uni.example"
    assert annotator_of("ann@a.example") != annotator_of("ann@b.example")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../a", "a\\b", "C:", "A", "a b", "a\x00", "a\n", "ａ", "a..b", "admin", "-"]
)
def test_what_is_no_name_is_none(name: str) -> None:
    assert not is_name(name)
    assert is_name("ann-b.2_c")


@pytest.mark.parametrize("round", ["..", "a/b", "/a", "a\\b", "", "a\n", "\u202ea"])
def test_a_round_that_no_folder_can_be_called_is_refused(round: str) -> None:
    with pytest.raises(BadName):
        check_round(round)
    check_round("first-pass")
