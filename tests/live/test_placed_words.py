"""Words of like vectors stand together on the map."""

import numpy as np

from firth.live.placed_words import SIZE, places


def test_words_of_one_group_stand_closer_than_those_of_two() -> None:
    random = np.random.default_rng(1)
    centers = np.repeat(np.eye(3), 12, axis=0)  # three groups of twelve words
    points = places((centers + random.normal(scale=0.05, size=centers.shape)).astype(np.float32))
    groups = np.arange(36) // 12
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    same = groups[:, None] == groups[None]
    assert distances[same].max() < distances[~same].min()
    assert points.min(axis=0).tolist() == [0, 0]
    assert points.max() == SIZE


def test_the_same_vectors_have_the_same_places() -> None:
    vectors = np.random.default_rng(2).normal(size=(20, 5)).astype(np.float32)
    assert places(vectors).tolist() == places(vectors).tolist()
