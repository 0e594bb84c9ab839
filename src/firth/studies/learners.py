"""The ways to learn word vectors that the studies compare, each ready to be trained, scored and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning import Callback
from torch import Tensor, nn

from firth.derived_seed import derived_seed
from firth.kernels.skipgram_loops import SHARED_NEGATIVES
from firth.lm.language_network import window_loss
from firth.lm.language_training import LanguageModelTraining
from firth.lm.networks import build
from firth.lm.text_data import TextData
from firth.params.lm_params import FeedForwardParams
from firth.params.study_names import Method
from firth.params.word2vec_params import SkipGramLoss, Word2vecParams
from firth.studies.operations import operations
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID
from firth.training.reproducibility import generator
from firth.training.trainer import Run, train
from firth.vectors.skipgram.pair_sampling import TrainingText
from firth.vectors.skipgram.skipgram_loss import SkipGramBatch, negative_sampling_loss, softmax_loss
from firth.vectors.skipgram.skipgram_model import SkipGram, TextPieces
from firth.vectors.skipgram.updates import AutogradLearner

if TYPE_CHECKING:
    from firth.params.settings import Settings

SENTENCES, WORDS = 400, 20  # of an artificial text
COUNTED_SENTENCES = 100  # of which operations are counted


class VectorSettings(NamedTuple):
    """What decides how each method learns word vectors."""

    seed: int
    feed_forward: FeedForwardParams
    word2vec: Word2vecParams

    @classmethod
    def of(cls, settings: "Settings") -> "VectorSettings":
        """From the effective settings of a study."""
        feed_forward = settings.section("feedforward", FeedForwardParams)
        return cls(settings.seed, feed_forward, settings.section("word2vec", Word2vecParams))


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
    gradient_clip_norm : the largest norm of a gradient; None does not clip.
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
    gradient_clip_norm: float | None = None

    def train(self, run: Run, *observers: Callback) -> None:
        """Train the model on its text."""
        clip, epochs = self.gradient_clip_norm, self.epochs
        train(
            self.model, self.data, run, max_epochs=epochs, patience=None, gradient_clip_norm=clip, observers=observers
        )

    def operations_a_word(self) -> float:
        """Operations of the loss and its gradient, for each word of the text."""
        counted = operations(lambda: self.loss(self.batch))
        self.model.zero_grad()
        return counted / self.words_a_batch


def learner(method: Method, stream: TokenStream, counts: np.ndarray, params: VectorSettings) -> Learner:
    """The model of a method with random weights, and a text to train it on.

    Parameters
    ----------
    counts : (V,) how often each word of the vocabulary comes in the text.
    """
    if method == "feedforward":
        return _feed_forward(stream, len(counts), params)
    return _skip_gram(method, stream, counts, params)


def _feed_forward(stream: TokenStream, vocabulary_size: int, params: VectorSettings) -> Learner:
    """The feed-forward language model: its input embeddings are the word vectors (Bengio et al. 2003)."""
    settings, text = params.feed_forward, stream.with_sentence_ends()
    torch.manual_seed(derived_seed(params.seed, "study", "feedforward", "weights"))
    network = build("feedforward", vocabulary_size, settings)
    data = TextData(text, text, settings.batch_size, settings.bptt_length)  # without patience, nothing is validated
    windows = data.train_dataloader()
    batch = next(iter(windows))
    return Learner(
        model=LanguageModelTraining(network, settings),
        data=data,
        vectors=network.embedding,
        loss=lambda window: window_loss(network, window[0], window[1], None)[0],
        batch=batch,
        words_a_batch=batch[0].numel(),
        batches=len(windows),
        words=len(text),
        epochs=settings.max_epochs,
        gradient_clip_norm=settings.gradient_clip_norm,
    )


def _skip_gram(loss: SkipGramLoss, stream: TokenStream, counts: np.ndarray, params: VectorSettings) -> Learner:
    """Skip-gram (Mikolov et al. 2013); what is counted takes as many negatives for a word as the compiled loops do."""
    settings = params.word2vec.model_copy(update={"loss": loss})
    text = TrainingText.from_stream(stream, counts, settings)
    model, data = SkipGram(text, settings, params.seed), TextPieces(text, settings.batch_size)
    last = min(COUNTED_SENTENCES, len(text.starts))
    random = torch.Generator().manual_seed(derived_seed(params.seed, "study", "skip-gram", "batch"))
    drawn = AutogradLearner(text, settings, torch.device("cpu")).sample(0, int(text.stops[last - 1]), random)
    batch = drawn._replace(negatives=drawn.negatives[:SHARED_NEGATIVES])

    def batch_loss(batch: SkipGramBatch) -> Tensor:
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


def learner_on_artificial_text(method: Method, vocabulary_size: int, params: VectorSettings) -> Learner:
    """The model of a method for a vocabulary of any size, to be counted or timed.

    The text's words have probabilities as 1 / rank. Subsampling is off: it would keep another share of each text.
    """
    word2vec = params.word2vec.model_copy(update={"subsampling_threshold": 0.0})
    random = generator(params.seed, "study", "text", vocabulary_size)
    weights = 1 / np.arange(1.0, vocabulary_size - EOS_ID)
    ids = random.choice(np.arange(EOS_ID + 1, vocabulary_size), SENTENCES * WORDS, p=weights / weights.sum())
    text = TokenStream(ids.astype(np.int32), np.arange(SENTENCES + 1, dtype=np.int64) * WORDS)
    counts = np.bincount(ids, minlength=vocabulary_size)
    return learner(method, text, counts, params._replace(word2vec=word2vec))
