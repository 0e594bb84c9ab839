"""Small texts for the stages of encoder–decoders: questions of one word, and translations of nine sentences."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from firth.params.experiment import Params, load_params
from firth.params.seq2seq_section import Seq2seqOverride, Seq2seqOverrides
from firth.text.sides import SIDES
from firth.text.streams import TokenStream
from firth.text.subwords import train_subwords
from firth.text.text_encoding import subwords_file
from firth.text.text_form import TextForm
from firth.text.tokenizer import words
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary, vocabulary_file
from firth.workspace import Workspace

PARAMS = Path(__file__).parents[2] / "params.yaml"
NAMES, PLACES = ("Tim", "Mary", "Emma"), ("garden", "kitchen", "cellar")


def small_networks() -> Params:
    """The experiment of the checkout with small encoder–decoders."""
    params = load_params(PARAMS)
    small = {
        "embedding_size": 16, "hidden_size": 32, "layers": 1, "dropout": 0.0, "batch_size": 16, "max_epochs": 2,
        "max_length": 20,
    }  # fmt: skip
    return params.model_copy(
        update={
            "seq2seq": params.seq2seq.model_copy(update=small),
            "seq2seq_overrides": Seq2seqOverrides(**dict.fromkeys(Seq2seqOverrides.model_fields, Seq2seqOverride())),
            "compute": params.compute.model_copy(update={"accelerator": "cpu", "devices": 1}),
        }
    )


def save_stream(folder: Path, name: str, sentences: list[list[int]]) -> None:
    ids = np.array([token for sentence in sentences for token in sentence], dtype=np.uint16)
    TokenStream(ids, np.cumsum([0, *map(len, sentences)])).save(folder, name)


def make_questions(workspace: Workspace) -> None:
    random = np.random.default_rng(0)
    raw, tokens = workspace.raw("qa") / "text", workspace.tokens("qa")
    raw.mkdir(parents=True)
    tokens.mkdir(parents=True)
    splits: dict[str, list[dict[str, Any]]] = {}
    for split, count in (("train", 120), ("valid", 20), ("test", 110)):
        splits[split] = []
        for _ in range(count):
            name, place = random.choice(NAMES), random.choice(PLACES)
            item = {
                "story": [f"{name} is in the {place}."] * int(random.integers(1, 3)),
                "question": f"Where is {name}?", "answer": f"{name} is in the {place}.", "supporting": [0],
                "last_place": f"{name} is in the garden.", "task": None,
            }  # fmt: skip
            splits[split].append(item)
        (raw / f"{split}.jsonl").write_text("".join(json.dumps(item) + "\n" for item in splits[split]))
    types = sorted({*NAMES, *PLACES, "Where", "is", "in", "the", ".", "?"})
    TextForm(False, False, "en", False, "words").save(tokens)
    vocabulary = Vocabulary([UNK, EOS, PAD, *types], [0] * (len(types) + 3))
    for side in SIDES:
        vocabulary.save(vocabulary_file(tokens, side))
    for split, items in splits.items():
        sources = [" ".join([*item["story"], item["question"]]) for item in items]
        for side, texts in (("source", sources), ("target", [item["answer"] for item in items])):
            save_stream(tokens, f"{split}.{side}", [vocabulary.encode(words(text, False)).tolist() for text in texts])


def make_translations(workspace: Workspace) -> None:
    raw, tokens = workspace.raw("translation") / "text", workspace.tokens("translation")
    raw.mkdir(parents=True)
    tokens.mkdir(parents=True)
    lines = {
        split: (
            [f"{n} sees a {p}." for n in NAMES for p in PLACES],
            [f"{n} voit un {p}." for n in NAMES for p in PLACES],
        )
        for split in ("train", "valid", "test_one", "test_two")
    }
    lines["train"] = (lines["train"][0] * 40, lines["train"][1] * 40)
    TextForm(False, False, {"source": "en", "target": "fr"}, False, "subwords").save(tokens)
    subwords = train_subwords([side for pair in lines.values() for side in pair], 300, lowercase=False)
    for side in SIDES:
        subwords.save(subwords_file(tokens, side))
        Vocabulary(subwords.readable, [0] * len(subwords.readable)).save(vocabulary_file(tokens, side))
    for split, pair in lines.items():
        for side, texts in zip(("source", "target"), pair, strict=True):
            (raw / f"{split}.{side}.txt").write_text("".join(f"{text}\n" for text in texts))
            save_stream(tokens, f"{split}.{side}", list(subwords.encode_lines(texts)))
