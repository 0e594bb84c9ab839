"""``firth summary``: the headline numbers in groups, what changed since the last commit, and what to try next."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from firth.ask.answer_tables import plain_table
from firth.ask.built_models import in_experiment
from firth.ask.compare import differences
from firth.ask.comparison_lines import not_measured_lines, one_screen, summary_lines
from firth.ask.snapshots import Snapshot, committed, workspace
from firth.errors import FirthError
from firth.measures.headline_numbers import format
from firth.workspace import Workspace

MOST_CHANGES, MOST_REASONS = 8, 3  # lines
THINGS_TO_TRY = 3
SPACES = {
    "one_hot": "one-hot", "raw_counts": "counts", "counts": "counts", "ppmi": "PPMI", "svd": "SVD",
    "word2vec": "word2vec",
}  # fmt: skip
GOLD_SETS = {
    "wordsim353_spearman": "WordSim-353", "men_spearman": "MEN", "simlex999_spearman": "SimLex-999",
    "google_analogies_accuracy": "Google analogies",
}  # fmt: skip
LANGUAGE_MODEL_COLUMNS = {
    "test_perplexity": "perplexity", "word_perplexity": "per word", "bits_per_character": "bits per character",
    "dynamic_perplexity": "dynamic", "perplexity_over_source": "÷ source",
    "agreement_one_attractor": "agreement", "agreement_adjacent_attractor": "attractor next to verb",
}  # fmt: skip

Numbers = Mapping[str, float]


def print_summary(folders: Workspace) -> None:
    """Print what has been built, in at most 40 lines."""
    built = workspace(folders.root)
    console = one_screen()
    for part in (_print_word_vectors, _print_language_models, _print_others):
        part(console, built.numbers)
    reasons = not_measured_lines(built.not_measured, MOST_REASONS)
    for line in reasons:
        console.print(line, no_wrap=True, overflow="ellipsis")
    if reasons:
        console.print()
    _print_changes(console, folders.root, built, MOST_CHANGES - len(reasons))
    if folders.page.exists():
        console.print(Text.assemble("Page: ", (str(folders.page.relative_to(folders.root)), "bold")))
    for label, command in zip(("Try:", "", ""), things_to_try(folders, built.params), strict=False):
        console.print(Text(f"{label:<5} {command}"))


def things_to_try(folders: Workspace, params: Mapping[str, Any]) -> list[str]:
    """Questions that what is built can answer."""
    is_world = {role: params.get(f"corpora.{role}.source") == "world" for role in ("lm", "translation")}
    commands = []
    spaces = [name for name in ("svd", "word2vec") if folders.model(name).exists()]
    if spaces and (word := _known_word(folders, params.get("report.words") or [])):
        commands.append(f"firth neighbors {word}")
    if any(folders.model("").glob("lm-*")):
        agree = 'firth agree "the dogs near the doctor" bark barks'
        commands.append(agree if is_world["lm"] else 'firth next "the"')
    is_english = is_world["translation"] and params.get("corpora.translation.from") == "en"
    translators = "seq2seq-translation-*"
    if is_english and in_experiment(folders, translators) and any(folders.model("").glob(translators)):
        commands.append('firth translate "Mary eats apples."')
    if any(folders.model("").glob("lm-*")):
        commands.append("firth generate --count 3")
    return commands[:THINGS_TO_TRY]


def _known_word(folders: Workspace, words: list[str]) -> str | None:
    """The first of the report's words that has a vector."""
    path = folders.tokens("embeddings") / "vocabulary.tsv"
    if not path.exists():
        return None
    known = {line.partition("\t")[0] for line in path.read_text(encoding="utf-8").split("\n")}
    return next((word for word in words if word in known or word.lower() in known), None)


def _print_word_vectors(console: Console, numbers: Numbers) -> None:
    accuracies = {f"{space}_nearest_neighbor_accuracy": label for space, label in SPACES.items()}
    line = _labeled({label: name for name, label in accuracies.items() if name in numbers}, numbers)
    table = plain_table()
    table.add_column("")
    found = [(score, label) for score, label in GOLD_SETS.items() if any(name.endswith(score) for name in numbers)]
    for _, label in found:
        table.add_column(label, justify="right")
    for space in ("svd", "word2vec"):
        names = [f"{space}_{score}" for score, _ in found]
        if any(name in numbers for name in names):
            table.add_row(SPACES[space], *(_cell(name, numbers) for name in names))
    if not line and not table.row_count:
        return
    console.print(Text("Word vectors" + (": nearest neighbor of the same class" if line else ""), "bold"))
    if line:
        console.print(Text(f"  {line}"))
    if table.row_count:
        console.print(Padding(table, (0, 0, 0, 2)))
    console.print()


def _print_language_models(console: Console, numbers: Numbers) -> None:
    pattern = re.compile(f"lm_([a-z0-9]+)_({'|'.join(LANGUAGE_MODEL_COLUMNS)})")
    matches = [match for match in map(pattern.fullmatch, numbers) if match]
    models = list(dict.fromkeys(match[1] for match in matches))
    columns = [column for column in LANGUAGE_MODEL_COLUMNS if any(match[2] == column for match in matches)]
    if not models:
        return
    table = plain_table()
    table.add_column("Language models", header_style="bold")
    for column in columns:
        table.add_column(LANGUAGE_MODEL_COLUMNS[column], justify="right", header_style="")
    for model in models:
        table.add_row(f"  {model}", *(_cell(f"lm_{model}_{column}", numbers) for column in columns))
    if "lm_source_perplexity" in numbers:
        table.add_row("  source", _cell("lm_source_perplexity", numbers), style="dim")
    console.print(table)
    console.print()


def _print_others(console: Console, numbers: Numbers) -> None:
    """Translation, a line for each test set; questions; gradients."""
    lines: dict[str, dict[str, str]] = {}
    for name in numbers:
        if match := re.fullmatch("translation_([a-z]+)_test_?(.*?)_?bleu", name):
            heading = "Translation, BLEU" + (f" on {match[2]}" if match[2] else "")
            lines.setdefault(heading, {})[_attention(match[1])] = name
        elif match := re.fullmatch("qa_([a-z]+)_test_exact_match", name):
            lines.setdefault("Questions, exact match", {})[_attention(match[1])] = name
        elif match := re.fullmatch("gradient_([a-z]+)_20_steps_back", name):
            lines.setdefault("Gradient 20 steps back ÷ 1", {})[match[1]] = name
    table = plain_table()
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for heading, names in lines.items():
        table.add_row(heading, _labeled(names, numbers))
    if table.row_count:
        console.print(table)
        console.print()


def _print_changes(console: Console, root: Path, built: Snapshot, most: int) -> None:
    console.print(Text("Since the last commit", "bold"))
    try:
        lines = summary_lines(differences(committed(root, "HEAD"), built), most)
    except FirthError as error:
        lines = [Text(str(error))]
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 2)))
    console.print()


def _attention(name: str) -> str:
    return {"none": "no attention"}.get(name, name)


def _labeled(names: Mapping[str, str], numbers: Numbers) -> str:
    return "   ".join(f"{label} {_cell(name, numbers)}" for label, name in names.items())


def _cell(name: str, numbers: Numbers) -> str:
    return format(name, numbers[name]) if name in numbers else "–"
