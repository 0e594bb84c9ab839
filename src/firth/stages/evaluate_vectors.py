"""Stage ``evaluate_vectors``: word vectors, or the counts that they come from, against gold standards."""

from typing import TYPE_CHECKING

import pandas as pd

from firth.measures.result_files import write_results
from firth.measures.shown_words import words_to_show
from firth.measures.vector_scores import main_scores, missing_scores, similarity_scores
from firth.measures.word_tables import Representations, word_tables
from firth.params.svd_params import SvdParams
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.model_names import Space
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, space: "Space") -> None:
    """models/SPACE → scores and tables in evaluations/evaluate_vectors-SPACE."""
    raw, gold_sets = require(workspace.raw("embeddings"), "download@embeddings"), settings.values["gold_sets"]
    folder = workspace.tokens("embeddings")
    form, tokens = TextForm.load(folder), Vocabulary.load(folder / "vocabulary.tsv").tokens
    words = tokens[EOS_ID + 1 :] if form.segmentation == "words" else []
    shown = words_to_show(settings.section("words", list[str]), words)
    match space:
        case "counts":
            from firth.measures.count_tables import count_representations, count_tables
            from firth.text.streams import TokenStream
            from firth.vectors.counting.count_matrix import load_counts
            from firth.vectors.ppmi_svd import ppmi

            counts, params = load_counts(workspace.model("counts"), len(tokens)), settings.section("svd", SvdParams)
            information, text = ppmi(counts, params), TokenStream.load(folder, "train")  # (V, V)
            spaces: Representations = count_representations(counts, information, tokens)
            window = settings.section("context_window", int)
            tables = count_tables(counts, information, tokens, shown, text, window, params, settings.threads)
        case _:
            from firth.measures.dimension_scores import dimension_scores
            from firth.vectors.keyed_vectors import load_vectors

            names, vectors = load_vectors(workspace.model(space))
            spaces = {space: (names, vectors)}
            tables = {"dimensions": dimension_scores(names, vectors, raw, gold_sets)} if space == "svd" else {}
    frames = {
        name: similarity_scores(form.words_of(row_names), matrix, raw, gold_sets)
        for name, (row_names, matrix) in spaces.items()
    }
    scores = pd.concat([frame.assign(representation=name) for name, frame in frames.items()], ignore_index=True)
    scores.insert(0, "representation", scores.pop("representation"))
    numbers = {f"{name}_{key}": score for name, frame in frames.items() for key, score in main_scores(frame).items()}
    reasons = {f"{name}_{key}": why for name, frame in frames.items() for key, why in missing_scores(frame).items()}
    tables = {"vectors": scores, **word_tables(spaces, shown), **tables}
    with writing(workspace.evaluation(settings.item)) as out:
        write_results(out, settings.item, tables, numbers, reasons)
