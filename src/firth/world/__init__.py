"""The built-in world: a synchronous English–French probabilistic grammar, and stories about people and things."""

from firth.world.agreement_pairs import AgreementPair, sample_agreement_pairs
from firth.world.prefixes import next_words
from firth.world.sentences import Sentence, WordForm, sample_sentences, word_forms
from firth.world.stories import Story, sample_stories
from firth.world.token_probabilities import TokenProbability, token_probabilities

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
