"""The block on what an encoder–decoder is: one vector between two networks, and words until ``<eos>``."""

import pandas as pd
from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.block_commands import of_sequence
from firth.report.lecture.reasons import BLEU, EXACT_MATCH, NO_ENCODER_DECODER, because
from firth.report.lecture.sequence_texts import of_first_split
from firth.report.markup import Content, figure, in_language, join, paragraph, rendered, small, table
from firth.report.names import ATTENTIONS, in_order

TASKS = {"translation": "translations", "qa": "answers"}
ENDED = 0.99  # share of outputs that must end by themselves
MOST_READ, MOST_WRITTEN = 6, 7  # tokens that there is room for, <eos> among those written
SYMBOLS = (["x₁", "x₂", "x₃"], ["y₁", "y₂", "y₃", "y₄", "<eos>"])
MOST_CERTAIN = 0.999
RANKS = ["most probable", "second", "third"]


def _judge(findings: Findings) -> Judgment:
    for task, outputs in TASKS.items():
        lengths = of_first_split(findings, "output_lengths", task).dropna(subset=["outputs", "other_length", "ended"])
        if not lengths.empty:
            row = lengths.loc[in_order(lengths.index, ATTENTIONS)[0]]
            finding = (
                f"Of {int(row['outputs']):,} {outputs}, a share of {row['other_length']:.2f} has another number of "
                f"tokens than its source; a share of {row['ended']:.2f} ends by itself, in <eos>."
            )
            ends = row["ended"] >= ENDED
            number = f"{row['other_length'] if ends else row['ended']:.2f}"
            return decided(row["other_length"] > 0 and ends, finding, number)
    return because(findings, f"{BLEU}|{EXACT_MATCH}", NO_ENCODER_DECODER)


def _example_of(findings: Findings) -> pd.Series | None:
    """The first example that the drawing has room for, of a translator if there is one, else the first of all."""
    examples = findings.table("example_outputs").dropna(subset=["source_tokens", "output_tokens"])
    for task in TASKS:
        of_task = examples[examples["task"] == task]
        if not of_task.empty:
            of_model = of_task[of_task["attention"] == in_order(of_task["attention"], ATTENTIONS)[0]]
            fits = of_model[(of_model["source_tokens"] <= MOST_READ) & (of_model["output_tokens"] < MOST_WRITTEN)]
            return (fits if len(fits) else of_model).iloc[0]
    return None


def _of_example(findings: Findings, name: str, example: pd.Series) -> pd.DataFrame:
    """The rows of a table that belong to an example."""
    frame = findings.table(name)
    return frame[(frame[["task", "attention", "sentence"]] == example[["task", "attention", "sentence"]]).all(axis=1)]


def _draw(findings: Findings) -> Markup:
    (read, written), example = _drawn_tokens(findings), _example_of(findings)
    size = None if example is None or pd.isna(example["vector_size"]) else int(example["vector_size"])
    vector = f"one vector of {size:,} numbers" if size else "one vector"
    label = f"An encoder reads {' '.join(read)} into {vector}; a decoder writes {' '.join(written)} from it"
    drawing = rendered("encoder_decoder.svg.j2", read=read, written=written, vector=vector, label=label)
    token = findings.token("translation" if example is None else example["task"])
    caption = f"Unrolled over the sentence, in the order of reading. Each {token} that is written is read next."
    return figure(drawing, caption)


def _drawn_tokens(findings: Findings) -> tuple[list[str], list[str]]:
    """The tokens of the example in the order in which they are read and written, or symbols."""
    example = _example_of(findings)
    if example is None or example["source_tokens"] > MOST_READ or example["output_tokens"] >= MOST_WRITTEN:
        return SYMBOLS
    cells = _of_example(findings, "example_sentences", example)
    read = cells.drop_duplicates("source_position").sort_values("source_position")["source"].tolist()
    written = cells.drop_duplicates("output_position").sort_values("output_position")["output"].tolist()
    if not read or not written:
        return SYMBOLS
    return read[::-1] if example["reading"] == "backwards" else read, written


def _show_steps(findings: Findings) -> Markup | None:
    """The example, and the most probable tokens at its first steps with their probabilities."""
    example = _example_of(findings)
    if example is None:
        return None
    task = example["task"]
    source = in_language(example["source"], findings.language(task, "source"))
    output = in_language(example["output"], findings.language(task, "target"))
    steps = _of_example(findings, "decoding_steps", example).dropna(subset=["probability"])
    written, last = int(example["output_tokens"]), max(steps["step"].tolist(), default=0)
    read = f"” ({example['source_tokens']} tokens) becomes “"
    said = join(["“", source, read, output, f"” ({written} tokens{_ending(written, last)})"])
    shown = f"its first {MOST_WRITTEN} steps" if last > MOST_WRITTEN else "each step"
    caption = join([said, f"; probabilities of {findings.token(task)}s at {shown}"])
    rows: list[list[Content]] = [
        [
            int(step),
            *(
                join([in_language(token, findings.language(task, "target")), " ", small(_rounded(probability))])
                for token, probability in zip(found["token"], found["probability"], strict=True)
            ),
        ]
        for step, found in steps[steps["step"] <= MOST_WRITTEN].groupby("step")
        if len(found) == len(RANKS)
    ]
    return table(caption, ["step", *RANKS], rows) or paragraph(said)


def _ending(written: int, last: int) -> str:
    """How an output of so many tokens ended, by its last step, which wrote ``<eos>`` or a token; 0 is no step."""
    if not last:
        return ""
    return " and <eos>" if last > written else ", without <eos>"


def _rounded(probability: float) -> str:
    """Three decimals, without a 1 or a 0 that is none."""
    if probability > MOST_CERTAIN:
        return f">\N{NO-BREAK SPACE}{MOST_CERTAIN}"
    return f"{probability:.3f}" if probability >= 1 - MOST_CERTAIN else f"<\N{NO-BREAK SPACE}{1 - MOST_CERTAIN:.3f}"


def _ask(findings: Findings) -> str:
    example = _example_of(findings)
    return "" if example is None else of_sequence(example["task"], example["source"], example["attention"])


SEQUENCES = Block(
    "encoder-decoder",
    (28, 32),
    "One network reads a sequence into a vector, another writes a sequence of any length from it",
    ("output_lengths",),
    f"some output has another number of tokens than its source, and a share of {ENDED} ends in <eos>",
    _judge,
    _draw,
    _show_steps,
    _ask,
)
