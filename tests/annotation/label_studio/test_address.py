"""Addresses and tokens as people copy them."""

from __future__ import annotations

import pytest

from onrecord.annotation.label_studio.address import ServerError, base_of, is_loopback, is_personal, token_of


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        (" http://ls.example.org/projects/3/data?task=12\n", "http://ls.example.org"),
        ("https://ls.example.org/user/login/?next=/projects/", "https://ls.example.org"),
        ("https://example.org/tools/ls/projects/3", "https://example.org/tools/ls"),
        ("https://example.org/tools/ls/#top", "https://example.org/tools/ls"),
        ("HTTP://LS.example.org/api", "http://ls.example.org"),
        ("http://[::1]:8080/projects", "http://[::1]:8080"),
        ("https://ls.example.org/user/account/personal-access-token", "https://ls.example.org"),
    ],
)
def test_an_address_on_a_server_gives_the_server(given: str, base: str) -> None:
    assert base_of(given) == base


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("127.0.0.1:8080", "http://"),
        ("ls.example.org", "http://"),
        ("ftp://ls.example.org", "http://"),
        ("http://", "host"),
        ("", "http://"),
        ("http://ls.example.org:80x", "no address"),
        ("http://ls.example.org:99999", "no address"),
        ("http://ls example.org", "white space"),
        ("http://[::1", "no address"),
    ],
)
def test_what_is_no_address_is_said_so(given: str, said: str) -> None:
    with pytest.raises(ServerError, match=said):
        base_of(given)


def test_a_password_in_an_address_is_refused_and_not_printed() -> None:
    with pytest.raises(ServerError) as error:
        base_of("http://ann:secret-word@ls.example.org/projects")
    assert "secret-word" not in str(error.value)
    assert "ls.example.org" in str(error.value)


@pytest.mark.parametrize("given", ["abc123", " abc123\n", "Token abc123", "Bearer  abc123", "abc123\r\n"])
def test_what_is_copied_along_with_a_token_is_taken_off(given: str) -> None:
    assert token_of(given) == "abc123"


@pytest.mark.parametrize("given", ["", "  \n", "abc 123", "abc\n123", "abc\u200b123", "tökén"])
def test_what_is_no_token_is_said_so(given: str) -> None:
    with pytest.raises(ServerError, match="token"):
        token_of(given)


def test_personal_tokens_are_known_by_their_form() -> None:
    assert is_personal("eyJhbGci.eyJ0b2tl-_.c2ln")
    assert not is_personal("c1039b6ee782c48aa6a64bfedb8f842241c74104")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.9.9.9", True),
        ("http://localhost:8080/ls", True),
        ("http://[::1]:8080", True),
        ("http://10.0.0.1", False),
        ("https://localhost.example.org", False),
    ],
)
def test_this_machine_is_known(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
