"""``firth perplexity``, ``generate`` and ``next``: what people ask of the language models that are built.

No stages, as in ``queries``. A word that is not in the vocabulary is read as ``<unk>``, and people are told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from firth.errors import FirthError
from firth.lm.generation import generate, most_likely
from firth.lm.kneser_ney import KneserNey
from firth.lm.perplexity import Tally, by_sentence
from firth.lm.reading import Floats, NgramReader, Reader
from firth.params.lm import NETWORKS
from firth.stages.answers import Columns, plain_table, print_answer, side_by_side
from firth.stages.asked_text import Unknown, checked, text_blocks, text_file
from firth.stages.built_models import SETTINGS, check_vocabulary, damage_reported
from firth.stages.languages import Block, Language, read_language
from firth.text.tokenizer import join_words
from firth.text.vocabulary import EOS, EOS_ID, UNK
from firth.training.reproducibility import generator
from firth.workspace import require

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.workspace import Workspace

MODELS = ("ngram", *NETWORKS)  # from the least to the most powerful
NAMED = 5  # unknown words, and spellings for each
DECIMALS = 4  # of probabilities
TITLE_WORDS = 12

Start = Callable[[], Reader]


def print_perplexity(params: Params, workspace: Workspace, file: str, wanted: str | None, sentences: bool) -> None:
    """Print every model's perplexity of a file or, instead, the nats of each sentence as it is read."""
    language, models = _open(params, workspace, wanted)
    readers = {name: start() for name, start in models.items()}
    tallies = {name: Tally() for name in readers}
    unknown, count = Unknown(), 0
    out = sys.stdout  # which a bar on the terminal would replace
    with text_file(file) as text:
        for block in text_blocks(text, language, metered=not (sentences and out.isatty())):
            ids = block.stream.with_sentence_ends()
            scores = {name: reader.scores(ids) for name, reader in readers.items()}
            for name, tally in tallies.items():
                tally.add(ids, scores[name])
            if sentences and not count:
                print("tokens", "unknown", *readers, "sentence", sep="\t", file=out)
            if sentences:
                out.writelines(_sentence_lines(block, scores))
            unknown.add(block)
            count += len(block.stream)
        if not count:
            raise FirthError(f"{text.name}: there is no word in it; give a file that holds some")
    if not sentences:
        _print_tallies(text.name, count, tallies, unknown)


def print_generated(
    params: Params,
    workspace: Workspace,
    prompt: str,
    temperature: float,
    seed: int | None,
    count: int,
    length: int,
    wanted: str | None,
) -> None:
    """Print sentences that begin with the prompt, as one model goes on with them, one a line."""
    language, models = _open(params, workspace, wanted or max(_built(workspace), key=MODELS.index))
    (start,) = models.values()
    begun = _prompt(prompt, language)
    unfinished = 0
    for number in range(count):
        random = generator(params.seed if seed is None else seed, "generate", number)
        found = generate(start(), begun.stream.ids, temperature, length, random)
        ended = found[-1] == EOS_ID
        unfinished += not ended
        print(join_words([*begun.tokens, *language.vocabulary.decode(found[:-1] if ended else found)]))
    if unfinished:
        print(f"{unfinished} of {count} not finished after {length} tokens; --length allows more", file=sys.stderr)


def print_next(params: Params, workspace: Workspace, text: str, count: int, wanted: str | None) -> None:
    """Print the most probable next tokens after the beginning of a sentence, by every model."""
    language, models = _open(params, workspace, wanted)
    begun = _prompt(text, language)
    columns: Columns = []
    for name, start in models.items():
        reader = start()
        reader.read(begun.stream.ids)
        found = most_likely(reader.next_token(), count)
        columns.append((name, "probability", [(language.vocabulary.tokens[token], share) for token, share in found]))
    words = language.vocabulary.decode(begun.stream.ids)
    shown = " ".join(["…", *words[-TITLE_WORDS:]] if len(words) > TITLE_WORDS else words)
    print_answer(f"after {shown}" if words else "first in a sentence", side_by_side(columns, DECIMALS), [])


def _open(params: Params, workspace: Workspace, wanted: str | None) -> tuple[Language, dict[str, Start]]:
    """The language, and every model that is built or the one that is wanted, each as what starts a reader."""
    if wanted:
        require(_folder(workspace, wanted) / SETTINGS, _stage(wanted))
    names = [wanted] if wanted else _built(workspace)
    language = read_language(params, workspace, "lm")
    models = {}
    for name in names:
        folder, command = _folder(workspace, name), f"dvc repro {_stage(name)}"
        with damage_reported(folder, command):
            size, models[name] = _loaded(folder, name)
        check_vocabulary(folder, command, size, len(language.vocabulary))
    return language, models


def _built(workspace: Workspace) -> list[str]:
    """The models that are built, one at least."""
    built = [name for name in MODELS if (_folder(workspace, name) / SETTINGS).exists()]
    if not built:
        raise FirthError(
            f"{workspace.root / 'models'}: no language model yet; build one with `dvc repro {_stage(MODELS[-1])}`, "
            f"or all with `dvc repro {' '.join(map(_stage, MODELS))}`"
        )
    return built


def _folder(workspace: Workspace, name: str) -> Path:
    return workspace.model(name if name == "ngram" else f"lm-{name}")


def _stage(name: str) -> str:
    return name if name == "ngram" else f"lm@{name}"


def _loaded(folder: Path, name: str) -> tuple[int, Start]:
    """The size of a model's vocabulary, and what starts a reader."""
    if name == "ngram":
        model = KneserNey.load(folder)
        return model.vocabulary_size, partial(NgramReader, model)
    from firth.lm.network_reading import NetworkReader  # here, because it takes seconds
    from firth.lm.networks import load

    network = load(folder)
    return network.vocabulary_size, partial(NetworkReader, network)


def _prompt(text: str, language: Language) -> Block:
    """The beginning of a sentence; its words out of vocabulary are told on standard error."""
    begun = language.block([" ".join(checked(text, "beginning of the sentence").splitlines())])
    unknown = list(dict.fromkeys(begun.tokens[place] for place in begun.unknown))
    folded = {token.lower(): token for token in reversed(language.vocabulary.tokens) if token not in (UNK, EOS)}
    for word in unknown[:NAMED]:
        near = [folded[form] for form in get_close_matches(word.lower(), folded, NAMED)]
        advice = f"; try {', '.join(near)}" if near else ", and no word is spelled like it"
        print(f"{word}: not in the vocabulary of the language models, so read as {UNK}{advice}", file=sys.stderr)
    if len(unknown) > NAMED:
        print(f"… and {len(unknown) - NAMED:,} more words", file=sys.stderr)
    return begun


def _sentence_lines(block: Block, scores: Mapping[str, Floats]) -> Iterator[str]:
    """For each sentence: its tokens with ``<eos>``, those out of vocabulary, nats by each model, and itself."""
    stream = block.stream
    sentences = np.searchsorted(stream.offsets, block.unknown, side="right") - 1
    unknown = np.bincount(sentences, minlength=len(stream)).tolist()
    lengths = (np.diff(stream.offsets) + 1).tolist()
    nats = np.stack([by_sentence(stream, -values) for values in scores.values()], axis=1)  # (sentences, models)
    for line, length, missing, values in zip(block.lines, lengths, unknown, nats, strict=True):
        yield "\t".join([str(length), str(missing), *(f"{value:.3f}" for value in values), line]) + "\n"


def _print_tallies(name: str, count: int, tallies: Mapping[str, Tally], unknown: Unknown) -> None:
    """Print a row a model, and below it which words were out of vocabulary."""
    tokens, others = next((tally.tokens, tally.unknown) for tally in tallies.values())
    headings = ["perplexity", "nats per token", *([f"perplexity without {UNK}"] if others else [])]
    table = plain_table()
    table.add_column("model")
    for heading in headings:
        table.add_column(heading, justify="right")
    for model, tally in tallies.items():
        values = [tally.perplexity, tally.nats_per_token, tally.perplexity_of_known][: len(headings)]
        table.add_row(Text(model), *(f"{value:.3f}" for value in values))
    notes = []
    if unknown.total:
        most = ", ".join(f"{word} ({times:,})" for word, times in unknown.words.most_common(NAMED))
        more = ", …" if len(unknown.words) > NAMED else ""
        notes.append(
            f"{unknown.total:,} of {tokens - count:,} words ({unknown.total / (tokens - count):.2%}) are not in the "
            f"vocabulary and were read as {UNK}: {most}{more}"
        )
    sentences = "1 sentence" if count == 1 else f"{count:,} sentences"
    print_answer(f"{name}: {sentences}, {tokens:,} tokens with each {EOS}", table, notes)
