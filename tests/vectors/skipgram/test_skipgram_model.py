"""Skip-gram: its losses against the formula, its two learners against each other and against what they estimate."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from firth.kernels import skipgram_loops as kernel
from firth.kernels.skipgram_sampling import draw_text
from firth.params.compute_params import ComputeParams
from firth.params.word2vec_params import Word2vecParams
from firth.text.streams import TokenStream
from firth.training.trainer import Run, train
from firth.vectors.skipgram.pair_sampling import LONGEST_SENTENCE, TrainingText, as_bits
from firth.vectors.skipgram.skipgram_loss import (
    SkipGramBatch,
    negative_sampling_curvature,
    negative_sampling_loss,
    pairs_per_position,
    softmax_curvature,
    softmax_loss,
)
from firth.vectors.skipgram.skipgram_model import SkipGram, TextPieces
from firth.vectors.skipgram.updates import CURVATURE, AutogradLearner, CompiledLearner, damping, step

CPU = torch.device("cpu")


def settings(**changes: Any) -> Word2vecParams:
    standard = {
        "loss": "negative_sampling",
        "dimension": 4,
        "context_window": 2,
        "negative_samples": 3,
        "smoothing": 0.75,
        "subsampling_threshold": 0.0,
        "epochs": 1,
        "batch_size": 64,
        "shards": 2,
        "learning_rate": 0.05,
        "final_learning_rate": 0.01,
    }
    return Word2vecParams.model_validate({**standard, **changes})


def random_batch(length: int, vocabulary_size: int, context_window: int, seed: int) -> SkipGramBatch:
    random = np.random.default_rng(seed)
    return SkipGramBatch(
        torch.from_numpy(random.integers(2, vocabulary_size, length)),
        torch.from_numpy(np.sort(random.integers(0, 3, length))),
        torch.from_numpy(random.integers(1, context_window + 1, length)),
        torch.from_numpy(random.integers(2, vocabulary_size, kernel.SHARED_NEGATIVES)),
        context_window,
    )


def random_vectors(vocabulary_size: int, dimension: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    shape = (vocabulary_size, dimension)
    return torch.randn(shape, generator=random).double(), torch.randn(shape, generator=random).double()


def pairs_of(batch: SkipGramBatch) -> list[tuple[int, int]]:
    """(word, context) of a batch as ids, by looking at every two places."""
    text, sentence, reach = (part.tolist() for part in (batch.text, batch.sentence, batch.windows))
    return [
        (text[i], text[j])
        for i in range(len(text))
        for j in range(len(text))
        if i != j and abs(i - j) <= reach[i] and sentence[i] == sentence[j] and reach[j] > 0
    ]


@pytest.mark.parametrize("length", [1, 2, 9])
def test_negative_sampling_loss_is_the_formula_summed_over_pairs(length: int) -> None:
    batch, (v, u) = random_batch(length, 7, 2, seed=0), random_vectors(7, 4, seed=1)

    def log_sigmoid(x: torch.Tensor) -> float:
        return -float(np.log1p(np.exp(-x.item())))

    expected = sum(
        -log_sigmoid(u[c] @ v[w]) - 3 * np.mean([log_sigmoid(-u[n] @ v[w]) for n in batch.negatives.tolist()])
        for w, c in pairs_of(batch)
    )
    assert negative_sampling_loss(v, u, batch, 3).item() == pytest.approx(expected, rel=1e-12)


def test_softmax_loss_is_the_formula_summed_over_pairs() -> None:
    batch, (v, u) = random_batch(9, 7, 2, seed=2), random_vectors(7, 4, seed=3)
    expected = -sum(((u[c] @ v[w]).exp() / (u @ v[w]).exp().sum()).log().item() for w, c in pairs_of(batch))
    assert softmax_loss(v, u, batch).item() == pytest.approx(expected, rel=1e-12)


def test_gradients_equal_finite_differences() -> None:
    batch = random_batch(8, 6, 3, seed=4)
    vectors = tuple(vector.requires_grad_() for vector in random_vectors(6, 3, seed=5))
    assert torch.autograd.gradcheck(lambda v, u: negative_sampling_loss(v, u, batch, 5), vectors)
    assert torch.autograd.gradcheck(lambda v, u: softmax_loss(v, u, batch), vectors)


def test_pairs_are_counted_by_word_and_by_context() -> None:
    batch = random_batch(12, 6, 3, seed=6)
    batch.windows[4] = 0  # an empty place
    as_word, as_context = pairs_per_position(batch)
    pairs = pairs_of(batch)
    by_word, by_context = (np.bincount([pair[side] for pair in pairs], minlength=6) for side in (0, 1))
    np.testing.assert_array_equal(torch.bincount(batch.text, as_word, 6), by_word)
    np.testing.assert_array_equal(torch.bincount(batch.text, as_context, 6), by_context)


@pytest.mark.parametrize("loss", ["negative_sampling", "softmax"])
def test_curvature_is_the_trace_of_the_second_derivative_along_each_row(loss: str) -> None:
    batch, (v, u) = random_batch(9, 6, 2, seed=7), random_vectors(6, 3, seed=8)
    if loss == "softmax":
        found = softmax_curvature(v, u, batch)
        hessians = torch.autograd.functional.hessian(lambda a, b: softmax_loss(a, b, batch), (v, u))
    else:
        found = negative_sampling_curvature(v, u, batch, 3)
        hessians = torch.autograd.functional.hessian(lambda a, b: negative_sampling_loss(a, b, batch, 3), (v, u))
    for side in (0, 1):
        trace = torch.einsum("rdrd->r", hessians[side][side])
        if loss == "softmax" and side == 0:  # a bound: the square of the contexts' mean is left out
            mean_square = sum(
                torch.bincount(batch.text[[place]], pairs * ((u @ v[w]).softmax(0) @ u).square().sum()[None], 6)
                for place, (w, pairs) in enumerate(zip(batch.text, pairs_per_position(batch)[0], strict=True))
            )
            torch.testing.assert_close(found[0] - mean_square, trace)
        else:
            torch.testing.assert_close(found[side], trace)


def test_a_step_of_autograd_moves_each_vector_by_its_damped_gradient() -> None:
    batch, (v, u) = random_batch(10, 6, 2, seed=7), random_vectors(6, 3, seed=8)
    vectors = tuple(vector.clone().requires_grad_() for vector in (v, u))
    gradients = torch.autograd.grad(negative_sampling_loss(vectors[0], vectors[1], batch, 3), vectors)
    changed = (v.clone(), u.clone())
    count, loss = step(changed, batch, settings(), 0.1)
    assert int(count) == len(pairs_of(batch))
    assert loss.item() == pytest.approx(negative_sampling_loss(v, u, batch, 3).item())
    bends = [0.2 * curvature for curvature in negative_sampling_curvature(v, u, batch, 3)]
    for new, old, gradient, bend in zip(changed, (v, u), gradients, bends, strict=True):
        share = torch.where(bend > 0, (1 - torch.exp(-bend)) / bend, 1.0)
        torch.testing.assert_close(new, old - 0.1 * share[:, None] * gradient)


@pytest.mark.parametrize("copies", [1, 2, 5])
@pytest.mark.parametrize("updates", [0.0, 0.1, 30.0, 1e6])
def test_damped_changes_of_copies_end_where_changes_in_turn_would(copies: int, updates: float) -> None:
    """On a quadratic bowl, of which each copy closes the same share of what it finds."""
    rate, start = 0.05, 3.0
    closes = -np.expm1(-CURVATURE * rate * updates)
    in_turn = start
    for _ in range(copies):
        in_turn -= closes * in_turn
    share = damping(np.array([updates]), copies, rate).item()
    assert start - share * copies * closes * start == pytest.approx(in_turn, abs=1e-6)


def two_topics(sentences: int = 600) -> tuple[TokenStream, np.ndarray]:
    """Sentences of six words, each either of the words 2 to 21 or of the words 22 to 41."""
    random = np.random.default_rng(0)
    ids = (random.integers(2, 22, (sentences, 6)) + 20 * random.integers(0, 2, (sentences, 1))).astype(np.uint16)
    return TokenStream(ids.ravel(), np.arange(0, ids.size + 1, 6)), np.bincount(ids.ravel(), minlength=42)


def text_of_counts(counts: np.ndarray, sentence_length: int, **changes: Any) -> TrainingText:
    ids = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.uint16)
    return TrainingText.from_stream(
        TokenStream(ids, np.arange(0, len(ids) + 1, sentence_length)), counts, settings(**changes)
    )


def test_negatives_of_autograd_follow_the_smoothed_unigram_distribution() -> None:
    text = text_of_counts(np.array([0, 0, 400, 100, 30, 5]), 5)
    learner, random = AutogradLearner(text, settings(), CPU), torch.Generator().manual_seed(1)
    drawn = torch.cat([learner.sample(0, 5, random).negatives for _ in range(100)])
    found = torch.bincount(drawn, minlength=6).numpy()
    assert found[:2].tolist() == [0, 0]
    assert chisquare(found[2:], text.noise[2:] * len(drawn)).pvalue > 1e-3


@pytest.mark.parametrize("way", ["compiled", "autograd"])
def test_what_is_drawn_keeps_the_expected_words_in_windows_of_every_reach(way: str) -> None:
    counts = np.array([0, 0, 8000, 1900, 100])
    text = text_of_counts(counts, 10, subsampling_threshold=0.04, context_window=4)
    if way == "compiled":
        ids = np.asarray(text.ids, dtype=np.int32)
        drawn = [np.empty(len(ids), dtype=np.int32) for _ in range(3)]
        state = np.array([3], dtype=np.uint64)
        size = draw_text(ids, 0, len(ids), 0, as_bits(text.keep), 4, state, *drawn, 0)
        words, reach = drawn[0][:size], drawn[2][:size]
    else:
        learner = AutogradLearner(text, settings(context_window=4), CPU)
        batch = learner.sample(0, len(text.ids), torch.Generator().manual_seed(1))
        occupied = (batch.windows > 0).numpy()
        words, reach = batch.text.numpy()[occupied], batch.windows.numpy()[occupied]
        assert not occupied[len(words) :].any()
    spread = 4 * np.sqrt(counts * text.keep * (1 - text.keep))
    assert (np.abs(np.bincount(words, minlength=5) - counts * text.keep) <= spread).all()
    assert chisquare(np.bincount(reach, minlength=5)[1:]).pvalue > 1e-3


def test_autograd_draws_words_in_their_sentences() -> None:
    stream = TokenStream(np.array([2, 3, 0, 4, 5, 2]), np.array([0, 2, 4, 6]))
    learner = AutogradLearner(TrainingText.from_stream(stream, np.bincount(stream.ids), settings()), settings(), CPU)
    batch = learner.sample(0, 6, torch.Generator().manual_seed(0))
    assert batch.text.tolist()[:5] == [2, 3, 4, 5, 2]
    assert batch.sentence.tolist()[:5] == [0, 0, 1, 2, 2]


def learn(way: str, params: Word2vecParams, epochs: int, workers: int | None = None) -> tuple[np.ndarray, list[float]]:
    """Vectors of words after learning from two topics, and the mean loss of each epoch."""
    stream, counts = two_topics()
    text = TrainingText.from_stream(stream, counts, params)
    model = SkipGram(text, params, seed=1)
    vectors = (model.words.weight.detach(), model.contexts.weight.detach())
    learner: Any = AutogradLearner(text, params, CPU)
    if way == "compiled":
        learner = CompiledLearner(text, params, range(params.shards))
        if workers:
            learner.pool._max_workers = workers
    cuts = text.cut(0, len(text.starts), 20)
    losses = []
    for epoch in range(epochs):
        pieces = [
            learner.learn(vectors, first, last, params.learning_rate * (1 - epoch / epochs), 100 * epoch + int(first))
            for first, last in pairwise(cuts)
        ]
        losses.append(sum(piece.loss for piece in pieces) / sum(piece.pairs for piece in pieces))
    return vectors[0].numpy(), losses


@pytest.mark.parametrize(
    ("way", "loss"), [("compiled", "negative_sampling"), ("autograd", "negative_sampling"), ("autograd", "softmax")]
)
def test_learning_brings_words_of_a_topic_together(way: str, loss: str) -> None:
    vectors, losses = learn(way, settings(loss=loss, dimension=8, shards=3), epochs=40)
    assert losses[-1] < losses[0] - 0.1
    unit = vectors[2:] / np.linalg.norm(vectors[2:], axis=1, keepdims=True)
    cosines = unit @ unit.T
    assert cosines[:20, :20].min() > cosines[:20, 20:].max()


def test_both_learners_of_negative_sampling_come_to_the_same_loss() -> None:
    compiled, plain = (learn(way, settings(dimension=8), epochs=60)[1] for way in ("compiled", "autograd"))
    assert np.mean(compiled[-10:]) == pytest.approx(np.mean(plain[-10:]), rel=0.02)


def test_the_number_of_workers_changes_no_byte_and_the_number_of_shards_does() -> None:
    one, two, three = (learn("compiled", settings(shards=4), epochs=2, workers=n)[0] for n in (1, 2, 3))
    assert one.tobytes() == two.tobytes() == three.tobytes()
    assert one.tobytes() != learn("compiled", settings(shards=3), epochs=2)[0].tobytes()


def test_steps_hold_about_as_many_words_as_asked_and_at_least_a_sentence() -> None:
    stream, counts = two_topics(600)
    text = TrainingText.from_stream(stream, counts, settings())
    assert TextPieces(text, 360).count == 10
    assert TextPieces(text, 10**6).count == 1
    assert TextPieces(text, 1).count == 600


def test_a_learning_rate_that_is_far_too_high_shows_as_a_loss_that_is_no_number_or_huge() -> None:
    _, losses = learn("compiled", settings(learning_rate=50.0), epochs=3)
    assert not losses[-1] < 10


def test_long_sentences_are_learned_from_to_their_end() -> None:
    ids = np.random.default_rng(0).integers(2, 5, 3 * LONGEST_SENTENCE + 7)
    ids[-2:] = [5, 6]  # two words that stand at the very end alone
    stream = TokenStream(ids, np.array([0, len(ids)]))
    params = settings(shards=1)
    text = TrainingText.from_stream(stream, np.bincount(ids), params)
    vectors = (torch.zeros(7, 4), torch.ones(7, 4))
    CompiledLearner(text, params, range(1)).learn(vectors, 0, len(text.starts), 0.001, 1)
    assert vectors[0][5:].abs().min() > 0


@pytest.mark.parametrize("way", ["compiled", "autograd"])
def test_a_piece_without_sentences_changes_nothing(way: str) -> None:
    stream, counts = two_topics(20)
    text = TrainingText.from_stream(stream, counts, settings(shards=1))
    learner: Any = CompiledLearner(text, settings(shards=1), range(1))
    if way == "autograd":
        learner = AutogradLearner(text, settings(), CPU)
    vectors = (torch.zeros(len(counts), 4), torch.ones(len(counts), 4))
    for place in (0, len(text.starts)):
        assert learner.learn(vectors, place, place, 0.1, 1) == (0, 0)
    assert (vectors[0] == 0).all()
    assert (vectors[1] == 1).all()


@pytest.mark.filterwarnings("error")
def test_a_process_without_a_shard_changes_nothing() -> None:
    stream, counts = two_topics(20)
    text = TrainingText.from_stream(stream, counts, settings(shards=1))
    vectors = (torch.zeros(len(counts), 4), torch.ones(len(counts), 4))
    learner = CompiledLearner(text, settings(shards=1), range(1, 1, 2))  # the second of two processes
    assert learner.learn(vectors, 0, len(text.starts), 0.1, 1) == (0, 0)
    assert (vectors[0] == 0).all() and (vectors[1] == 1).all()


def test_optimal_scores_are_shifted_pointwise_mutual_information() -> None:
    """On two-word sentences of three groups of words, u · v tends to log(P(w, c) / (P(w) P(c))) − log k."""
    group, params = 8, settings(dimension=3, context_window=1, smoothing=1.0, negative_samples=2, shards=1)
    joint = np.kron(np.array([[8, 2, 1], [2, 6, 2], [1, 2, 8]]), np.ones((group, group), dtype=int))
    words, contexts = np.divmod(np.repeat(np.arange(joint.size), joint.ravel()), len(joint))
    ids = np.random.default_rng(0).permutation(np.stack([words, contexts], axis=1) + 2).ravel()
    stream = TokenStream(ids, np.arange(0, len(ids) + 1, 2))
    text = TrainingText.from_stream(stream, np.bincount(ids), params)
    model, learner = SkipGram(text, params, seed=1), CompiledLearner(text, params, range(1))
    vectors = (model.words.weight.detach(), model.contexts.weight.detach())
    for epoch in range(300):
        learner.learn(vectors, 0, len(text.starts), 0.05 * (1 - epoch / 300), epoch)
    scores = (vectors[0][2:] @ vectors[1][2:].T).numpy()
    both = joint + joint.T
    margin = both.sum(0) / both.sum()
    expected = np.log(both / both.sum() / np.outer(margin, margin)) - np.log(2)
    np.testing.assert_allclose(scores, expected, atol=0.15)


class InterruptionError(Exception):
    """Stands for a kill."""


class Counts(SkipGram):
    """Counts the steps of this process."""

    steps = 0

    def on_train_batch_start(self, number: int, batch_index: int) -> None:
        self.steps += 1


class Breaks(Counts):
    """Is interrupted in its third epoch, after two of its five steps."""

    def on_train_batch_start(self, number: int, batch_index: int) -> None:
        super().on_train_batch_start(number, batch_index)
        if (self.trainer.current_epoch, number) == (2, 2):
            raise InterruptionError


@pytest.mark.parametrize("minutes", [2, 1e-9])
def test_an_interrupted_training_ends_in_the_same_bytes(tmp_path: Path, minutes: float) -> None:
    params = settings(dimension=8, epochs=4)
    stream, counts = two_topics(600)
    text = TrainingText.from_stream(stream, counts, params)
    compute = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=minutes)

    def fit(kind: type[Counts], name: str) -> tuple[bytes, list[dict[str, float]], int]:
        model = kind(text, params, seed=1)
        run = Run("word2vec", tmp_path / name, tmp_path / "logs", 1, "32-true", compute)
        history = train(model, TextPieces(text, 720), run, max_epochs=params.epochs, patience=None)
        return model.words.weight.detach().numpy().tobytes(), history.rows, model.steps

    vectors, rows, steps = fit(Counts, "whole")
    with pytest.raises(InterruptionError):
        fit(Breaks, "broken")
    again = fit(Counts, "broken")
    assert again[:2] == (vectors, rows)
    assert steps == 20
    assert again[2] == (10 if minutes == 2 else 8)
