"""Stage ``svd``: weight the counts (PPMI) and reduce them to word vectors."""

from typing import TYPE_CHECKING

from firth.params.svd_params import SvdParams
from firth.tables import write_metrics
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.vectors.counting.count_matrix import load_counts
from firth.vectors.keyed_vectors import save_vectors
from firth.vectors.ppmi_svd import factorize, ppmi
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """models/counts → models/svd."""
    params = settings.section("svd", SvdParams)
    vocabulary = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv")
    counts = load_counts(workspace.model("counts"), len(vocabulary))  # (V, V) CSR, float32
    result = factorize(ppmi(counts, params), params, settings.threads)
    words = slice(EOS_ID + 1, None)
    with writing(workspace.model("svd")) as out:
        save_vectors(vocabulary.tokens[words], result.vectors[words], out)
        write_metrics(out / "metrics.json", {"explained_variance": result.explained_variance})
