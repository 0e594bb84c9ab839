"""The ways to learn word vectors that the studies compare, each ready to be trained, scored and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from firth.lm.data import TextData
from firth.lm.module import LanguageModel, window_loss
from firth.lm.networks import build
from firth.params.studies import Method, SkipGramLoss
from firth.studies.operations import operations
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID
from firth.training.reproducibility import derived_seed, generator
from firth.vectors.skipgram.kernel import SHARED_NEGATIVES
from firth.vectors.skipgram.learners import AutogradLearner
from firth.vectors.skipgram.loss import Batch, negative_sampling_loss, softmax_loss
from firth.vectors.skipgram.model import Pieces, SkipGram
from firth.vectors.skipgram.sampling import TrainingText

if TYPE_CHECKING:
    from firth.params.experiment import Params

SENTENCES, WORDS = 400, 20  # of a made-up text
COUNTED_SENTENCES = 100  # of which operations are counted


@dataclass(frozen=True)
class Learner:
    """A model with its text, and what the studies want to know of both.

    Attributes
    ----------
    vectors : the word vectors, (V, D), which the training changes in place.
    loss : of a batch, by autograd; what is counted.
    batch : a piece of the text; for the feed-forward network, one training batch.
    words_a_batch : of the text, for which it stands.
    batches, words : training steps, and words, in an epoch.
    """

    model: pl.LightningModule
    data: pl.LightningDataModule
    vectors: nn.Embedding
    loss: Callable[[Any], Tensor]
    batch: Any
    words_a_batch: float
    batches: int
    words: int
    epochs: int

    def operations_a_word(self) -> float:
        """Operations of the loss and its gradient, for each word of the text."""
        counted = operations(lambda: self.loss(self.batch))
        self.model.zero_grad()
        return counted / self.words_a_batch


def learner(method: Method, stream: TokenStream, counts: np.ndarray, params: "Params") -> Learner:
    """The model of a method with random weights, and a text to train it on.

    Parameters
    ----------
    counts : (V,) how often each word of the vocabulary comes in the text.
    """
    if method == "feedforward":
        return _feed_forward(stream, len(counts), params)
    return _skip_gram(method, stream, counts, params)


def _feed_forward(stream: TokenStream, vocabulary_size: int, params: "Params") -> Learner:
    """The feed-forward language model: its input embeddings are the word vectors (Bengio et al. 2003)."""
    settings, text = params.lm_for("feedforward"), stream.with_sentence_ends()
    torch.manual_seed(derived_seed(params.seed, "study", "feedforward", "weights"))
    network = build("feedforward", vocabulary_size, settings)
    data = TextData(text, text, settings.batch_size, settings.bptt_length)  # without patience, nothing is validated
    windows = data.train_dataloader()
    batch = next(iter(windows))
    return Learner(
        model=LanguageModel(network, settings),
        data=data,
        vectors=network.embedding,
        loss=lambda window: window_loss(network, window[0], window[1], None)[0],
        batch=batch,
        words_a_batch=batch[0].numel(),
        batches=len(windows),
        words=len(text),
        epochs=settings.max_epochs,
    )


def _skip_gram(loss: SkipGramLoss, stream: TokenStream, counts: np.ndarray, params: "Params") -> Learner:
    """Skip-gram (Mikolov et al. 2013); what is counted takes as many negatives for a word as the compiled loops do."""
    settings = params.word2vec.model_copy(update={"loss": loss})
    text = TrainingText.of(stream, counts, settings)
    model, data = SkipGram(text, settings, params.seed), Pieces(text, settings.batch_size)
    last = min(COUNTED_SENTENCES, len(text.starts))
    random = torch.Generator().manual_seed(derived_seed(params.seed, "study", "skip-gram", "batch"))
    drawn = AutogradLearner(text, settings, torch.device("cpu")).draw(0, int(text.stops[last - 1]), random)
    batch = drawn._replace(negatives=drawn.negatives[:SHARED_NEGATIVES])

    def batch_loss(batch: Batch) -> Tensor:
        if loss == "softmax":
            return softmax_loss(model.words.weight, model.contexts.weight, batch)
        return negative_sampling_loss(model.words.weight, model.contexts.weight, batch, settings.negative_samples)

    return Learner(
        model=model,
        data=data,
        vectors=model.words,
        loss=batch_loss,
        batch=batch,
        words_a_batch=int(text.stops[last - 1]),
        batches=data.count,
        words=len(stream.ids),
        epochs=settings.epochs,
    )


def learner_on_made_up_text(method: Method, vocabulary_size: int, params: "Params") -> Learner:
    """The model of a method for a vocabulary of any size, to be counted or timed.

    The text's words have probabilities as 1 / rank. Subsampling is off: it would keep another share of each text.
    """
    word2vec = params.word2vec.model_copy(update={"subsampling_threshold": 0.0})
    random = generator(params.seed, "study", "text", vocabulary_size)
    weights = 1 / np.arange(1.0, vocabulary_size - EOS_ID)
    ids = random.choice(np.arange(EOS_ID + 1, vocabulary_size), SENTENCES * WORDS, p=weights / weights.sum())
    text = TokenStream(ids.astype(np.int32), np.arange(SENTENCES + 1, dtype=np.int64) * WORDS)
    counts = np.bincount(ids, minlength=vocabulary_size)
    return learner(method, text, counts, params.model_copy(update={"word2vec": word2vec}))
