"""The bAbI format, on stories written by hand."""

from pathlib import Path

import pytest

from firth.corpora.archives import LocalFile
from firth.corpora.babi_format import (
    BabiQuestion,
    BabiStory,
    held_out,
    last_place,
    read_stories,
    records,
    training_answers,
)
from firth.errors import FirthError

TEXT = """\
1 Mary took the football.
2 Mary went to the garden.
3 Where is Mary? \tgarden\t2
4 John took the apple.
5 Mary took the apple.
6 What is Mary carrying?\tfootball,apple\t1 5

1 Sandra is in the hall.
2 Is Sandra in the office?\tno
"""


def read(folder: Path, text: str) -> list[BabiStory]:
    (folder / "qa.txt").write_text(text, encoding="utf-8")
    return list(read_stories(LocalFile(folder / "qa.txt", "qa.txt")))


def test_a_question_gets_the_statements_before_it_and_their_positions(tmp_path: Path) -> None:
    taken = ["Mary took the football.", "Mary went to the garden."]
    assert read(tmp_path, TEXT) == [
        [
            BabiQuestion(taken, "Where is Mary?", "garden", [1]),
            BabiQuestion(
                [*taken, "John took the apple.", "Mary took the apple."],
                "What is Mary carrying?",
                "football,apple",
                [0, 3],
            ),
        ],
        [BabiQuestion(["Sandra is in the hall."], "Is Sandra in the office?", "no", [])],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 A.\nB.\n", "line 2 does not begin with a number"),
        ("2 A.\n", "line 1 is numbered 2 after 0"),
        ("1 A.\n3 B.\n2 C.\n", "line 3 is numbered 2 after 3"),
        ("1 A.\n2 Where?\t\t1\n", "line 2 is not a question"),
        ("1 A.\n2 Where?\tx\t1\tmore\n", "line 2 is not a question"),
        ("1 A.\n2 Where?\tx\t2\n", "line 2 names 2 as supporting"),
        ("1 A.\n2 Where?\tx\tone\n", "line 2 names one as supporting"),
        ("1 Where?\tx\n", "line 1 asks before"),
        ("1 A.\n2 B.\n", "no question"),
    ],
)
def test_a_line_of_another_form_is_refused_by_number(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FirthError, match=rf"qa\.txt: .*{message}|qa\.txt: {message}"):
        read(tmp_path, text)


def test_held_out_stories_are_the_last_and_stay_whole() -> None:
    stories = [[BabiQuestion(["A."], str(story), "x", [])] * 3 for story in range(5)]
    before, after = held_out(stories, 4)
    assert (before, after) == (stories[:3], stories[3:])


def test_the_last_place_is_the_last_word_that_answers_a_training_question(tmp_path: Path) -> None:
    stories = read(tmp_path, TEXT)
    answers = training_answers([("train", stories[0]), ("test", stories[1])])
    assert answers == {"garden", "football", "apple"}
    assert last_place(["Mary went to the garden.", "John took the Apple quickly."], answers) == "Apple"
    assert last_place(["Sandra is in the hall."], answers) is None
    (_, first), *_ = records([("train", stories[0])], answers, 7)
    assert first == {
        "story": ["Mary took the football.", "Mary went to the garden."],
        "question": "Where is Mary?",
        "answer": "garden",
        "supporting": [1],
        "last_place": "garden",
        "task": 7,
    }


def test_an_answer_of_several_words_has_no_last_place_and_leaves_the_others_theirs(tmp_path: Path) -> None:
    story = (
        "1 Mary is in the hall.\n2 Where is Mary?\thall\t1\n3 What is there?\tan old chair\t1\n4 And?\tsofa,lamp\t1\n"
    )
    stories = [("train", one) for one in read(tmp_path, story)]
    found = [record["last_place"] for _, record in records(stories, training_answers(stories), None)]
    assert found == ["hall", None, None]


def test_combining_marks_do_not_cut_the_last_place(tmp_path: Path) -> None:
    story = "1 सीता हॉल में गई।\n2 सीता कहाँ है?\tहॉल\t1\n"
    stories = [("train", one) for one in read(tmp_path, story)]
    ((_, record),) = records(stories, training_answers(stories), None)
    assert record["last_place"] == "हॉल"


def test_supporting_lines_may_be_set_apart_by_commas_and_empty_columns_follow(tmp_path: Path) -> None:
    ((question,),) = read(tmp_path, "1 A.\n2 B.\n3 Where?\tx\t1,2\t\t\n")
    assert question.supporting == [0, 1]


def test_stories_without_a_question_are_counted(tmp_path: Path) -> None:
    (tmp_path / "qa.txt").write_text("1 A.\n\n1 B.\n2 Where?\tx\n1 C.\n", encoding="utf-8")
    file = LocalFile(tmp_path / "qa.txt", "qa.txt")
    assert len(list(read_stories(file))) == 1
    assert file.counts.left_out == {"stories_without_question": 2, "blank_lines": 1}
