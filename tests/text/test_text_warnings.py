"""Warnings fire for scripts without spaces and for tokenized text, and for ordinary languages they don't."""

import numpy as np
import pytest

from firth.text.text_warnings import TypeCounts, tokenized_warnings, word_warnings
from firth.text.tokenizer import words

GENERATOR = np.random.default_rng


def zipf_draws(vocabulary: list[str], count: int, seed: int) -> list[str]:
    """Words of a vocabulary by Zipf's law."""
    shares = 1 / np.arange(1, len(vocabulary) + 1)
    return GENERATOR(seed).choice(vocabulary, count, p=shares / shares.sum()).tolist()


def sentences(drawn: list[str], length: int, space: str, stop: str) -> list[str]:
    return [space.join(drawn[start : start + length]) + stop for start in range(0, len(drawn), length)]


def warned(training: list[str], held_out: list[str]) -> list[str]:
    """What is said of lines of text."""
    parts = [[token for line in lines for token in words(line, True)] for lines in (training, held_out)]
    types = sorted({*parts[0], *parts[1]})
    seen, other = (np.bincount(np.searchsorted(types, part), minlength=len(types)) for part in parts)
    return word_warnings(TypeCounts(types, seen, other, seen == 0), "tokens.lm.segmentation")


# Stems with endings, so that there are many more forms than stems, as in Finnish.
STEMS = [
    a + b + c for a in "ktpmslvr" for b in ("aa", "ie", "uo", "y") for c in ("lo", "tte", "nki", "sa", "mpu", "ri")
]
ENDINGS = ["", "n", "ssa", "sta", "lla", "ksi", "ni", "ssani", "kin", "ksikin", "lta", "en", "iin", "issa", "istaan"]
CHINESE = [chr(0x4E00 + 7 * first) + chr(0x5200 + 11 * second) for first in range(40) for second in range(20)]
THAI = ["กำลัง", "บ้าน", "น้ำ", "กิน", "ข้าว", "เดิน", "ไป", "โรงเรียน", "เด็ก", "แมว", "ใหญ่",
        "เล็ก", "และ", "ที่", "ใน", "ฉัน", "เขา", "วันนี้", "พรุ่งนี้", "ตลาด"]  # fmt: skip


def test_chinese_and_thai_running_text_is_warned_of_with_little_text() -> None:
    for drawn, space, stop, length in (
        (zipf_draws(CHINESE, 2_400, 1), "", "。", 6),
        (zipf_draws(THAI, 3_000, 2), "", " ", 9),
    ):
        lines = sentences(drawn, length, space, stop)
        (line,) = warned(lines[:300], lines[300:])
        assert line.startswith("tokens.lm.segmentation: words are hardly the units of this text: ")
        assert line.endswith("; try characters or subwords")
        assert "% of the training words occur once" in line


def test_languages_with_spaces_are_not_warned_of() -> None:
    german = [f"{stem}{ending}" for stem in STEMS for ending in ("", "en", "es", "er")]
    finnish = [stem + other + ending for stem in STEMS for other in ("", "tta", "uus") for ending in ENDINGS]
    for vocabulary in (STEMS, german, GENERATOR(1).permutation(finnish).tolist()):
        lines = sentences(zipf_draws(vocabulary, 20_000, 3), 10, " ", ".")
        assert warned(lines[:1900], lines[1900:]) == []


def test_a_few_lines_or_names_alone_are_no_reason() -> None:
    assert warned([f"name{number} lives in place{number}." for number in range(40)], ["another name."]) == []


def test_the_numbers_are_those_of_the_text() -> None:
    types = ["a" * 20, "b", "."]
    counts = TypeCounts(types, np.array([150, 50, 99]), np.array([1, 9, 5]), np.array([False, True, False]))
    (line,) = word_warnings(counts, "tokens.qa.segmentation (source)")
    assert "90% of the held-out words are out of vocabulary, a word has 15 characters on average" in line
    assert "occur once" not in line


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("the <unk> of N\n" * 5, "5 tokens such as <unk>"),
        ("they do n't know\n" * 6, "6 tokens such as n't"),
        ("a well @-@ known man\n" * 5, "5 tokens such as @-@"),
        ("yes , he said .\nno\n" * 12, "a space before 24 of 24 full stops and commas"),
    ],
)
def test_text_that_looks_tokenized_is_named_with_the_key_to_declare_it(text: str, sign: str) -> None:
    (line,) = tokenized_warnings(text, "corpora.lm.tokenized")
    assert sign in line
    assert line.endswith("if it is, give corpora.lm.tokenized: true")


def test_ordinary_text_does_not_look_tokenized() -> None:
    english = "Mr. Smith paid 3.50, or .5 of it; they don't know <b>. The <unk> tag.\n"
    french = "« Quoi ? » dit-il, sans rien d’autre. Oui !\n"
    assert tokenized_warnings((english + french) * 4 + french * 100, "corpora.lm.tokenized") == []
