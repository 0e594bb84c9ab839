"""The built-in world: a synchronous English–French probabilistic grammar, and stories about people and things."""

from firth.corpora.world.agreement import AgreementPair, sample_agreement_pairs
from firth.corpora.world.prefixes import next_words
from firth.corpora.world.sentences import Sentence, WordForm, sample_sentences, word_forms
from firth.corpora.world.stories import Story, sample_stories
from firth.corpora.world.token_floor import TokenProbability, token_probabilities

__all__ = [
    "AgreementPair",
    "Sentence",
    "Story",
    "TokenProbability",
    "WordForm",
    "next_words",
    "sample_agreement_pairs",
    "sample_sentences",
    "sample_stories",
    "token_probabilities",
    "word_forms",
]
