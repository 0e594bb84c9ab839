"""Seeds of purposes: other names, other seeds; and the same for ever."""

from firth.derived_seed import derived_seed


def test_a_seed_depends_on_every_part_of_its_name() -> None:
    assert len({derived_seed(1, "a"), derived_seed(2, "a"), derived_seed(1, "b"), derived_seed(1, "a", 0)}) == 4


def test_a_seed_is_half_of_the_first_64_bits_of_a_sha256() -> None:
    assert derived_seed(1, "a") == 0xBF1D987701909D7B // 2  # echo -n 1/a | sha256sum
