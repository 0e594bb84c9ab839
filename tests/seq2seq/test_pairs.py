from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from firth.errors import FirthError
from firth.params.seq2seq_params import BatchType, Seq2seqParams
from firth.seq2seq import pairs as module
from firth.seq2seq.pairs import Pairs, epoch_batches, sorted_batches

MakePairs = Callable[..., Pairs]
Settings = Callable[..., Seq2seqParams]


@pytest.fixture
def many(pairs: MakePairs) -> Pairs:
    random = np.random.default_rng(3)
    sources = [random.integers(3, 20, size=random.integers(1, 9)).tolist() for _ in range(103)]
    return pairs(sources, [source[::-1] for source in sources])


def test_batch_pads_columns_and_ends_targets(pairs: MakePairs) -> None:
    batch = pairs([[3, 4, 5], [6]], [[7], [8, 9]]).batch(np.array([0, 1]))
    assert batch.source.tolist() == [[3, 6], [4, 2], [5, 2]]
    assert batch.lengths.tolist() == [3, 1]
    assert batch.target.tolist() == [[7, 8], [2, 9]]
    assert batch.labels.tolist() == [[7, 8], [1, 9], [2, 1]]
    assert batch.real.tolist() == [[True, True], [True, True], [False, True]]
    assert (batch.tokens, batch.global_tokens) == (5, 5)


def test_empty_source_is_read_as_a_sentence_end_and_empty_target_predicts_one(pairs: MakePairs) -> None:
    batch = pairs([[]], [[]]).batch(np.array([0]))
    assert batch.source.tolist() == [[1]]
    assert batch.lengths.tolist() == [1]
    assert batch.labels[batch.real].tolist() == [1]


def test_epoch_covers_every_pair_once_in_batches_of_equal_size(many: Pairs, settings: Settings) -> None:
    batches = epoch_batches(many, settings(batch_size=10), seed=1, epoch=0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(103))
    assert len(batches) == 11
    assert {len(batch) for batch in batches} == {9, 10}


def test_batches_of_tokens_are_as_large_as_they_may_be(many: Pairs, settings: Settings) -> None:
    lengths = np.maximum(np.diff(many.source.offsets), np.diff(many.target.offsets) + 1)
    for size in (1, 20, 50, 10_000):
        chosen = settings(batch_size=size, batch_type="tokens")
        batches = epoch_batches(many, chosen, seed=1, epoch=0)
        assert sorted(np.concatenate(batches).tolist()) == list(range(103))
        assert len(epoch_batches(many, chosen, seed=1, epoch=1)) == len(batches)
        batches.sort(key=lambda batch: (lengths[batch].min(), lengths[batch].max(), -len(batch)))
        assert all(len(batch) == 1 or len(batch) * lengths[batch].max() <= size for batch in batches)
        following = [lengths[batch].min() for batch in batches[1:]]
        assert all((len(batch) + 1) * first > size for batch, first in zip(batches, following, strict=False))


def test_pools_leave_no_pair_out(many: Pairs, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POOL", 3)
    batches = epoch_batches(many, settings(batch_size=10), seed=1, epoch=0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(103))


@pytest.mark.parametrize("batch_type", get_args(BatchType))
def test_order_depends_on_seed_and_epoch_alone(many: Pairs, settings: Settings, batch_type: BatchType) -> None:
    chosen = settings(batch_size=30, batch_type=batch_type)

    def order(seed: int, epoch: int) -> list[int]:
        return np.concatenate(epoch_batches(many, chosen, seed, epoch)).tolist()

    torch.manual_seed(0)
    first = order(1, 4)
    np.random.default_rng().random()
    torch.manual_seed(5)
    assert order(1, 4) == first
    assert order(1, 5) != first
    assert order(2, 4) != first


def test_batches_hold_sources_of_like_length(many: Pairs, settings: Settings) -> None:
    lengths = np.diff(many.source.offsets)
    spread = [np.ptp(lengths[batch]) for batch in epoch_batches(many, settings(batch_size=10), seed=1, epoch=0)]
    assert max(spread) <= 2  # of lengths from 1 to 8


@pytest.mark.parametrize("batch_type", get_args(BatchType))
def test_sorted_batches_cover_every_source_once_by_length(
    many: Pairs, settings: Settings, batch_type: BatchType
) -> None:
    order = np.concatenate(sorted_batches(many.source, settings(batch_size=10, batch_type=batch_type)))
    assert sorted(order.tolist()) == list(range(103))
    assert (np.diff(np.diff(many.source.offsets)[order]) >= 0).all()


def test_shares_of_a_batch_are_the_batch_and_know_its_size(many: Pairs) -> None:
    whole = many.batch(np.arange(7))
    shares = [many.batch(np.arange(7), rank, 3) for rank in range(3)]
    assert sum(len(share.lengths) for share in shares) == 7
    assert sum(share.tokens for share in shares) == whole.tokens
    assert {share.global_tokens for share in shares} == {whole.tokens}


def test_misaligned_pairs_are_refused(pairs: MakePairs, tmp_path: Path) -> None:
    three, two = pairs([[3], [4], [5]], [[3], [4], [5]]), pairs([[3], [4]], [[3], [4]])
    folder = tmp_path / "qa"
    folder.mkdir()
    three.source.save(folder, "train.source")
    two.target.save(folder, "train.target")
    for side in ("source", "target"):
        (folder / f"{side}.vocabulary.tsv").write_text("token\t1\n" * 6)
    fault = "qa/train: 3 sources but 2 targets; build it again with `dvc repro tokenize@qa`"
    with pytest.raises(FirthError, match=fault):
        Pairs.load(folder, "train")
