"""What corpora of the catalog share: addresses of their files, and splits of texts published without any."""

from collections import Counter
from collections.abc import Iterator

from firth.corpora.corpus import remotes, split_text
from firth.corpora.fetch import Remote

SIZES = {"news": 40, "fiction": 60, "letters": 10}


def parts() -> Iterator[tuple[str, str]]:
    return ((part, f"{part} {number}") for part, size in SIZES.items() for number in range(size))


def test_embeddings_train_on_the_whole_text() -> None:
    assert list(split_text(parts, "x", "embeddings")) == [("train", line) for _, line in parts()]


def test_every_part_of_a_text_is_split_90_5_5() -> None:
    items = list(split_text(parts, "x", "lm"))
    assert [line for _, line in items] == [line for _, line in parts()]
    assert Counter((split, line.split()[0]) for split, line in items) == {
        ("train", "news"): 36,
        ("valid", "news"): 2,
        ("test", "news"): 2,
        ("train", "fiction"): 54,
        ("valid", "fiction"): 3,
        ("test", "fiction"): 3,
        ("train", "letters"): 10,
    }


def test_files_of_a_folder_have_its_address_and_their_checksums() -> None:
    assert remotes("https://x.org/y", {"a": "1" * 64, "b": "2" * 64}, ".gz") == {
        "a": Remote("https://x.org/y/a.gz", f"sha256:{'1' * 64}"),
        "b": Remote("https://x.org/y/b.gz", f"sha256:{'2' * 64}"),
    }
