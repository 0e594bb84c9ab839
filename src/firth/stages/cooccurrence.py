"""Stage ``cooccurrence``: count which words stand near which."""

from typing import TYPE_CHECKING

from firth.params.cooccurrence_params import CooccurrenceParams
from firth.tables import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.vectors.counting.count_matrix import load_counts, storage
from firth.vectors.counting.window_counts import count_cooccurrences
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """data/tokens/embeddings → models/counts."""
    tokens, params = workspace.tokens("embeddings"), settings.section("cooccurrence", CooccurrenceParams)
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    with writing(workspace.model("counts")) as out:
        count_cooccurrences(stream, vocabulary.counts, params, out, seed=settings.seed, threads=settings.threads)
        write_metrics(out / "metrics.json", storage(load_counts(out, len(vocabulary))))
