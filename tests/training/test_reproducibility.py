"""Generators of random numbers by name."""

from firth.training.reproducibility import generator


def test_generators_of_one_name_draw_the_same_numbers_and_others_draw_others() -> None:
    assert generator(1, "a").integers(1 << 60) == generator(1, "a").integers(1 << 60)
    assert generator(1, "a").integers(1 << 60) != generator(1, "b").integers(1 << 60)
