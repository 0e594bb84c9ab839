"""Words that differ from a reference, and text in its language."""

import pytest

from firth.report.lecture.sequence_texts import attention_name, with_differences


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("un chat noir", "un chat noir"),
        ("un chien noir", "un <mark>chien</mark> noir"),
        ("un noir", "un <mark>…</mark> noir"),
        ("le un chat noir", "<mark>le</mark> un chat noir"),
        ("", "<mark>…</mark>"),
        ("un <b> noir", "un <mark>&lt;b&gt;</mark> noir"),
    ],
)
def test_words_that_the_reference_does_not_have_there_are_marked(output: str, shown: str) -> None:
    assert with_differences(output, "un chat noir") == shown


def test_a_model_is_named_by_its_attention() -> None:
    assert [attention_name(key) for key in ("none", "dot")] == ["without attention", "with dot attention"]
