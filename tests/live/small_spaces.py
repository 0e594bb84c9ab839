"""Counts of a small text, and word vectors at random, in the folders where the stages write theirs."""

import json

import numpy as np
from scipy import sparse

from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace, write_text

WINDOW = 2
SVD = {"dimension": 4, "smoothing": 1.0, "shift": 1.0, "eigenvalue_weight": 0.5, "add_context_vectors": False}


def add_counts(workspace: Workspace, form: TextForm, stream: TokenStream, vocabulary: Vocabulary) -> None:
    """Write data/tokens/embeddings, models/counts and the settings of both."""
    tokens, folder = workspace.tokens("embeddings"), workspace.model("counts")
    tokens.mkdir(parents=True)
    folder.mkdir(parents=True)
    form.save(tokens)
    vocabulary.save(tokens / "vocabulary.tsv")
    stream.save(tokens, "train")
    counts = counted(stream, len(vocabulary))
    np.save(folder / "indptr.npy", counts.indptr.astype(np.int32))
    np.save(folder / "indices.npy", counts.indices.astype(np.int32))
    np.save(folder / "data.npy", counts.data)
    write_text(workspace.settings / "cooccurrence.json", json.dumps({"cooccurrence": {"context_window": WINDOW}}))
    write_text(workspace.settings / "evaluate_vectors-counts.json", json.dumps({"svd": SVD}))


def counted(stream: TokenStream, size: int) -> sparse.csr_array:
    """How often each two ids stand at most ``WINDOW`` places apart in a sentence, (V, V)."""
    counts = np.zeros((size, size), np.float32)
    for sentence in stream.sentences():
        for place, word in enumerate(sentence):
            for near in (*sentence[max(0, place - WINDOW) : place], *sentence[place + 1 : place + 1 + WINDOW]):
                counts[word, near] += 1
    return sparse.csr_array(counts)


def add_vectors(workspace: Workspace, name: str, vocabulary: Vocabulary, dimension: int = 4) -> None:
    """Write models/NAME."""
    folder = workspace.model(name)
    folder.mkdir(parents=True)
    words = vocabulary.tokens[EOS_ID + 1 :]
    save_vectors(words, np.random.default_rng(len(name)).normal(size=(len(words), dimension)), folder)
