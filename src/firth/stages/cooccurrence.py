"""Stage ``cooccurrence``: count neighbors."""

from typing import TYPE_CHECKING

from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.vectors.cooccurrence import count_cooccurrences
from firth.vectors.counts import load_counts, storage
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace) -> None:
    """data/tokens/embeddings → data/cooccurrence."""
    tokens = workspace.tokens("embeddings")
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    with writing(workspace.cooccurrence) as out:
        count_cooccurrences(
            stream, vocabulary.counts, params.cooccurrence, out, seed=params.seed, threads=params.threads
        )
        size = storage(load_counts(out))
    write_metrics(workspace.metrics("cooccurrence"), {"vocabulary_size": len(vocabulary), **size})
