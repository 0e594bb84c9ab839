"""Stage ``svd``: vectors from counts, held against the counts themselves."""

from typing import TYPE_CHECKING

from scipy import sparse

from firth.report.metrics import write_metrics
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.vectors.counts import load_counts
from firth.vectors.evaluation.scores import similarity_scores
from firth.vectors.keyed_vectors import save_vectors
from firth.vectors.ppmi_svd import factorize, ppmi
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace) -> None:
    """data/cooccurrence → models/svd."""
    vocabulary = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv")
    counts = load_counts(workspace.cooccurrence)
    information = ppmi(counts, params.svd)
    result = factorize(information, params.svd, params.threads)
    words = slice(EOS_ID + 1, None)
    scores = {
        name: similarity_scores(
            vocabulary.tokens[words], matrix[words], workspace.raw("embeddings"), params.evaluation.gold_sets
        )
        for name, matrix in (
            ("svd", result.vectors),
            ("ppmi", information),
            ("raw_counts", counts),
            ("one_hot", sparse.eye_array(len(vocabulary), format="csr")),
        )
    }
    with writing(workspace.model("svd")) as out:
        save_vectors(vocabulary.tokens[words], result.vectors[words], out)
    write_metrics(workspace.metrics("svd"), {**scores, "explained_variance": result.explained_variance})
