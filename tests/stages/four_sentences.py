"""A language of four sentences of known probability, as text for the stages of language models."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from stages.effective import settings_of

from firth.measures.excess import COLUMNS
from firth.params.experiment import Params, load_params
from firth.params.lm_section import LmOverrides
from firth.params.model_names import NETWORKS, LanguageModelName, Network
from firth.stages import evaluate_lm, lm, ngram
from firth.tables import read_csv
from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

SENTENCES = ["Dog runs", "Dogs run", "Dog near dogs runs", "Dogs near dog run"]
PROBABILITIES = np.array([3, 3, 1, 1]) / 8
TOKENS = ["<unk>", "<eos>", "dog", "dogs", "near", "run", "runs"]
OTHER_FORM = {"run": "runs", "runs": "run"}
SECOND_WORD = {
    "runs": 3 / 4,
    "run": 3 / 4,
    "near": 1 / 4,
}  # the first word is either noun, a third follows from the second
AGREEMENT = "prefix\tcorrect\twrong\tattractors\tintervening_nouns\tdistance\tadjacent_attractor\tneutral\n" + 10 * (
    "Dog\truns\trun\t0\t0\t0\t0\t0\n"
    "Dogs\trun\truns\t0\t0\t0\t0\t0\n"
    "Dog near dogs\truns\trun\t1\t0\t2\t1\t0\n"
    "Dogs near dog\trun\truns\t1\t0\t2\t1\t0\n"
)
LM: dict[str, Any] = {
    "embedding_size": 16,
    "hidden_size": 16,
    "layers": 1,
    "batch_size": 8,
    "bptt_length": 12,
    "optimizer": "adam",
    "learning_rate": 0.05,
    "max_epochs": 12,
    "patience": 12,
}


def experiment(order: Any = 2, **changes: Any) -> Params:
    params = load_params(Path(__file__).parents[2] / "params.yaml")
    return params.model_copy(
        update={
            "threads": 1,
            "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
            "ngram": params.ngram.model_copy(update={"order": order}),
            "lm": params.lm.model_copy(update={**LM, **changes}),
            "lm_overrides": LmOverrides.model_validate({network: {} for network in NETWORKS}),
        }
    )


def workspace_at(root: Path, *, world: bool = True, unknown: str = "", language: str = "unknown") -> Workspace:
    workspace = Workspace(root)
    raw, tokens = workspace.raw("lm"), workspace.tokens("lm")
    (raw / "log_probabilities").mkdir(parents=True)
    tokens.mkdir(parents=True)
    (raw / "corpus.json").write_text(
        json.dumps({"name": "four", "language": language, "tokenized": False, "world": world})
    )
    TextForm(True, False, language, world, "words").save(tokens)
    (raw / "agreement.tsv").write_text(AGREEMENT)
    vocabulary = Vocabulary(TOKENS, [0, 300, 1, 1, 1, 1, 1])
    vocabulary.save(tokens / "vocabulary.tsv")
    generator = np.random.default_rng(0)
    for split, count in (("train", 300), ("valid", 40), ("test", 60)):
        choices = generator.choice(4, count, p=PROBABILITIES)
        sentences = [SENTENCES[choice].lower().split() for choice in choices]
        ids = [vocabulary.id(word if word != unknown else "?") for words in sentences for word in words]
        offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
        TokenStream(np.array(ids, np.uint16), offsets).save(tokens, split)
        np.save(raw / "log_probabilities" / f"{split}.npy", np.log(PROBABILITIES[choices]))
    (raw / "token_probabilities").mkdir()
    table = "".join(_token_rows(SENTENCES[choice]) for choice in choices)
    (raw / "token_probabilities" / "test.tsv").write_text("\t".join(COLUMNS) + "\n" + table)
    return workspace


def _token_rows(sentence: str) -> str:
    """Each token's category, probability and counterpart: two words are chosen, what follows them is certain."""
    words = sentence.split()
    probabilities = [1 / 2, SECOND_WORD[words[1]], *[1.0] * (len(words) - 1)]
    return "".join(
        f"{token}\t{'structure' if token in ('near', '<eos>') else 'selection'}\t{probability}"
        f"\t{OTHER_FORM.get(token, '')}\t0.0\n"
        for token, probability in zip([*words, "<eos>"], probabilities, strict=True)
    )


def train_ngram(params: Params, workspace: Workspace) -> None:
    ngram.run(settings_of(params, "ngram"), workspace)


def train_lm(params: Params, workspace: Workspace, network: Network) -> None:
    lm.run(settings_of(params, "lm", network), workspace, network)


def evaluate(params: Params, workspace: Workspace, model: LanguageModelName) -> dict[str, pd.DataFrame]:
    """Measure a model; the tables that the stage wrote, by name."""
    evaluate_lm.run(settings_of(params, "evaluate_lm", model), workspace, model)
    folder = workspace.evaluation(f"evaluate_lm-{model}")
    return {path.stem: read_csv(path) for path in folder.glob("*.csv")}


def metrics_in(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "metrics.json").read_text(encoding="utf-8")))


def agreement_of(without: float, across: float) -> list[tuple[str, str, int, float]]:
    """The rows of the agreement table for ten pairs a prefix, without an attractor and across one."""
    return [
        ("condition", "attractors_0", 20, without),
        ("condition", "attractors_1", 20, across),
        ("adjacent_attractor", "adjacent_attractor", 20, across),
        ("distance", "0", 20, without),
        ("distance", "1-2", 20, across),
    ]


def rows_of(agreement: pd.DataFrame) -> list[tuple[str, str, int, float]]:
    columns = ["grouping", "group", "pairs", "accuracy"]
    return list(agreement[columns].itertuples(index=False, name=None))


def source_perplexity_of(workspace: Workspace, split: str) -> float:
    """The source perplexity from the sentences' lengths: those of two words have probability 3/8, of four 1/8."""
    lengths = np.diff(TokenStream.load(workspace.tokens("lm"), split).offsets)
    nats = np.where(lengths == 2, math.log(8 / 3), math.log(8))
    return math.exp(nats.sum() / (lengths + 1).sum())
