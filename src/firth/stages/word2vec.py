"""Stage ``word2vec``: train skip-gram vectors."""

from typing import TYPE_CHECKING

from firth.params.word2vec_params import Word2vecParams
from firth.tables import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.training.trainer import train, training_run
from firth.vectors.keyed_vectors import save_vectors
from firth.vectors.skipgram.pair_sampling import TrainingText
from firth.vectors.skipgram.skipgram_model import SkipGram, TextPieces
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """data/tokens/embeddings → models/word2vec."""
    tokens, params = workspace.tokens("embeddings"), settings.section("word2vec", Word2vecParams)
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    text = TrainingText.from_stream(stream, vocabulary.counts, params)
    model, data = SkipGram(text, params, settings.seed), TextPieces(text, params.batch_size)
    with training_run("word2vec", settings, workspace, [tokens]) as run:
        history = train(model, data, run, max_epochs=params.epochs, patience=None)
        vectors = model.words.weight.detach().cpu().numpy()[EOS_ID + 1 :]  # (V − 2, D): without special symbols
        with writing(workspace.model("word2vec")) as out:
            save_vectors(vocabulary.tokens[EOS_ID + 1 :], vectors, out)
            write_metrics(out / "metrics.json", {"train_loss": history.rows[-1].get("train_loss")})
