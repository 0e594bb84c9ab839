import pytest
import sacrebleu

from firth.measures.bleu import bleu_by_source_length, metric_signatures, sentence_chrf, translation_scores


def test_scores_are_those_of_sacrebleu_with_their_signatures() -> None:
    outputs, references = ["Le chat mange.", "Il dort dans la rue."], ["Le chat mange.", "Il dort dans le lit."]
    scores, signatures = translation_scores(outputs, references), metric_signatures()
    assert scores["bleu"] == pytest.approx(sacrebleu.corpus_bleu(outputs, [references]).score, rel=1e-12)
    assert scores["chrf"] == pytest.approx(sacrebleu.corpus_chrf(outputs, [references]).score, rel=1e-12)
    assert scores["exact_match"] == 0.5
    assert set(scores) == {*signatures, "exact_match"}
    assert signatures["bleu"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert signatures["chrf"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_without_outputs_there_are_no_scores() -> None:
    assert translation_scores([], []) == {"bleu": None, "bleu_lowercase": None, "chrf": None, "exact_match": None}
    assert bleu_by_source_length([], [], []).empty


def test_bleu_of_a_tiny_case_by_hand() -> None:
    """Precisions 4/5, 3/4, 2/3, 1/2 (one wrong last word), no brevity penalty: their geometric mean."""
    scores = translation_scores(["a b c d x"], ["a b c d e"])
    assert scores["bleu"] == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


def test_lower_case_scores_ignore_case() -> None:
    references = ["Ein Hund läuft durch den Park.", "Two men are sitting on a bench.", "Il dort dans le lit ce soir."]
    outputs = ["ein hund läuft durch den Park.", "Two men sit on the bench.", "Il dort dans le lit ce soir."]
    scores = translation_scores(outputs, references)
    lower = sacrebleu.corpus_bleu(outputs, [references], lowercase=True)
    assert scores["bleu_lowercase"] == pytest.approx(lower.score, rel=1e-12)
    assert scores["bleu"] is not None
    assert lower.score > scores["bleu"]
    assert "case:lc" in metric_signatures()["bleu_lowercase"]


def test_bleu_by_source_length_is_that_of_the_sentences_of_each_length() -> None:
    references = ["Ein Hund läuft durch den Park.", "Two men are sitting on a bench.", "Il dort dans le lit ce soir."]
    outputs = ["ein hund läuft durch den Park.", "Two men sit on the bench.", "Il dort dans le lit ce soir."]
    frame = bleu_by_source_length(outputs, references, ["a " * 5, "a " * 36, "a " * 31])
    long = sacrebleu.corpus_bleu(outputs[1:], [references[1:]]).score
    assert frame.to_dict("records") == [
        {"source_length": "1-5", "sentences": 1, "bleu": sacrebleu.corpus_bleu(outputs[:1], [references[:1]]).score},
        {"source_length": "31+", "sentences": 2, "bleu": long},
    ]
    groups = bleu_by_source_length(["a"] * 3, ["a"] * 3, ["", "a " * 6, "a " * 30])["source_length"]
    assert groups.tolist() == ["1-5", "6-10", "26-30"]


def test_sentence_chrf_is_that_of_sacrebleu() -> None:
    outputs, references = ["Le chat dort.", "x"], ["Le chat mange.", "y"]
    expected = [sacrebleu.sentence_chrf(output, [text]).score for output, text in zip(outputs, references, strict=True)]
    assert sentence_chrf(outputs, references) == pytest.approx(expected)
