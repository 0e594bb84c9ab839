"""Encoder–decoders with random weights and the text that they read, for the page's experiment on the built-in world."""

import json
from collections.abc import Sequence

import numpy as np
from ask.tiny_models import add_encoder_decoder

from firth.params.task_names import Task
from firth.text.sides import SIDES
from firth.text.streams import from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary, vocabulary_file
from firth.workspace import Workspace, write_text
from firth.world.sentences import sample_sentences
from firth.world.stories import sample_stories

Lines = Sequence[tuple[str, str]]


def add_translators(workspace: Workspace) -> None:
    """Translation without attention and with dot attention, of pairs of the world; ``general`` is not built."""
    pairs = [(one.english, one.french) for one in sample_sentences(20, 1, np.random.default_rng(1))]
    form = TextForm(False, False, {"source": "en", "target": "fr"}, True, "words")
    size = write_tokens(workspace, "translation", form, [*pairs, ("Mary eats apples.", "Marie mange des pommes.")])
    for attention in ("none", "dot"):
        add_encoder_decoder(workspace, "translation", attention, size)
    write_text(workspace.settings / "download-translation.json", json.dumps({"world": {"pairs": 20, "max_depth": 1}}))
    write_text(workspace.settings / "evaluate_seq2seq-translation-general.json", "{}")


def add_answerers(workspace: Workspace) -> None:
    """Question answering without attention and with dot attention, on stories of the world."""
    stories = sample_stories(30, 4, np.random.default_rng(1))
    pairs = [(" ".join([*story.sentences, story.question]), story.answer) for story in stories]
    form = TextForm(False, False, "en", True, "words")
    size = write_tokens(workspace, "qa", form, [*pairs, ("Tim is playing in his room. Where is Tim?", "Tim is .")])
    for attention in ("none", "dot"):
        add_encoder_decoder(workspace, "qa", attention, size)


def write_tokens(
    workspace: Workspace, task: Task, form: TextForm, pairs: Lines, unknown: str = UNK, test: str = "test"
) -> int:
    """Write data/tokens/TASK with one vocabulary for both sides, which lacks a word, and return its size."""
    folder = workspace.tokens(task)
    folder.mkdir(parents=True)
    form.save(folder)
    types = sorted({word for pair in pairs for line in pair for word in form.words(line)} - {unknown})
    vocabulary = Vocabulary([UNK, EOS, PAD, *types], [0, 1, 0, *[1] * len(types)])
    for side, lines in zip(SIDES, zip(*pairs, strict=True), strict=True):
        vocabulary.save(vocabulary_file(folder, side))
        stream = from_sentences([vocabulary.encode(form.words(line)) for line in lines])
        for split in ("train", test):
            stream.save(folder, f"{split}.{side}")
    return len(vocabulary)
