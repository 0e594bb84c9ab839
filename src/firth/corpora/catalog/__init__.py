"""Public corpora by the names that params.yaml calls them."""

from firth.corpora.catalog.babi import BABI
from firth.corpora.catalog.gold_sets import GOLD_SETS
from firth.corpora.catalog.imdb import IMDB
from firth.corpora.catalog.multi30k import MULTI30K
from firth.corpora.catalog.nltk_prose import NLTK_PROSE
from firth.corpora.catalog.ptb import PTB
from firth.corpora.catalog.text8 import TEXT8
from firth.corpora.corpus import Corpus

CORPORA: dict[str, Corpus] = {
    "ptb": PTB,
    "nltk-prose": NLTK_PROSE,
    "text8": TEXT8,
    "imdb": IMDB,
    "multi30k": MULTI30K,
    "babi": BABI,
}

__all__ = ["CORPORA", "GOLD_SETS"]
