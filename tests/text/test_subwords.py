"""Byte-pair encoding: exact decoding, the same bytes every time, and merges found by hand."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.text.subwords import Subwords, train_subwords

ENGLISH = ["Mary eats apples.", "Tim eats an apple.", "The dogs sleep.", "Naïve café ❤️", "<eos> is text"] * 3
FRENCH = ["Marie mange des pommes.", "Tim mange une pomme.", "Les chiens dorment.", "L’été à Noël\u00a0!"] * 3

TRAIN = """
import random, sys
from firth.text.subwords import train_subwords
source = random.Random(0)
lines = ["".join(source.choice("abcde ") for _ in range(30)) for _ in range(300)]
sys.stdout.buffer.write(train_subwords([lines[:150], lines[150:]], 600, True).tokenizer.to_str(pretty=True).encode())
"""


def test_special_symbols_and_bytes_come_first_then_the_most_frequent_pair() -> None:
    subwords = train_subwords([["ab ab ab ab"], ["ab bc bc"]], 261, lowercase=False)
    assert subwords.pieces[:3] == ["<unk>", "<eos>", "<pad>"]
    assert len(subwords.pieces) == 261
    assert subwords.pieces[259] == "ab"  # five times, more than the seven Ġa and Ġb have together in one pair
    assert subwords.pieces[260] == "Ġab"


def test_a_tiny_text_gives_fewer_pieces_than_asked_for() -> None:
    assert len(train_subwords([["ab ab"], []], 10_000, lowercase=False).pieces) == 3 + 256 + 2


def test_decoding_gives_the_text_back_without_white_space_at_its_ends() -> None:
    subwords = train_subwords([ENGLISH, FRENCH], 400, lowercase=False)
    source = random.Random(5)
    odd = [
        "".join(
            chr(source.choice([source.randrange(32, 0xD800), source.randrange(0x1F300, 0x1F700)])) for _ in range(20)
        )
    ]
    for line in [
        *ENGLISH,
        *FRENCH,
        "never seen: 漢字 👍🏽 e\u0301 \u2028 <pad><unk>",
        "",
        "two  spaces",
        " padded ",
        *odd,
    ]:
        (ids,) = subwords.encode_lines([line])
        assert subwords.decode(ids) == line.strip()
        assert all(position > 2 for position in ids)


def test_decoding_leaves_special_symbols_out() -> None:
    subwords = train_subwords([ENGLISH, FRENCH], 400, lowercase=False)
    (ids,) = subwords.encode_lines(["Mary eats."])
    assert subwords.decode([*ids, 1, 2, 2]) == "Mary eats."


def test_lower_casing_belongs_to_the_tokenizer() -> None:
    subwords = train_subwords([ENGLISH, FRENCH], 400, lowercase=True)
    upper, lower = subwords.encode_lines(["MARY ÉTÉ", "mary été"])
    assert upper == lower
    assert subwords.decode(upper) == "mary été"


def test_many_lines_are_encoded_as_each_alone(tmp_path: Path) -> None:
    train_subwords([ENGLISH, FRENCH], 400, lowercase=False).save(tmp_path / "tokenizer.json")
    subwords = Subwords.load(tmp_path / "tokenizer.json")
    lines = (ENGLISH + FRENCH) * 200
    assert list(subwords.encode_lines(lines)) == [subwords.tokenizer.encode(line).ids for line in lines]


def test_training_gives_the_same_bytes_whatever_the_threads_and_hash_seed() -> None:
    results = {
        subprocess.run(
            [sys.executable, "-c", TRAIN],
            capture_output=True,
            check=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PYTHONHASHSEED": seed,
                "RAYON_NUM_THREADS": threads,
                "TOKENIZERS_PARALLELISM": parallel,
            },
        ).stdout
        for seed, threads, parallel in (("0", "1", "false"), ("1", "2", "true"), ("2", "7", "true"))
    }
    assert len(results) == 1 and results != {b""}


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "translation" / "tokenizer.json"
    path.parent.mkdir()
    with pytest.raises(FirthError, match="dvc repro tokenize@translation"):
        Subwords.load(path)
    path.write_text('{"version"')
    with pytest.raises(FirthError, match=r"tokenizer\.json: damaged .*Invalid JSON.*dvc repro tokenize@translation"):
        Subwords.load(path)
    whole = json.loads(train_subwords([ENGLISH], 300, lowercase=True).tokenizer.to_str())
    model = whole["model"]
    for other in (
        {"padding": {"strategy": {"Fixed": 10**9}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0}},
        {"model": {**model, "vocab": {**model["vocab"], "a": 10**9}}},
        {"model": {**model, "vocab": {**model["vocab"], "<unk>": 1, "<eos>": 0}}},
        {"model": {**model, "vocab": {"漢" if piece == "a" else piece: n for piece, n in model["vocab"].items()}}},
        {"model": {**model, "merges": [["a", "nowhere"]]}},
        {"model": None},
    ):
        path.write_text(json.dumps({**whole, **other}))
        with pytest.raises(FirthError, match=r"tokenizer\.json: not a tokenizer.*dvc repro tokenize@translation"):
            Subwords.load(path)
