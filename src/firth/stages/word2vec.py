"""Stage ``word2vec``: vectors from prediction."""

from typing import TYPE_CHECKING

from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.training.trainer import train, training_run
from firth.vectors.evaluation.scores import similarity_scores
from firth.vectors.keyed_vectors import save_vectors
from firth.vectors.skipgram.model import Pieces, SkipGram
from firth.vectors.skipgram.sampling import TrainingText
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace) -> None:
    """data/tokens/embeddings → models/word2vec."""
    tokens, settings = workspace.tokens("embeddings"), params.word2vec
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    text = TrainingText.of(stream, vocabulary.counts, settings)
    model, data = SkipGram(text, settings, params.seed), Pieces(text, settings.batch_size)
    with training_run("word2vec", params, workspace, {"word2vec": settings.model_dump()}, [tokens]) as place:
        history = train(model, data, place, max_epochs=settings.epochs, patience=None)
        words, vectors = vocabulary.tokens[EOS_ID + 1 :], model.words.weight.detach().cpu().numpy()[EOS_ID + 1 :]
        scores = similarity_scores(words, vectors, workspace.raw("embeddings"), params.evaluation.gold_sets)
        with writing(workspace.model("word2vec")) as out:
            save_vectors(words, vectors, out)
        final_loss = history.rows[-1].get("train_loss")
        write_metrics(workspace.metrics("word2vec"), {"word2vec": scores, "final_train_loss": final_loss})
