"""Values and lists in messages."""

import pytest

from firth.errors import listed, shown


def test_values_are_cut_and_invisible_characters_named() -> None:
    assert shown("café au lait") == "café au lait"
    assert shown("a\u200bb\x00\n") == "aU+200BbU+0000U+000A"
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 81) == "x" * 79 + "…"


def test_passwords_in_addresses_are_not_shown() -> None:
    assert shown("http://me:a@b@host/@x and ftp://me@host") == "http://host/@x and ftp://host"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("me:secret@host/x", "host/x"),
        ("'http:me:secret@host/x'", "'host/x'"),
        ("['me:secret@host/x', 1]", "['host/x', 1]"),
        ("me:se/cret@host/x", "host/x"),
        ("https://host/x?key=secret and more", "https://host/x and more"),
        ("https://host?user=a@b&key=secret", "https://host"),
        ("https://me:se?cret@host/x", "https://host/x"),
        ("https://me:se/cr#et@host/x", "https://host/x"),
        ("//me:secret@host/x,//you:secret@host/y", "//host/x,//host/y"),
        ("{'url': 'https://me:secret@host:80/@x#secret'}", "{'url': 'https://host:80/@x'}"),
    ],
)
def test_neither_queries_of_addresses_nor_passwords_without_a_scheme_are_shown(text: str, kept: str) -> None:
    assert shown(text) == kept


@pytest.mark.parametrize(
    "text", ["texts//?.txt", "git@host:path", "what? 12:30", "me@host", "https://host:80/@x", "https://[::1]/@x"]
)
def test_other_texts_are_shown_whole(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("part", ["a:", "a://", "':", "//", "?", "'a", "["])
def test_secrets_are_looked_for_in_a_time_proportional_to_the_text(part: str) -> None:
    assert shown(part * 500_000) == f"{part * 80}"[:79] + "…"


def test_lists_name_ten_items_and_count_the_others() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(1_012)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,002 more"
