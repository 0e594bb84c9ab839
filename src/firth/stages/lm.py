"""Stage ``lm``: train one neural language model."""

from typing import TYPE_CHECKING

from firth.derived_seed import derived_seed
from firth.lm.language_training import LanguageModelTraining
from firth.lm.networks import initial_network, network_params
from firth.lm.text_data import TextData
from firth.lm.text_windows import warm_up_context
from firth.tables import write_metrics, write_table
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import train, training_run
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.model_names import Network
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, network: "Network") -> None:
    """Train until validation stops improving; data/tokens/lm → models/lm-NETWORK, the best weights."""
    name, params = f"lm-{network}", settings.section("lm", network_params(network))
    tokens = require(workspace.tokens("lm"), "tokenize@lm")
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    train_text, valid_text = (TokenStream.load(tokens, split).with_sentence_ends() for split in ("train", "valid"))

    vectors = workspace.vectors(params.initial_embeddings)
    initial, covered = initial_network(network, vocabulary.tokens, params, settings.seed, vectors)
    model = LanguageModelTraining(initial, params)
    inputs = [tokens] if covered is None else [tokens, vectors]
    window_seed = derived_seed(settings.seed, name, "windows") if params.random_bptt else None
    data = TextData(train_text, valid_text, params.batch_size, params.bptt_length, window_seed)
    with training_run(name, settings, workspace, inputs) as run:
        clip, epochs = params.gradient_clip_norm, params.max_epochs
        history = train(model, data, run, max_epochs=epochs, patience=params.patience, gradient_clip_norm=clip)
        model.network.warm_up_context = warm_up_context(train_text)
        metrics = {
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "best_epoch": history.best_epoch,
            **({} if covered is None else {"initial_embeddings_covered": covered}),
        }
        with writing(workspace.model(name)) as out:
            model.network.save(out)
            write_table(out / "curve.csv", history.curve())
            write_metrics(out / "metrics.json", metrics)
            write_metrics(out / "gradient_norm.json", model.gradient_norm_metrics())
