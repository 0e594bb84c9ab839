"""The blocks on translation: the lecture’s sentence, and how well a test text is translated."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report import encoder_figures
from firth.report.encoder_figures import Interval
from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import BLEU, NO_ENCODER_DECODER, OTHER_EXAMPLES, OTHER_LANGUAGES, because
from firth.report.lecture.sequence_texts import (
    attention_name,
    of_first_split,
    with_differences,
    with_interval,
)
from firth.report.markup import Content, figure, in_language, join, small, table
from firth.report.names import ATTENTIONS, display_name, in_order

SENTENCE, TRANSLATION = "Mary eats apples.", "Marie mange des pommes."
LANGUAGES = ("en", "fr")
UNDERSTANDABLE = 30  # BLEU from which on translations are mostly understandable (Lavie 2010)


def _judge_sentence(findings: Findings) -> Judgment:
    scores = _scores(findings)
    if scores.empty:
        return because(findings, BLEU, NO_ENCODER_DECODER)
    languages = findings.language("translation"), findings.language("translation", "target")
    if languages != LANGUAGES:
        return OTHER_LANGUAGES
    outputs = _outputs(findings)
    if outputs.empty:
        return OTHER_EXAMPLES
    right = outputs["output"].str.casefold() == TRANSLATION.casefold()
    number, bleu = f"{right.sum()} of {len(right)}", _listed(scores, "bleu")
    finding = (
        f"The lecture’s translation is written word for word by {number} translators; on {_sentences(scores):,} test "
        f"sentences, BLEU is {bleu}."
    )
    return decided(bool(right.all()), finding, number)


def _judge_quality(findings: Findings) -> Judgment:
    scores = _scores(findings)
    if scores.empty:
        return because(findings, BLEU, NO_ENCODER_DECODER)
    key = scores["bleu"].idxmax()
    best = scores.loc[key]
    number = with_interval(best, "bleu", 1)
    finding = (
        f"BLEU is {number} {attention_name(key)} ({int(best['sentences']):,} test sentences); a share of "
        f"{best['exact_match']:.2f} of the translations equals the reference."
    )
    low = best["bleu_low"] if pd.notna(best["bleu_low"]) else best["bleu"]
    return decided(low >= UNDERSTANDABLE, finding, number)


def _scores(findings: Findings) -> pd.DataFrame:
    """Scores of the translators on the first test split, by attention, in order."""
    scores = of_first_split(findings, "translation", "translation").dropna(subset=["sentences", "bleu"])
    return scores.loc[in_order(scores.index, ATTENTIONS)]


def _sentences(scores: pd.DataFrame) -> int:
    return int(scores["sentences"].iloc[0])


def _listed(scores: pd.DataFrame, column: str) -> str:
    return " and ".join(f"{value:.1f} {attention_name(key)}" for key, value in scores[column].items())


def _outputs(findings: Findings) -> pd.DataFrame:
    """What each translator writes for the lecture's sentence."""
    examples = findings.of_task("example_outputs", "translation")
    return examples[examples["source"] == SENTENCE]


def _draw_bleu(findings: Findings) -> Markup | None:
    return _draw_scores(findings, "bleu", "BLEU (test)", 100, "translation-bleu")


def _draw_exact(findings: Findings) -> Markup | None:
    return _draw_scores(findings, "exact_match", "translations equal to the reference (share)", 1, "translation-exact")


def _draw_scores(findings: Findings, column: str, title: str, highest: float, name: str) -> Markup | None:
    drawn: dict[str, tuple[float, Interval | None]] = {}
    for key, row in _scores(findings).dropna(subset=[column]).iterrows():
        low, high = row[f"{column}_low"], row[f"{column}_high"]
        interval = (float(low), float(high)) if pd.notna(low) and pd.notna(high) else None
        drawn[display_name(str(key), ATTENTIONS)] = (float(row[column]), interval)
    if not drawn:
        return None
    label = f"{title}: " + ", ".join(f"{model} {score:.3g}" for model, (score, _) in drawn.items())
    svg = encoder_figures.scores_with_intervals(drawn, title, highest, name, label)
    return figure(svg, "Lines at the ends of bars: 95 % intervals.")


def _show_outputs(findings: Findings) -> Markup | None:
    """The lecture's sentence by every translator, with the words that the encoder doesn't know."""
    outputs = _outputs(findings)
    if outputs.empty:
        return None
    is_french = findings.language("translation", "target") == LANGUAGES[1]
    rows = []
    for name, output, unknown in zip(outputs["attention"], outputs["output"], outputs["unknown"], strict=True):
        shown = in_language(output, findings.language("translation", "target"))
        if is_french:
            shown = in_language(with_differences(output, TRANSLATION), LANGUAGES[1])
        note = join([" ", small(f"(out of vocabulary: {unknown})")]) if unknown else ""
        rows.append([name, join([shown, note])])
    return table(SENTENCE, ["model", "translation"], rows)


def _error(findings: Findings) -> tuple[str, dict[str, Any]] | None:
    """The best translator, and the first sample that it does not write as the reference does."""
    scores = _scores(findings)
    if scores.empty:
        return None
    best = str(scores["bleu"].idxmax())
    samples = findings.samples.get("translation", [])
    wrong = (sample for sample in samples if sample["outputs"].get(best, sample["reference"]) != sample["reference"])
    sample = next(wrong, None)
    return None if sample is None else (best, sample)


def _show_error(findings: Findings) -> Markup | None:
    found = _error(findings)
    if found is None:
        return None
    best, sample = found
    written = with_differences(sample["outputs"][best], sample["reference"])
    language = findings.language("translation", "target")
    rows: list[list[Content]] = [
        ["reference", in_language(sample["reference"], language)],
        [display_name(best, ATTENTIONS), in_language(written, language)],
    ]
    return table(f"An error: {sample['source']}", ["", "translation"], rows)


def _ask_error(findings: Findings) -> str:
    found = _error(findings)
    return block_commands.of_sequence("translation", found[1]["source"], found[0]) if found else ""


TRANSLATES = Block(
    "translation",
    (29,),
    "“Mary eats apples.” becomes “Marie mange des pommes.”",
    ("translation", "example_outputs"),
    "every translator of a run from English to French writes the lecture's translation of its sentence",
    _judge_sentence,
    _draw_bleu,
    _show_outputs,
    lambda findings: "" if _outputs(findings).empty else block_commands.of_sequence("translation", SENTENCE),
)
QUALITY = Block(
    "quality",
    (35,),
    "Encoder–decoders are appealing for translation: pairs of sentences are all that they learn from",
    ("translation",),
    f"the interval of the best translator's BLEU lies above {UNDERSTANDABLE}, from which on translations are mostly "
    "understandable (Lavie 2010)",
    _judge_quality,
    _draw_exact,
    _show_error,
    _ask_error,
)
