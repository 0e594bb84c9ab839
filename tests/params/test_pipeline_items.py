"""dvc.yaml against params.yaml: what is listed in both."""

from pathlib import Path

import yaml

from firth.params.experiment import load_params

ROOT = Path(__file__).parents[2]


def test_every_model_of_the_experiment_and_no_other_one_is_an_artifact() -> None:
    models = load_params(ROOT / "params.yaml").models
    language_models = {f"lm-{name}" for name in {*models.networks, *models.language_models}}
    encoder_decoders = {f"seq2seq-{task}-{attention}" for task, attention in models.encoder_decoders}
    artifacts = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["artifacts"]
    assert set(artifacts) == {"svd", "word2vec", *language_models, *encoder_decoders}
    for name, artifact in artifacts.items():
        assert artifact.keys() == {"path", "type", "desc"}
        assert artifact["path"] == f"models/{name}"
