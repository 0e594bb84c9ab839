"""This chapter of the page: backpropagation through time, vanishing and exploding gradients, and gates."""

from functools import partial

import pandas as pd

from firth.params.cells import Cell
from firth.report import gradient_figures
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Chapter, Judgment, decided
from firth.report.lecture.block_commands import agree, command, longest_prefix
from firth.report.lecture.exploding import CLIPPING, EXPLODING
from firth.report.lecture.reasons import NO_TERMS, because, no_gradients, norms_by_lag
from firth.report.markup import Markup, figure, in_language, join, listed_sentences, marked, paragraph
from firth.report.names import CELL_STATE, LANGUAGE_MODELS, WHEN, ordered
from firth.report.readable import two_digits
from firth.report.result_tables import above_smallest_norm, points, rows_of

NEAR, FAR, FARTHEST = 1, 20, 40  # lags
# Of the norm one step back: the terms of such lags are lost beside the first ones in the sum. The RNN is judged before
# training, because it is from these gradients that a network has to learn; gates after it, because they are learned.
VANISHED = 0.01
CARRIED = {  # what hands information on from step to step: its norms by lag, and its name
    "rnn": ("norm", LANGUAGE_MODELS["rnn"].name),
    "lstm": ("cell_norm", CELL_STATE.name),
    "gru": ("norm", LANGUAGE_MODELS["gru"].name),
}
EQUATIONS = {
    "lstm": (
        "i, f, o = σ(W xₜ + U hₜ₋₁ + b), each with weights of its own",
        "g = tanh(W xₜ + U hₜ₋₁ + b)",
        "cₜ = f ⊙ cₜ₋₁ + i ⊙ g",
        "hₜ = o ⊙ tanh(cₜ)",
    ),
    "gru": (
        "r, z = σ(W xₜ + U hₜ₋₁ + b), each with weights of its own",
        "n = tanh(W xₜ + r ⊙ (U hₜ₋₁) + b)",
        "hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁",
    ),
}


def _terms(findings: Findings) -> pd.DataFrame:
    """The terms of one network, of the RNN if there are any: a row a lag, from the first token of the sentence on."""
    terms = ordered(findings.table("gradient_terms"), "network", {"rnn": None})
    first = terms[terms["network"] == terms["network"].iloc[0]] if len(terms) else terms
    wide = first.pivot(index=["lag", "position", "token", "target"], columns="when", values="norm")
    complete = wide.reindex(columns=list(WHEN)).dropna(subset=["after"]).reset_index()
    return complete.assign(network=first["network"].iloc[0] if len(first) else "").sort_values("position")


def _judge_terms(findings: Findings) -> Judgment:
    terms, table = _terms(findings), findings.table("gradient_terms")
    checks = table.groupby("network")["sum_equals_autograd"].min().dropna()
    if terms.empty or checks.empty:
        return NO_TERMS
    unequal = [LANGUAGE_MODELS[network].name for network in checks.index[checks != 1]]
    told = f"do not add up to what autograd computes: {', '.join(unequal)}"
    first, last = terms.iloc[0], terms.iloc[-1]
    name, token = LANGUAGE_MODELS[last["network"]].name, findings.token("lm")
    finding = (
        f"The gradient of one error of the {name} is a sum of {last['position']} terms, of norm "
        f"{two_digits(last['after'])} at the step itself and {two_digits(first['after'])} at the first {token}; "
        f"the terms {told if unequal else 'add up to what autograd computes, in every network'}."
    )
    return decided(not unequal, finding)


def _draw_terms(findings: Findings) -> Markup | None:
    terms = _terms(findings)
    if terms.empty:
        return None
    steps = [tuple(row) for row in rows_of(terms[["token", "lag", "before", "after"]])]
    name, target = LANGUAGE_MODELS[terms["network"].iloc[0]].name, terms["target"].iloc[0]
    label = f"Norms of the terms of the gradient of the error at {target}, {name}: " + "; ".join(
        f"{lag} steps back, {token}, {'' if before is None else f'{two_digits(before)} before training, '}"
        f"{two_digits(after)} after"
        for token, lag, before, after in steps
    )
    caption = (
        f"The {name}, unrolled over a sentence of the validation text. The error goes back along the arrows; beside "
        "each step k back, the norm of its term, where W is the matrix from state to state. Each column has a "
        "scale of its own."
    )
    drawing = gradient_figures.gradient_terms(steps, target, findings.language("lm"), label)
    return figure(drawing, caption)


def _sentence(findings: Findings) -> Markup | None:
    """The words that were read, and the one that the error is about."""
    terms = _terms(findings)
    if terms.empty:
        return None
    read, target, language = " ".join(terms["token"]), terms["target"].iloc[0], findings.language("lm")
    sentence = join([read, marked(target)], " ")
    return join(
        [
            paragraph("∂Eₜ/∂W = Σₖ ∂Eₜ/∂hₜ · ∂hₜ/∂hₜ₋ₖ · ∂hₜ₋ₖ/∂W, and the loss of a text is the sum of all Eₜ."),
            paragraph(in_language(sentence, language)),
        ]
    )


def _ask_terms(findings: Findings) -> str:
    """Measures the gradients of the network anew."""
    terms = _terms(findings)
    return "" if terms.empty else command("repro", f"gradients@{terms['network'].iloc[0]}")


def _ask(findings: Findings, network: str) -> str:
    """The pair of verb forms with the longest prefix, by one network."""
    return agree(findings, longest_prefix(findings), network)


def _norms(findings: Findings, network: str) -> pd.DataFrame:
    """Norms by lag of what a network carries from step to step: index lag, columns before and after, none missing."""
    table, column = findings.table("gradients"), CARRIED[network][0]
    rows = table[table["network"] == network].set_index("lag")
    return rows[[f"{column}_{when}" for when in WHEN]].set_axis(list(WHEN), axis="columns").dropna().sort_index()


def _remaining(findings: Findings, network: str) -> pd.Series | None:
    """What is left of the norm 20 steps back, before training and after; None if it was not measured."""
    table = findings.table("gradients")
    rows = table[(table["network"] == network) & (table["lag"] == FAR)]
    found = rows[[f"remaining_{when}" for when in WHEN]].set_axis(list(WHEN), axis="columns").dropna()
    return None if found.empty else found.iloc[0]


def _within_sentence(findings: Findings) -> int:
    """The largest lag whose state has read the same sentence in all texts."""
    table = findings.table("gradients")
    return int(max(table.loc[table["within_sentence"] == 1, "lag"], default=0))


def _judge_vanishing(findings: Findings) -> Judgment:
    left = _remaining(findings, "rnn")
    if left is None:
        return because(findings, norms_by_lag("rnn"), no_gradients(LANGUAGE_MODELS["rnn"].name))
    finding = (
        f"Before training, {two_digits(left['before'])} of the gradient at the RNN’s state one step back is left "
        f"{FAR} steps back; after training, {two_digits(left['after'])}.{_passed_end(findings)}"
    )
    return decided(bool(left["before"] <= VANISHED), finding, two_digits(left["before"]))


def _passed_end(findings: Findings) -> str:
    """What a finding adds where the lag is longer than sentences are."""
    return "" if _within_sentence(findings) >= FAR else " Ends of sentences lie in between, where a network may forget."


def _draw_norms(findings: Findings) -> Markup | None:
    found = {network: _norms(findings, network) for network in CARRIED}
    panels = {
        title: {
            CARRIED[network][1]: curve
            for network, norms in found.items()
            if (curve := above_smallest_norm(points(norms.loc[NEAR:FARTHEST].reset_index(), "lag", when)))
        }
        for when, title in WHEN.items()
    }
    if not any(panels.values()):
        return None
    label = "Norm of the gradient by lag: " + "; ".join(
        f"{name} {when} " + ", ".join(f"{lag}: {norm:.2g}" for lag, norm in curve if lag in (NEAR, FAR, FARTHEST))
        for when, by_model in panels.items()
        for name, curve in by_model.items()
    )
    caption = (
        "Norm of ∂Eₜ/∂hₜ₋ₖ, of ∂Eₜ/∂cₜ₋ₖ for an LSTM’s cell: geometric mean over 64 positions of the validation text. "
        f"The error stays within its sentence up to lag {_within_sentence(findings)}; beyond, it passes the end of "
        "another sentence, where a trained network may forget."
    )
    return figure(gradient_figures.norms_by_lag(panels, "gradient-norms", label), caption)


def _jacobians(findings: Findings) -> Markup | None:
    """What each step back multiplies a gradient by."""
    table = findings.table("jacobians").dropna(subset=["median"])
    medians = table[table["network"] == "rnn"].set_index("when")["median"]
    if not set(WHEN) <= set(medians.index):
        return None
    return paragraph(
        "Each step back multiplies the gradient by the Jacobian ∂hₖ/∂hₖ₋₁. The median of its singular values in the "
        f"RNN is {two_digits(medians['before'])} before training and {two_digits(medians['after'])} after; below 1, a "
        "step back shortens the gradient in most directions."
    )


def _judge_gates(findings: Findings, network: Cell) -> Judgment:
    left, plain = _remaining(findings, network), _remaining(findings, "rnn")
    if left is None:
        return because(findings, norms_by_lag(network), no_gradients(LANGUAGE_MODELS[network].name))
    state = "LSTM’s cell" if network == "lstm" else "GRU’s state"
    of_rnn = {when: "" if plain is None else f" (RNN: {two_digits(plain[when])})" for when in WHEN}
    finding = (
        f"After training, {two_digits(left['after'])} of the gradient at the {state} one step back is left {FAR} steps "
        f"back{of_rnn['after']}; before training, {two_digits(left['before'])}{of_rnn['before']}."
        f"{_passed_end(findings)}"
    )
    holds = left["after"] > VANISHED and (plain is None or left["after"] > plain["after"])
    return decided(bool(holds), finding, two_digits(left["after"]))


def _draw_cell(findings: Findings, network: Cell) -> Markup | None:
    if _norms(findings, network).empty:
        return None
    if network == "lstm":
        label = (
            "The LSTM cell: the forget gate f scales the old cell, the input gate i scales the candidate g, their sum "
            "is the new cell, and the output gate o scales what is shown of it."
        )
        caption = "In color the way of the cell: a forget gate f near 1 hands the gradient on as it is."
    else:
        label = (
            "The GRU cell: the reset gate r scales the old state in the candidate n, and the update gate z mixes the "
            "old state and the candidate."
        )
        caption = "In color the way of the state: an update gate z near 1 hands the gradient on as it is."
    caption += " σ is the logistic function, ⊙ the product unit by unit."
    return figure(gradient_figures.cell_diagram(network, label), caption)


def _equations(findings: Findings, network: Cell) -> Markup | None:
    return None if _norms(findings, network).empty else listed_sentences(EQUATIONS[network])


def _gates(network: Cell, claims: tuple[int, ...], title: str) -> Block:
    return Block(
        network,
        claims,
        title,
        ("gradients",),
        f"after training, which sets what the gates keep, the norm {FAR} steps back is more than a hundredth of the "
        f"norm {NEAR} step back, up to which the RNN’s gradient counts as vanished, and a larger part than in the RNN",
        partial(_judge_gates, network=network),
        partial(_draw_cell, network=network),
        partial(_equations, network=network),
        partial(_ask, network=network),
    )


GRADIENTS = Chapter(
    "gradients",
    "Gradients in time",
    (
        Block(
            "unrolling",
            (22,),
            "Training unrolls the network: the gradient is a sum over the steps",
            ("gradient_terms",),
            "the terms add up to the gradient of autograd, in all networks, before and after training",
            _judge_terms,
            _draw_terms,
            _sentence,
            _ask_terms,
        ),
        Block(
            "vanishing",
            (23,),
            "Gradients vanish over many steps",
            ("gradients",),
            f"in the RNN, before training, the norm {FAR} steps back is at most a hundredth of that {NEAR} step back",
            _judge_vanishing,
            _draw_norms,
            _jacobians,
            partial(_ask, network="rnn"),
        ),
        EXPLODING,
        CLIPPING,
        _gates("lstm", (26,), "An LSTM can keep gradients from vanishing"),
        _gates("gru", (27,), "Gates decide what is kept: the GRU"),
    ),
)
