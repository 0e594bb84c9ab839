"""Stage ``evaluate_vectors``: word vectors, or the counts that they come from, against gold standards."""

from typing import TYPE_CHECKING

import pandas as pd

from firth.measures.result_files import write_results
from firth.measures.unit_rows import Matrix
from firth.measures.vector_scores import main_scores, missing_scores, similarity_scores
from firth.params.svd_params import SvdParams
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firth.params.model_names import Space
    from firth.params.settings import Settings

Representations = dict[str, tuple["Sequence[str]", Matrix]]  # name → tokens in order of frequency, and their rows


def run(settings: "Settings", workspace: Workspace, space: "Space") -> None:
    """models/SPACE → scores in evaluations/evaluate_vectors-SPACE."""
    raw, gold_sets = require(workspace.raw("embeddings"), "download@embeddings"), settings.values["gold_sets"]
    form = TextForm.load(workspace.tokens("embeddings"))
    frames = {
        name: similarity_scores(form.words_of(tokens), matrix, raw, gold_sets)
        for name, (tokens, matrix) in _representations(settings, workspace, space).items()
    }
    scores = pd.concat([frame.assign(representation=name) for name, frame in frames.items()], ignore_index=True)
    scores.insert(0, "representation", scores.pop("representation"))
    numbers = {f"{name}_{key}": score for name, frame in frames.items() for key, score in main_scores(frame).items()}
    reasons = {f"{name}_{key}": why for name, frame in frames.items() for key, why in missing_scores(frame).items()}
    with writing(workspace.evaluation(settings.item)) as out:
        write_results(out, settings.item, {"vectors": scores}, numbers, reasons)


def _representations(settings: "Settings", workspace: Workspace, space: "Space") -> Representations:
    match space:
        case "counts":
            from scipy import sparse

            from firth.vectors.counting.count_matrix import load_counts
            from firth.vectors.ppmi_svd import ppmi

            tokens = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv").tokens
            words, counts = tokens[EOS_ID + 1 :], load_counts(workspace.model("counts"), len(tokens))  # (V, V)
            information = ppmi(counts, settings.section("svd", SvdParams))
            one_hot = sparse.eye_array(counts.shape[0], format="csr")
            matrices = {"one_hot": one_hot, "raw_counts": counts, "ppmi": information}
            return {name: (words, matrix[EOS_ID + 1 :]) for name, matrix in matrices.items()}
        case _:
            from firth.vectors.keyed_vectors import load_vectors

            return {space: load_vectors(workspace.model(space))}
