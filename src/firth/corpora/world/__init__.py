"""The built-in world: a synchronous English–French probabilistic grammar, and stories about people and things."""

from firth.corpora.world.agreement import AgreementPair, sample_agreement_pairs
from firth.corpora.world.sentences import Sentence, WordForm, sample_sentences, word_forms
from firth.corpora.world.stories import Story, sample_stories

__all__ = [
    "AgreementPair",
    "Sentence",
    "Story",
    "WordForm",
    "sample_agreement_pairs",
    "sample_sentences",
    "sample_stories",
    "word_forms",
]
