"""The chapter on recurrent networks: a state that is carried from word to word, and what it captures."""

from markupsafe import Markup

from firth.params.cells import RECURRENT_NETWORKS
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Chapter, Judgment, explained
from firth.report.lecture.block_commands import generate
from firth.report.lecture.language_pieces import probability, the
from firth.report.lecture.long_dependencies import ATTRACTORS, DISTANCE
from firth.report.lecture.reasons import NO_RECURRENT
from firth.report.lecture.source_distance import SOURCE
from firth.report.markup import figure, rendered
from firth.report.result_tables import of_models
from firth.text.vocabulary import EOS

STEPS = 5  # drawn of a sentence


def _judge(findings: Findings) -> Judgment:
    training = of_models(findings.table("training"), "lm-").dropna(subset=["parameters"]).set_index("model")
    for network in RECURRENT_NETWORKS:
        if network in training.index:
            parameters = f"{int(training.at[network, 'parameters']):,}"
            return explained(
                f"Each state is computed from the {findings.token('lm')} read and the state before it, "
                f"hₜ = f(Wxₜ + Uhₜ₋₁), with weights that all steps share: {the(network)} has {parameters} "
                "parameters, however long the sentence."
            )
    return NO_RECURRENT


def _draw(findings: Findings) -> Markup | None:
    """The first recurrent network, unrolled over a sentence of the test text."""
    rows, token = findings.table("sentence_probabilities").sort_values("position"), findings.token("lm")
    network = _drawn_network(findings)
    if not network:
        return None
    found = rows[rows["model"] == network]
    tokens = found["token"].tolist()
    steps = [
        (read, written, probability(value))
        for read, written, value in zip([EOS, *tokens], tokens, found["probability"], strict=False)
    ][:STEPS]
    label = f"{the(network)} unrolled: " + "; ".join(
        f"reads {read}, gives {written} {value}" for read, written, value in steps
    )
    drawn = rendered(
        "unrolled.svg.j2", steps=steps, more=len(tokens) > len(steps), language=findings.language("lm"), label=label
    )
    caption = (
        f"A sentence of the test text, read by {the(network)}. {EOS} ends the sentence before it. V maps a state to a "
        f"probability of each {token}; shown is that of the {token} that follows."
    )
    return figure(drawn, caption)


def _drawn_network(findings: Findings) -> str:
    """The first recurrent network that has read a sentence of the test text; empty without one."""
    there = set(findings.table("sentence_probabilities")["model"])
    return next((network for network in RECURRENT_NETWORKS if network in there), "")


def _ask(findings: Findings) -> str:
    network = _drawn_network(findings)
    return generate(findings, network) if network else ""


UNROLLED = Block(
    "unrolled",
    (20,),
    "A recurrent network reads a sentence of any length, word by word",
    ("training",),
    "",
    _judge,
    _draw,
    command=_ask,
)
RECURRENCE = Chapter("recurrence", "Recurrent networks", (UNROLLED, ATTRACTORS, DISTANCE, SOURCE))
