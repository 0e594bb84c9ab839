"""What networks gain from word vectors as initial embeddings: an LSTM and a translator, in two studies."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from firth.report import study_figures
from firth.report.findings import Findings
from firth.report.lecture.block import Judgment, decided
from firth.report.lecture.reasons import NO_STARTS
from firth.report.markup import figure, paragraph
from firth.report.names import INITIAL_EMBEDDINGS
from firth.report.result_tables import Points, curves, in_text

LOWER = 0.95  # times the perplexity with random vectors: trainings with other seeds differ less
HIGHER = 2.0  # BLEU: likewise
WORD_VECTORS = "word2vec"


def judge_starts(findings: Findings) -> Judgment:
    """The least text of the LSTM, and the number of pairs where the translator's scores differ most."""
    found = [part for part in (_language_model(findings), _translator(findings)) if part]
    if not found:
        return NO_STARTS
    sentence = "; ".join(finding for finding, _, _ in found)
    number = next((number for _, gains, number in found if not gains), found[0][2])
    return decided(all(gains for _, gains, _ in found), f"{sentence[0].upper()}{sentence[1:]}.", number)


def draw_starts(findings: Findings) -> Markup | None:
    """Perplexity by epoch on the least text above BLEU by training pairs."""
    perplexities, scores = _perplexities(findings), _scores(findings)
    if not perplexities and not scores:
        return None
    told = [f"Validation perplexity by epoch: {in_text(perplexities)}"] if perplexities else []
    told += [f"Test BLEU by training pairs: {in_text(scores)}"] if scores else []
    above = "validation perplexity of an LSTM on the smallest share of the text" if perplexities else ""
    below = "test BLEU of a translator by the number of its training pairs" if scores else ""
    caption = "; ".join(part for part in (above, below) if part) + ". Lines differ in their initial embeddings."
    drawing = study_figures.initial_embeddings(perplexities, scores, "starts", ". ".join(told))
    return figure(drawing, f"{caption[0].upper()}{caption[1:]}")


def covered(findings: Findings) -> Markup | None:
    """How much of the LSTM's vocabulary has a word vector."""
    share = findings.studies.get(f"embeddings-{WORD_VECTORS}", {}).get("initial_embeddings_covered")
    if share is None:
        return None
    return paragraph(
        "The word vectors were learned on the studies’ text for word vectors, which is not the LSTM’s. A share of "
        f"{share:.3f} of the LSTM’s vocabulary has one; all other weights start at random, and all are trained."
    )


def _language_model(findings: Findings) -> tuple[str, bool, str] | None:
    """What is said of the LSTM, whether it gains, and the number that decides."""
    share = _smallest_share(findings)
    random, learned = (_of_share(findings, initial, share) for initial in ("random", WORD_VECTORS))
    perplexities = [found.get("test", {}).get("perplexity") for found in (random, learned)]
    if None in perplexities or "training_tokens" not in random:
        return None
    before, after = perplexities
    finding = (
        f"an LSTM trained on {random['training_tokens']:,} tokens reaches a test perplexity of {after:.1f} "
        f"from word2vec vectors, {before:.1f} from random ones"
    )
    return finding, after <= LOWER * before, f"{after:.1f}"


def _translator(findings: Findings) -> tuple[str, bool, str] | None:
    """The same of the translator."""
    scores = {initial: dict(_scores(findings).get(INITIAL_EMBEDDINGS[initial], [])) for initial in INITIAL_EMBEDDINGS}
    random, learned = scores["random"], scores[WORD_VECTORS]
    common = [pairs for pairs in random if pairs in learned]
    if not common:
        return None
    most = max(common, key=lambda pairs: abs(learned[pairs] - random[pairs]))
    finding = (
        f"a translator trained on {most:,} pairs reaches a test BLEU of {learned[most]:.1f} from word2vec vectors, "
        f"{random[most]:.1f} from random ones"
    )
    return finding, learned[most] - random[most] >= HIGHER, f"{learned[most]:.1f}"


def _smallest_share(findings: Findings) -> str:
    shares = [key for key in findings.studies.get("embeddings-random", {}) if key.startswith("share_")]
    return min(shares, key=lambda key: float(key.removeprefix("share_")), default="")


def _of_share(findings: Findings, initial: str, share: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = findings.studies.get(f"embeddings-{initial}", {}).get(share, {})
    return found


def _perplexities(findings: Findings) -> dict[str, Points]:
    """Initial embeddings → validation perplexity by epoch, on the smallest share of the text."""
    rows = findings.curves_of("embeddings", INITIAL_EMBEDDINGS)
    return (
        {} if rows.empty else curves(rows[rows["share"] == rows["share"].min()], "study", "epoch", "valid_perplexity")
    )


def _scores(findings: Findings) -> dict[str, Points]:
    """Initial embeddings → BLEU by training pairs."""
    found = {
        name: [
            (int(values["pairs"]), float(values["bleu"]))
            for values in findings.studies.get(f"pairs-{initial}", {}).values()
            if values["bleu"] is not None
        ]
        for initial, name in INITIAL_EMBEDDINGS.items()
    }
    return {name: points for name, points in found.items() if points}
