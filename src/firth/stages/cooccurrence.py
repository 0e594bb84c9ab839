"""Stage ``cooccurrence``: count neighbors."""

from typing import TYPE_CHECKING

from scipy import sparse

from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.vectors.cooccurrence import count_cooccurrences, storage
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace) -> None:
    """data/tokens/embeddings → data/cooccurrence."""
    tokens = workspace.tokens("embeddings")
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    counts = count_cooccurrences(stream, len(vocabulary), params.cooccurrence)
    with writing(workspace.cooccurrence) as out:
        sparse.save_npz(out / "counts.npz", counts, compressed=False)
    write_metrics(workspace.metrics("cooccurrence"), {"vocabulary_size": len(vocabulary), **storage(counts)})
