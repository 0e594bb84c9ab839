"""Why a claim is not tested: which results are missing, and the command that brings them, in the same words everywhere.

Where a measuring stage has said why it could not measure a number, that reason is given.
"""

from firth.report.findings import Findings
from firth.report.lecture.block import Judgment, untested

REPRO, STUDIES = "firth repro", "make studies"
AGREEMENT = "lm_.*_agreement_one_attractor"  # numbers that stand for a group: missing with it, for the same reason
OVER_SOURCE = "lm_.*_perplexity_over_source"
PERPLEXITY = "lm_.*_test_perplexity"
BLEU = "translation_.*_bleu"
EXACT_MATCH = "qa_(?!baseline).*_exact_match"
BASELINE = "qa_baseline_.*_exact_match"


def because(findings: Findings, numbers: str, otherwise: Judgment) -> Judgment:
    """The claim is not tested for the reason that the table ``not_measured`` gives, or else as ``otherwise`` says.

    Parameters
    ----------
    numbers : pattern of the whole names of the numbers that the claim needs; the first that was not measured counts.
    """
    table = findings.table("not_measured")
    reasons = table[table["number"].str.fullmatch(numbers)]["reason"].tolist()
    return untested(f"Not measured: {reasons[0]}.", otherwise.command) if reasons else otherwise


def vector_scores(representation: str) -> str:
    """The numbers of one representation of words, as a pattern."""
    return f"{representation}_.*"


def norms_by_lag(network: str) -> str:
    """The number that stands for the gradients of a network."""
    return f"gradient_{network}_20_steps_back"


def no_study(name: str, what: str) -> Judgment:
    """Results of a study are missing."""
    return untested(f"No {what}: the study “{name}” measures them.", STUDIES)


def no_gradients(name: str) -> Judgment:
    """A network's norms by lag are missing."""
    return untested(
        f"No gradients by lag of the network {name}: list it in params.yaml under models.networks and "
        "models.recurrent_networks.",
        REPRO,
    )


def no_farther(window: int) -> Judgment:
    """All pairs lie within a window of this many tokens."""
    return untested(
        f"In no group of pairs is the subject farther from the verb than the largest window of {window} tokens. Lower "
        "lm.context_size or ngram.order in params.yaml.",
        REPRO,
    )


def _unlisted(what: str, models: str) -> Judgment:
    return untested(f"{what} List {models} in params.yaml under models.networks and models.language_models.", REPRO)


NO_VECTORS = untested("No scores of word vectors, which the built-in world or a gold set gives.", REPRO)
NO_SVD = untested("No scores of SVD and of PPMI.", REPRO)
NO_COUNTS = untested("No sizes of the co-occurrence counts.", REPRO)
NO_ANGLES = untested("No angles between word vectors: they are measured where tokens are words.", REPRO)
NO_SUBWORDS = untested(
    "No text of this run is split into subwords: params.yaml, tokens, has subwords as a segmentation.", REPRO
)
NO_FEEDFORWARD = _unlisted("This run has no results of a feed-forward network.", "feedforward")
NO_RECURRENT = _unlisted("This run has no results of a recurrent network.", "rnn, gru or lstm")
ONLY_RECURRENT = _unlisted("This run has results of recurrent networks alone.", "ngram or feedforward")
NO_NGRAM = untested(
    "This run has no results of n-gram models. List ngram in params.yaml under models.language_models.", REPRO
)
NO_TRIGRAM = untested(
    "This run has no results of an n-gram model of order 3. Raise ngram.largest_order in params.yaml.", REPRO
)
NO_LARGER_NGRAM = untested(
    "This run has no results of a larger order than the trigram’s. Raise ngram.largest_order in params.yaml.", REPRO
)
NO_PAIRS = untested(
    "No agreement pairs suit this text. The built-in world and English text have them: give corpora.lm such a source "
    "in params.yaml.",
    REPRO,
)
NO_SENTENCE = untested("The test text has no sentence. Give corpora.lm a longer text in params.yaml.", REPRO)
NO_SOURCE = untested(
    "The lowest possible perplexity is known for text of the built-in world alone. Give corpora.lm the source world in "
    "params.yaml.",
    REPRO,
)
NO_TERMS = untested("No terms of a gradient, which are measured on text with sentences of few tokens.", REPRO)
NO_ENCODER_DECODER = untested(
    "No encoder–decoder was scored: params.yaml lists them under models.tasks and models.attentions.", REPRO
)
NO_ATTENTION_APART = untested(
    "Translators without attention and with it were not both scored on short and on long sentences: list them in "
    "params.yaml under models.attentions.",
    REPRO,
)
NO_BASELINE = untested(
    "The questions have no baseline to compare with: stories name no places, and no text is there to train on.", REPRO
)
OTHER_LANGUAGES = untested(
    "The lecture’s sentence goes from English to French, and this run translates other languages."
)
OTHER_EXAMPLES = untested("The sentence is not among the examples: params.yaml lists them under saliency.", REPRO)
NO_ENCODERS = no_study("encoders", "gradients and scores of encoders")
NO_SIZES = no_study("bottleneck", "scores by the size of the vector")
NO_CLIPPING = no_study("clipping", "trainings with and without clipping to compare")
NO_STARTS = untested("No trainings from word vectors: the studies “embeddings” and “pairs” make them.", STUDIES)
NO_COSTS = no_study("vectors", "costs of word vectors until equal quality")
NO_CURVES = no_study("vectors", "curves of word vectors by the words read")
NO_OPERATIONS = no_study("softmax", "operations by the size of the vocabulary")
