import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from firth.errors import FirthError
from firth.params.word2vec import Word2vecParams
from firth.text.streams import TokenStream
from firth.vectors.skipgram import (
    LONGEST_SENTENCE,
    SHARED_NEGATIVES,
    Batch,
    Pairs,
    SkipGram,
    keep_probabilities,
    window_pairs,
)


def settings(**changes: float) -> Word2vecParams:
    standard = {
        "dimension": 4,
        "context_window": 2,
        "negative_samples": 3,
        "smoothing": 0.75,
        "subsampling_threshold": 0.0,
        "epochs": 1,
        "batch_size": 64,
        "learning_rate": 0.01,
    }
    return Word2vecParams.model_validate({**standard, **changes})


def text_of(lengths: list[int], size: int, seed: int = 0) -> tuple[TokenStream, np.ndarray]:
    offsets = np.cumsum([0, *lengths]).astype(np.int64)
    ids = np.random.default_rng(seed).integers(2, size, offsets[-1]).astype(np.uint16)
    return TokenStream(ids, offsets), np.bincount(ids, minlength=size)


def pairs_of(batch: Batch) -> list[tuple[int, int]]:
    """(center, context) of a batch, as ids."""
    text, found = batch.text.tolist(), []
    for distance, (ahead, behind) in enumerate(zip(batch.ahead.tolist(), batch.behind.tolist(), strict=True), start=1):
        for place, (first_takes, second_takes) in enumerate(zip(ahead, behind, strict=True)):
            if first_takes:
                found.append((text[place], text[place + distance]))
            if second_takes:
                found.append((text[place + distance], text[place]))
    return found


def filled_model(size: int, params: Word2vecParams) -> SkipGram:
    model = SkipGram(size, params, seed=1).double()
    torch.nn.init.normal_(model.contexts.weight, generator=torch.Generator().manual_seed(2))
    torch.nn.init.normal_(model.words.weight, generator=torch.Generator().manual_seed(3))
    return model


def test_loss_of_a_batch_is_the_mean_of_the_formula_over_its_pairs() -> None:
    stream, counts = text_of([5, 1, 4], 7)
    batch = next(iter(Pairs(stream, counts, settings(batch_size=1000), seed=1)))
    model = filled_model(7, settings())
    u, v = model.contexts.weight.detach().numpy(), model.words.weight.detach().numpy()

    def log_sigmoid(x: float) -> float:
        return -np.log1p(np.exp(-x))

    losses = [
        -log_sigmoid(u[c] @ v[w]) - 3 * np.mean([log_sigmoid(-u[n] @ v[w]) for n in batch.negatives.tolist()])
        for w, c in pairs_of(batch)
    ]
    assert len(losses) > 10
    assert model(batch).item() == pytest.approx(np.mean(losses), rel=1e-12)


def test_gradients_equal_finite_differences() -> None:
    stream, counts = text_of([4, 3], 6)
    batch = next(iter(Pairs(stream, counts, settings(batch_size=1000), seed=2)))
    model = filled_model(6, settings())
    names = ["words.weight", "contexts.weight"]

    def loss(*weights: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.func.functional_call(model, dict(zip(names, weights, strict=True)), (batch,))
        return result

    weights = tuple(model.get_parameter(name).detach().clone().requires_grad_() for name in names)
    assert torch.autograd.gradcheck(loss, weights)


def test_the_window_takes_each_distance_as_often_as_expected() -> None:
    draws, length, window = 4000, 7, 3
    sentence = np.repeat(np.arange(draws), length)
    ahead, behind = window_pairs(sentence, window, np.random.default_rng(0))
    for distance in range(1, window + 1):
        expected = (window - distance + 1) / window
        places = (length - distance) * draws
        spread = 4 * np.sqrt(places * expected * (1 - expected))
        assert abs(int(ahead[distance - 1].sum()) - places * expected) <= spread
        assert abs(int(behind[distance - 1].sum()) - places * expected) <= spread


def test_words_are_paired_within_their_own_sentence_alone() -> None:
    ahead, behind = window_pairs(np.array([0, 0, 1, 2, 2]), 1, np.random.default_rng(0))
    assert ahead.tolist() == behind.tolist() == [[True, False, False, True, False]]


def test_negatives_follow_the_smoothed_unigram_distribution() -> None:
    counts = np.array([50, 9, 400, 100, 30, 5])  # <unk> and <eos> are never drawn
    ids = np.repeat(np.arange(2, 6), counts[2:]).astype(np.uint16)
    stream = TokenStream(np.tile(ids, 100), np.arange(0, len(ids) * 100 + 1, len(ids)))
    drawn = torch.cat([batch.negatives for batch in Pairs(stream, counts, settings(batch_size=2000), seed=3)]).numpy()
    found = np.bincount(drawn, minlength=6)
    assert found[:2].tolist() == [0, 0]
    assert len(drawn) % SHARED_NEGATIVES == 0
    noise = counts[2:] ** 0.75
    assert chisquare(found[2:], noise / noise.sum() * len(drawn)).pvalue > 1e-3


def test_subsampling_keeps_words_as_often_as_the_formula_says() -> None:
    probability = keep_probabilities(np.array([0, 0, 8000, 1900, 100]), 0.04)
    np.testing.assert_allclose(probability, [0, 0, np.sqrt(0.04 / 0.8), np.sqrt(0.04 / 0.19), 1])
    ids = np.random.default_rng(0).permutation(np.repeat([2, 3, 4], [8000, 1900, 100])).astype(np.uint16)
    stream = TokenStream(ids, np.arange(0, 10_001, 10))
    counts = np.bincount(ids, minlength=5)
    batches = Pairs(stream, counts, settings(subsampling_threshold=0.04), seed=4)
    found = np.bincount(torch.cat([batch.text for batch in batches]).numpy(), minlength=5)
    spread = 4 * np.sqrt(counts * probability * (1 - probability))
    assert (np.abs(found - counts * probability) <= spread).all()


def test_an_epoch_holds_every_known_word_once_and_memory_no_long_sentence() -> None:
    stream, counts = text_of([3, 2 * LONGEST_SENTENCE + 5, 1, 40], 9)
    stream.ids[:2] = 0
    counts = np.bincount(stream.ids, minlength=9)
    pairs = Pairs(stream, counts, settings(batch_size=100), seed=5)
    batches = list(pairs)
    assert len(batches) == len(pairs)
    text = torch.cat([batch.text for batch in batches]).numpy()
    assert np.bincount(text, minlength=9).tolist() == [0, *counts[1:].tolist()]
    assert max(len(batch.text) for batch in batches) <= 2 * LONGEST_SENTENCE


def test_batches_hold_about_as_many_pairs_as_asked() -> None:
    stream, counts = text_of([3, 8, 15, 6] * 400, 30)
    sizes = [len(pairs_of(batch)) for batch in Pairs(stream, counts, settings(batch_size=500), seed=6)]
    assert np.mean(sizes) == pytest.approx(500, rel=0.05)


def test_order_is_a_function_of_seed_and_epoch_and_ranks_share_out_the_words() -> None:
    stream, counts = text_of([6] * 50, 30)

    def text(**place: int) -> list[int]:
        return torch.cat([batch.text for batch in Pairs(stream, counts, settings(), 7, **place)]).tolist()

    assert text(epoch=1) == text(epoch=1)
    assert text(epoch=1) != text(epoch=2)
    both = text(epoch=1, rank=0, ranks=2) + text(epoch=1, rank=1, ranks=2)
    assert sorted(both) == sorted(text(epoch=1))


def test_an_empty_batch_has_zero_loss_and_gradient() -> None:
    stream, _ = text_of([1, 1], 4)
    stream.ids[:] = [2, 3]
    for batch in Pairs(stream, np.array([0, 0, 1, 1]), settings(), seed=8):
        model = filled_model(4, settings())
        loss = model(batch)
        loss.backward()
        assert loss.item() == 0
        assert model.words.weight.grad is not None
        assert not model.words.weight.grad.any()


def test_a_vocabulary_of_one_word_is_refused() -> None:
    stream = TokenStream(np.array([2, 2, 2], dtype=np.uint16), np.array([0, 3]))
    with pytest.raises(FirthError, match="at least two words"):
        Pairs(stream, np.array([0, 1, 3]), settings(), seed=9)


def test_optimal_scores_are_shifted_pointwise_mutual_information() -> None:
    """On a text of two-word sentences, u · v tends to log(P(w, c) / (P(w) P(c))) − log k."""
    joint = np.array([[8, 2, 1], [2, 6, 2], [1, 2, 8]]) * 10
    sentences = [(w + 2, c + 2) for w in range(3) for c in range(3) for _ in range(joint[w, c])]
    ids = np.array(sentences, dtype=np.uint16).ravel()
    stream = TokenStream(ids, np.arange(0, len(ids) + 1, 2))
    params = settings(dimension=3, context_window=1, smoothing=1.0, negative_samples=2, batch_size=640)
    model = SkipGram(5, params, seed=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / 200)
    for epoch in range(200):
        for batch in Pairs(stream, np.bincount(ids, minlength=5), params, 1, epoch=epoch):
            optimizer.zero_grad()
            model(batch).backward()
            optimizer.step()
        schedule.step()
    scores = (model.words.weight[2:] @ model.contexts.weight[2:].T).detach().numpy()
    both = joint + joint.T
    margin = both.sum(0) / both.sum()
    expected = np.log(both / both.sum() / np.outer(margin, margin)) - np.log(2)
    np.testing.assert_allclose(scores, expected, atol=0.15)
