"""The word rule, on cases cut by hand."""

import random
import unicodedata

import pytest

from firth.text.tokenizer import join_words, tokenize_line, tokens_and_line_ends, words

CASES = {
    "Mary eats apples.": ["Mary", "eats", "apples", "."],
    "Don't — it’s John's, rock'n'roll!": ["Don't", "—", "it’s", "John's", ",", "rock'n'roll", "!"],
    "twenty-one well--known -5 'tis dogs'": [
        "twenty-one",
        "well",
        "-",
        "-",
        "known",
        "-",
        "5",
        "'",
        "tis",
        "dogs",
        "'",
    ],
    "1,000.50 3.5-inch 24/7 v1.2.3 7. ,8": ["1,000.50", "3.5-inch", "24", "/", "7", "v1.2.3", "7", ".", ",", "8"],
    "U.S. a.b a,b awesome.Easy": ["U", ".", "S", ".", "a", ".", "b", "a", ",", "b", "awesome", ".", "Easy"],
    "snake_case x=1": ["snake", "_", "case", "x", "=", "1"],
    "L’homme mange-t-il à Noël\u00a0?": ["L’homme", "mange-t-il", "à", "Noël", "?"],
    "Cafe\u0301 noe\u0308l": ["Cafe\u0301", "noe\u0308l"],
    "हिन्दी में": ["हिन्दी", "में"],
    "می\u200cخواهم": ["می\u200cخواهم"],
    "Привет, мир! Ὀδυσσεύς": ["Привет", ",", "мир", "!", "Ὀδυσσεύς"],
    "½ cup x² Ⅷ": ["½", "cup", "x²", "Ⅷ"],
    "我爱你。他也": ["我爱你", "。", "他也"],
    "ok❤\ufe0f👍🏽": ["ok", "❤\ufe0f", "👍", "🏽"],
    "a\u2028b\u0085c\td\r": ["a", "b", "c", "d"],
    "one<br />two<BR>three<br/> <b>x</b>": ["one", "two", "three", "<", "b", ">", "x", "<", "/", "b", ">"],
    "": [],
    " \n ": [],
}


@pytest.mark.parametrize("text", CASES)
def test_words_are_cut_as_by_hand(text: str) -> None:
    assert words(text, lowercase=False) == CASES[text]


def random_text(seed: int, length: int) -> str:
    """Characters of many scripts with much punctuation and white space."""
    source = random.Random(seed)
    alphabet = "aZé09.,'’-_ \n\t<>&\u00a0\u2028\u0301\u0903\ufe0fΣ我🏽𐐀𝟗½߀\u200d\U000e0100"
    return "".join(source.choice(alphabet) for _ in range(length))


def test_cutting_loses_white_space_and_nothing_else() -> None:
    for seed in range(200):
        text = random_text(seed, 60)
        assert "".join(words(text, lowercase=False)) == "".join(text.split())


def test_every_token_is_one_word_or_one_character_with_its_marks() -> None:
    def is_word_character(character: str) -> bool:
        return character.isalnum() or unicodedata.category(character)[0] == "M"

    for seed in range(200):
        for token in words(random_text(seed, 60), lowercase=False):
            if is_word_character(token[0]):
                assert is_word_character(token[-1])
            else:
                assert all(unicodedata.category(mark)[0] == "M" for mark in token[1:])


def test_lower_casing_is_that_of_the_whole_text() -> None:
    assert words("ΟΔΥΣΣΕΥΣ İS Straße", lowercase=True) == ["οδυσσευς", "i̇s", "straße"]


def test_long_runs_take_linear_time() -> None:
    assert words("ab" * 100_000 + "-", lowercase=False) == ["ab" * 100_000, "-"]


def test_tokenized_text_is_cut_at_ascii_space_alone_and_keeps_its_case() -> None:
    line = " the <unk> 's N u.s. Mr.\u00a0X do n't ' '\r"
    assert tokenize_line(line, lowercase=True, tokenized=True) == [
        *["the", "<unk>", "'s", "N", "u.s.", "Mr.\u00a0X", "do", "n't", "'", "'"],
    ]


@pytest.mark.parametrize("tokenized", [False, True])
def test_lines_together_are_cut_as_lines_alone(tokenized: bool) -> None:
    lines = random_text(3, 2000).split("\n")
    expected = [token for line in lines for token in [*tokenize_line(line, True, tokenized), "\n"]]
    assert tokens_and_line_ends("\n".join([*lines, ""]), True, tokenized) == expected


def test_joined_words_read_well_and_give_the_words_back() -> None:
    for text in (
        "Tim is in his room.",
        "Where is Mary (the cook), please?",
        'He said: "No, never!" and left; she stayed.',
        "Il paie 3,50 % à l’hôtel…",
        "“Yes,” she said.",
    ):
        tokens = words(text, lowercase=False)
        assert words(join_words(tokens), lowercase=False) == tokens
    assert join_words(["Where", "is", "Mary", "(", "the", "cook", ")", "?"]) == "Where is Mary (the cook)?"
    assert join_words(["he", "said", '"', "no", '"', ",", "did", "n't", "he", "'s"]) == "he said \"no\", didn't he's"


SCRIPTS = {
    "Das Ö-Haus, z.B. für 3,5 €!": ["Das", "Ö-Haus", ",", "z", ".", "B", ".", "für", "3,5", "€", "!"],
    "Talossani-han on 12 huonetta.": ["Talossani-han", "on", "12", "huonetta", "."],
    "Кто-то сказал: «Ё-моё»…": ["Кто-то", "сказал", ":", "«", "Ё-моё", "»", "…"],
    "他说：“你好”。": ["他说", "：", "“", "你好", "”", "。"],
    "เด็กกินข้าว แมวนอน": ["เด็กกินข้าว", "แมวนอน"],
    "ذهب الولدُ إلى المدرسةِ، ثم عاد.": ["ذهب", "الولدُ", "إلى", "المدرسةِ", "،", "ثم", "عاد", "."],
}


@pytest.mark.parametrize("text", SCRIPTS)
def test_words_of_other_languages_are_cut_as_by_hand(text: str) -> None:
    assert words(text, lowercase=False) == SCRIPTS[text]


def test_a_soft_hyphen_joins_no_word() -> None:
    assert words("man\u00adger", lowercase=False) == ["man", "\u00ad", "ger"]


@pytest.mark.parametrize(
    "text",
    [
        "他说：“你好！”真的吗？",
        "我用 Python 写《红楼梦》。",
        "Die „Oma“ schläft.",
        "A „mama” śpi. Die „Oma“ nicht.",
        "„Ala” i “Ola”.",
        "Il dit: «Oui!» (déjà)",
        "“Yes,” she said. “No”",
        "ذهب الولدُ، ثم عاد؟",
    ],
)
def test_words_close_up_with_the_punctuation_of_their_language(text: str) -> None:
    assert join_words(words(text, lowercase=False)) == text
