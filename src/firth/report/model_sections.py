"""The page's sections on models of sentences: language models, and encoder–decoders."""

from collections.abc import Mapping
from typing import Any

from firth.report import encoder_figures, figures
from firth.report.agreement import agreement_parts
from firth.report.alignments import alignment_parts, length_figure
from firth.report.findings import LANGUAGE_MODELS, NAMES, Findings, held_out_splits, in_words, numbered, pick
from firth.report.gradients import gradients_parts
from firth.report.markup import (
    Content,
    Markup,
    code,
    figure,
    heading,
    join,
    paragraph,
    section,
    side_by_side,
    table,
)
from firth.report.samples import samples_part
from firth.report.table import readable

TITLES = {"translation": "Translation", "qa": "Answering questions"}
# Of bAbI's tasks 1 to 20, each learned by itself from 1,000 questions: the LSTM of Weston et al. (2015), table 3, and
# the end-to-end memory network of Sukhbaatar et al. (2015), table 1, with three hops and position encoding.
PUBLISHED_BY_TASK = {
    "LSTM (Weston et al. 2015)": (
        0.50, 0.20, 0.20, 0.61, 0.70, 0.48, 0.49, 0.45, 0.64, 0.44,
        0.72, 0.74, 0.94, 0.27, 0.21, 0.23, 0.51, 0.52, 0.08, 0.91,
    ),
    "memory network (Sukhbaatar et al. 2015)": (
        0.999, 0.784, 0.358, 0.962, 0.859, 0.921, 0.784, 0.874, 0.767, 0.826,
        0.957, 0.997, 0.901, 0.982, 1.0, 0.479, 0.499, 0.864, 0.126, 1.0,
    ),
}  # fmt: skip
PASSED = 0.95  # Weston et al. (2015), section 5


def language_models_section(findings: Findings) -> Markup | None:
    """Perplexities, learning curves, distance from the floor, agreement."""
    models = findings.language_models()
    if not models:
        return None
    header = [
        "language model",
        "parameters",
        "best epoch",
        "perplexity (validation)",
        "perplexity (test)",
        "÷\u00a0floor (test)",
        "perplexity (test, dynamic evaluation)",
    ]
    paths = [
        ["parameters"],
        ["best_epoch"],
        ["valid", "perplexity"],
        ["test", "perplexity"],
        ["test", FLOOR],
        ["test", "dynamic_perplexity"],
    ]
    columns = [[pick(values, *path) for values in models.values()] for path in paths]
    there = [number for number, column in enumerate(columns) if any(value is not None for value in column)]
    rows = [[name, *(columns[number][row] for number in there)] for row, name in enumerate(models)]
    parts = [
        paragraph(
            "Perplexity is the exponential of the cross-entropy a token, the end of the sentence included; lower is "
            "better."
        ),
        table("Language models", [header[0], *(header[number + 1] for number in there)], rows),
        side_by_side([_lm_curves(findings), _floor(models)]),
        _missing(models),
        *agreement_parts(models),
        *gradients_parts(findings),
        *_by_order(pick(findings.metrics, "ngram", "by_order") or {}),
    ]
    return section("language-models", "Language models", parts)


FLOOR = "perplexity_over_floor"


def encoder_decoders_section(findings: Findings) -> Markup | None:
    """For each task: scores beside the baselines, learning curves, and what the models say."""
    parts: list[Markup | None] = []
    for task, title in TITLES.items():
        runs = findings.encoder_decoders(task)
        if not runs:
            continue
        curves = {name: _curve(findings, run) for name, run in runs.items()}
        drawing = _curves(curves, f"{task}-curves", title)
        parts += [
            heading(title),
            side_by_side([_scores(findings, runs), drawing]),
            _signatures(findings, runs),
            _by_source_length(findings, runs),
            side_by_side([_by_length(findings, runs), _by_support(findings, runs)]),
            _by_task(findings, runs),
            *alignment_parts(findings, task, runs),
            *(samples_part(findings.samples.get(run, {}), name) for name, run in runs.items()),
        ]
    return section("encoder-decoders", "Encoder–decoders", parts)


def _lm_curves(findings: Findings) -> Markup | None:
    curves = {name: _curve(findings, run) for run, name in LANGUAGE_MODELS.items()}
    return _curves(curves, "lm-curves", "Language models")


def _curves(curves: Mapping[str, list[tuple[float, float]]], name: str, title: str) -> Markup | None:
    there = {model: curve for model, curve in curves.items() if curve}
    if not there:
        return None
    label = f"{title}: validation perplexity by epoch. " + "; ".join(
        f"{model} from {curve[0][1]:.4g} to {min(y for _, y in curve):.4g} at best" for model, curve in there.items()
    )
    return figure(figures.learning_curves(there, name, label), "Perplexity on validation text after each epoch.")


def _floor(models: Mapping[str, Any]) -> Markup | None:
    ratios = {name: value for name, values in models.items() if (value := pick(values, "test", FLOOR)) is not None}
    if not ratios:
        return None
    label = "Test perplexity over the floor: " + "; ".join(f"{name} {ratio:.4g}" for name, ratio in ratios.items())
    caption = "How far each model is from the lowest perplexity any model could reach, known from the grammar."
    return figure(figures.over_floor(ratios, "floor", label), caption)


def _missing(models: Mapping[str, Any]) -> Markup | None:
    missing = {
        name: {category: float(nats["missing"]) for category, nats in found.items()}
        for name, values in models.items()
        if (found := pick(values, "test", "missing_nats"))
    }
    if not missing:
        return None
    label = "Missing nats a token: " + "; ".join(
        f"{name} {', '.join(f'{category} {nats:.3g}' for category, nats in row.items())}"
        for name, row in missing.items()
    )
    caption = (
        "Where a model's test cross-entropy exceeds that of the grammar: in the form of a verb that agrees with its "
        "subject, in the choice of a content word, or in all else. A model's three sum to the logarithm of its ratio "
        "to the floor."
    )
    return figure(figures.missing_by_category(missing, "missing", label), caption)


def _by_order(metrics: Mapping[str, Any]) -> list[Markup | None]:
    """How n-gram models grow: a figure, and a table of the same perplexities and sizes."""
    if not metrics:
        return []
    orders = sorted(map(int, metrics))

    def curve(*path: str) -> list[tuple[float, float]]:
        found = [(order, pick(metrics, str(order), *path)) for order in orders]
        return [(order, value) for order, value in found if value is not None]

    perplexities = {name: curve(split, "perplexity") for split, name in (("valid", "validation"), ("test", "test"))}
    conditions = [number for number, _ in numbered(pick(metrics, str(orders[0]), "agreement"), "distractors_")]
    accuracies = {
        str(number) if number else "no distractors": curve("agreement", f"distractors_{number}")
        for number in conditions
    }
    sizes = curve("size")
    columns = {"n-grams": sizes, **{f"perplexity ({name})": values for name, values in perplexities.items()}}
    told = {**columns, **{f"agreement accuracy ({name})": values for name, values in accuracies.items()}}
    label = "n-gram models: " + "; ".join(
        ", ".join([f"order {order}", *(f"{name} {readable(dict(values).get(order))}" for name, values in told.items())])
        for order in orders
    )
    caption = "Perplexity, and the number of n-grams that it takes, by the order n: n − 1 words of context."
    if accuracies:
        caption += " At the bottom, agreement accuracy by the number of distractors; the dashed line is chance."
    rows = [[order, *(dict(values).get(order) for values in columns.values())] for order in orders]
    drawing = figures.growth_by_order(perplexities, sizes, accuracies, "ngram-orders", label)
    return [
        heading("n-gram models by order"),
        side_by_side([figure(drawing, caption), table("Size and perplexity", ["order", *columns], rows)]),
    ]


def _scores(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    """A row for each model and each baseline on each test split, a column for each score."""
    scored: list[tuple[str, str, Mapping[str, Any]]] = []
    for split in dict.fromkeys(split for run in runs.values() for split in held_out_splits(findings.metrics[run])):
        for name, run in runs.items():
            values = findings.metrics[run].get(split, {})
            scored.append(
                (split, name, {key: value for key, value in values.items() if isinstance(value, int | float)})
            )
            scored += [(split, name, scores) for name, scores in baselines(values).items()]
    measures = list(dict.fromkeys(measure for *_, values in scored for measure in values))
    rows = [[in_words(split), name, *(values.get(measure) for measure in measures)] for split, name, values in scored]
    return table("Scores", ["text", "model", *map(in_words, measures)], rows, names=2)


def _signatures(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    """The conventions of the scores, as sacrebleu writes them."""
    splits = [values for run in runs.values() for values in held_out_splits(findings.metrics[run]).values()]
    found = {
        (in_words(name), value[key]) for value in splits for name in NAMES if (key := f"{name}_signature") in value
    }
    if not found:
        return None
    return paragraph(join((join([name, ": ", code(text)]) for name, text in sorted(found)), "; "), ".", kind="note")


def baselines(split: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The baselines measured on one split: name → {score: value}."""
    found = {}
    for name, value in (pick(split, "baselines") or {}).items():
        found[f"baseline: {in_words(name)}"] = dict(value) if isinstance(value, Mapping) else {"exact_match": value}
    return found


def _by_length(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    curves = {name: numbered(pick(findings.metrics[run], "test", "by_sentences"), "") for name, run in runs.items()}
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    label = "Exact match by sentences in the story: " + "; ".join(
        f"{name} {', '.join(f'{x}: {y:.3g}' for x, y in curve)}" for name, curve in there.items()
    )
    return figure(
        encoder_figures.accuracy_by_length(there, "qa-length", label), "Right answers by the length of the story."
    )


def _by_source_length(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    """BLEU by the length of the source, a figure for each test split."""
    drawn: list[Markup | None] = []
    for split in dict.fromkeys(split for run in runs.values() for split in held_out_splits(findings.metrics[run])):
        scores = {
            name: found
            for name, run in runs.items()
            if (found := pick(findings.metrics[run], split, "by_source_length"))
        }
        drawn.append(length_figure(scores, f"{split}-length", in_words(split)))
    return side_by_side(drawn)


def _by_support(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    """Exact match by the facts an answer rests on."""
    groups = {name: dict(_groups(findings, run, "by_supporting_facts")) for name, run in runs.items()}
    numbers = sorted({number for group in groups.values() for number in group})
    rows = [[number, *(group.get(number) for group in groups.values())] for number in numbers]
    title = "Exact match by facts the answer needs"
    return table(title, ["facts", *groups], rows) if len(rows) > 1 else None


def _by_task(findings: Findings, runs: Mapping[str, str]) -> Markup | None:
    """Exact match on each of bAbI's tasks, beside what the literature reports."""
    groups = {name: group for name, run in runs.items() if (group := dict(_groups(findings, run, "by_task")))}
    tasks = sorted({task for group in groups.values() for task in group})
    if not tasks:
        return None
    columns: list[list[float | None]] = [[group.get(task) for task in tasks] for group in groups.values()]
    columns += [[scores[task - 1] for task in tasks] for scores in PUBLISHED_BY_TASK.values()]
    known = [[score for score in column if score is not None] for column in columns]
    rows: list[list[Content]] = [[task, *scores] for task, *scores in zip(tasks, *columns, strict=True)]
    rows.append(["mean", *(sum(scores) / len(scores) if scores else None for scores in known)])
    rows.append([f"tasks passed (≥ {PASSED:g})", *(sum(score >= PASSED for score in scores) for scores in known)])
    return table("Exact match by bAbI task", ["task", *groups, *PUBLISHED_BY_TASK], rows)


def _groups(findings: Findings, run: str, key: str) -> list[tuple[int, float]]:
    return numbered(pick(findings.metrics[run], "test", key), "")


def _curve(findings: Findings, run: str) -> list[tuple[float, float]]:
    rows = findings.curves.get(run, [])
    return [(row["epoch"], row["valid_perplexity"]) for row in rows if row.get("valid_perplexity") is not None]
