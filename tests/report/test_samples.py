"""Test sentences on which the encoder–decoders of a task differ."""

from dataclasses import replace

from report.test_page import findings, read

from firth.report.samples import MOST, differing, samples_part


def translated(*outputs: str) -> list[dict[str, str]]:
    return [{"source": f"s{n}", "reference": "un chat", "output": text} for n, text in enumerate(outputs)]


def test_the_first_items_that_the_models_write_differently_are_kept() -> None:
    found = differing({"none": translated("un chat", "un", "le", "x"), "dot": translated("un chat", "un", "la", "y")})
    assert [item["source"] for item in found] == ["s2", "s3"]
    assert found[0] == {"source": "s2", "reference": "un chat", "outputs": {"none": "le", "dot": "la"}}
    many = differing({"none": translated(*["a"] * 20), "dot": translated(*["b"] * 20)})
    assert [item["source"] for item in many] == [f"s{number}" for number in range(MOST)]


def test_of_a_single_model_the_wrong_outputs_are_kept() -> None:
    assert [item["source"] for item in differing({"none": translated("un chat", "un", "un chat")})] == ["s1"]
    assert differing({}) == []


def test_a_story_ends_in_its_question() -> None:
    item = {"story": ["S.", "T."], "question": "Q?", "reference": "A.", "output": "B."}
    assert differing({"none": [item]})[0]["source"] == "S. T. Q?"


def test_words_unlike_the_reference_are_marked_and_text_is_in_its_language() -> None:
    items = [
        {"source": "A cat", "reference": "un chat noir", "outputs": {"none": "un chien noir", "additive": "un chat"}}
    ]
    part = samples_part(replace(findings(), samples={"translation": items}), "translation")
    assert part is not None
    assert ["A cat", "un chat noir", "un chien noir", "un chat …"] in read(str(part)).rows
    assert '<span lang="fr">un <mark>chien</mark> noir</span>' in part
    assert samples_part(replace(findings(), samples={}), "translation") is None
