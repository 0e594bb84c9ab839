"""Stage ``ngram``: estimate the n-gram language model, and write it in the ARPA format too."""

import sys
from typing import TYPE_CHECKING

from firth.ngram.arpa import write_arpa
from firth.ngram.discounts import FALLBACK_DISCOUNTS
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
    if orders := [number for number, found in enumerate(model.discounts, 1) if found is FALLBACK_DISCOUNTS]:
        least, middle, most = FALLBACK_DISCOUNTS
        print(
            f"ngram: the counts give no valid discounts for order {', '.join(map(str, orders))}; "
            f"{least:g}, {middle:g} and {most:g} take their place",
            file=sys.stderr,
        )
    with writing(workspace.model("lm-ngram")) as out:
        model.save(out)
        write_arpa(model, vocabulary.tokens, out / "model.arpa")
        write_metrics(out / "metrics.json", {"ngrams": model.size})
