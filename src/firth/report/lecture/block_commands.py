"""Commands that ask the models of a run for what a block shows, with the words and the models that the run has.

Each is empty where the run has no such words: a command that fails teaches nothing.
"""

import re
import shlex

from firth.report.findings import Findings
from firth.report.lecture.word_pieces import angles_to_show, shown_words
from firth.text.vocabulary import UNK


def command(name: str, *texts: str, **options: str | bool) -> str:
    """``firth NAME``, texts quoted where a shell needs it; ``model="rnn"`` becomes ``--model rnn``.

    Empty if a text is missing, is unknown to a vocabulary, or would be read as an option.
    """
    if any(not text or UNK in text.split() or text.startswith("-") for text in texts):
        return ""
    flags = [word for key, value in options.items() if value for word in _option(key, value)]
    return shlex.join(["firth", name, *texts, *flags])


def _option(key: str, value: str | bool) -> list[str]:
    return [f"--{key}"] if value is True else [f"--{key}", str(value)]


def neighbors(findings: Findings, word: int = 0) -> str:
    """The nearest neighbors of one of the shown words; of the last one where there are fewer."""
    words = shown_words(findings)
    return command("neighbors", words[min(word, len(words) - 1)]) if words else ""


def similarity(findings: Findings) -> str:
    """The cosine of the first shown word and its nearest neighbor."""
    nearest = angles_to_show(findings).head(1)
    return command("similarity", nearest["word"].iloc[0], nearest["other"].iloc[0]) if len(nearest) else ""


def analogy(findings: Findings) -> str:
    """The first shown word is to its nearest neighbor as another shown word is to which word?"""
    chosen = angles_to_show(findings)
    return command("analogy", chosen["word"].iloc[0], *chosen["other"]) if len(chosen) else ""


def next_words(findings: Findings, model: str = "") -> str:
    """The most probable next words after the prompt that the page shows."""
    return command("next", _prompt(findings, model), model=model)


def generate(findings: Findings, model: str) -> str:
    """Sentences by a model that begin with the prompt that the page shows."""
    prompt = _prompt(findings, model)
    return command("generate", prompt=prompt, model=model) if command("generate", prompt) else ""


def _prompt(findings: Findings, model: str = "") -> str:
    """The prompt of the example, if the model has read it; tokens other than words are no text to type."""
    prompts = findings.table("next_words")
    there = prompts[prompts["model"] == model] if model else prompts
    return str(there["prompt"].iloc[0]) if len(there) and findings.token("lm") == "word" else ""


def agree(findings: Findings, pair: int | None, model: str = "") -> str:
    """Which form of the verb the models prefer, or one of them, in a pair of the examples."""
    examples = findings.table("agreement_examples")
    rows = examples.head(0) if pair is None else examples[examples["pair"] == pair]
    rows = rows[rows["model"] == (model or rows["model"].iloc[0])] if len(rows) else rows
    forms = rows.drop_duplicates("correct").set_index("correct")["form"]
    if not {0, 1} <= set(forms.index):
        return ""
    return command("agree", rows["prefix"].iloc[0], forms[1], forms[0], model=model)


def most_attractors(findings: Findings) -> int | None:
    """The first pair of the examples with as many attractors as there are."""
    examples = findings.table("agreement_examples")
    farthest = examples[examples["attractors"] == examples["attractors"].max()]
    return int(farthest["pair"].min()) if len(farthest) else None


def longest_prefix(findings: Findings) -> int | None:
    """The last pair of the examples, which has the longest prefix."""
    examples = findings.table("agreement_examples")
    return int(examples["pair"].max()) if len(examples) else None


def of_sequence(task: str, source: str, attention: str = "", explain: bool = False) -> str:
    """What an encoder–decoder writes for a source; a question follows its story."""
    if task == "translation":
        return command("translate", source, attention=attention, explain=explain)
    parts = re.fullmatch(r"(.*[.!?])\s+(.*\S)\s*", source)
    asked = command("answer", parts[2], story="-", attention=attention, explain=explain) if parts else ""
    return f"echo {shlex.quote(parts[1])} | {asked}" if parts and asked else ""


def of_first_example(findings: Findings, task: str) -> str:
    """What the encoder–decoders of a task write for the first example sentence."""
    examples = findings.of_task("example_outputs", task)
    return of_sequence(task, str(examples["source"].iloc[0])) if len(examples) else ""
