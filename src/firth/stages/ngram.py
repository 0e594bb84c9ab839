"""Stage ``ngram``: estimate the n-gram language model, and write it in the ARPA format too."""

from typing import TYPE_CHECKING

from firth.ngram.arpa import write_arpa
from firth.ngram.kneser_ney import train_kneser_ney
from firth.tables import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """data/tokens/lm → models/lm-ngram."""
    tokens, order = require(workspace.tokens("lm"), "tokenize@lm"), settings.section("order", int)
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    model = train_kneser_ney(TokenStream.load(tokens, "train"), len(vocabulary), order)
    with writing(workspace.model("lm-ngram")) as out:
        model.save(out)
        write_arpa(model, vocabulary.tokens, out / "model.arpa")
        write_metrics(out / "metrics.json", {"ngrams": model.size})
