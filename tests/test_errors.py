"""Values and lists in messages."""

from firth.errors import listed, shown


def test_values_are_cut_and_invisible_characters_named() -> None:
    assert shown("café au lait") == "café au lait"
    assert shown("a\u200bb\x00\n") == "aU+200BbU+0000U+000A"
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 81) == "x" * 79 + "…"


def test_passwords_in_addresses_are_not_shown() -> None:
    assert shown("http://me:a@b@host/@x and ftp://me@host") == "http://host/@x and ftp://host"


def test_lists_name_ten_items_and_count_the_others() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(1_012)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,002 more"
