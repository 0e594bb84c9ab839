"""Stage ``saliency`` on small texts."""

import json
from pathlib import Path

import numpy as np
import pytest
from stages.effective import settings_of
from stages.small_pairs import make_questions, small_networks

from firth.params.experiment import Params
from firth.params.saliency_params import SaliencyParams
from firth.params.task_names import Attention
from firth.stages import saliency, seq2seq
from firth.tables import read_csv
from firth.text.tokenizer import words
from firth.text.vocabulary import EOS, UNK
from firth.workspace import Workspace


def trained_and_measured(params: Params, workspace: Workspace, attention: Attention) -> Path:
    """The folder of the tables."""
    make_questions(workspace)
    seq2seq.run(settings_of(params, "seq2seq", "qa", attention), workspace, "qa", attention)
    saliency.run(settings_of(params, "saliency", "qa", attention), workspace, "qa", attention)
    return workspace.evaluation(f"saliency-qa-{attention}")


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_gradient_norms_and_attention_weights_are_those_of_the_trained_model(
    tmp_path: Path, attention: Attention
) -> None:
    sentences = ["Tim is in the garden. Where is Tim?", "Zoe is in the cellar."]
    params = small_networks().model_copy(update={"saliency": SaliencyParams(translation=[], qa=sentences)})
    folder = trained_and_measured(params, Workspace(tmp_path), attention)
    (summary,) = read_csv(folder / "saliency_summary.csv").to_dict("records")
    norms = np.zeros((7, summary["source_length"]))  # a target's tokens and <eos>
    for row in read_csv(folder / "saliency.csv").itertuples():
        norms[row.output_position - 1, row.source_position - 1] = row.gradient_norm
    assert (norms > 0).all()
    assert summary["gradient_norm_first"] == pytest.approx(norms[:, 0].mean(), rel=1e-3)
    assert summary["gradient_norm_last"] == pytest.approx(norms[:, -1].mean(), rel=1e-3)
    halves = norms[:, : norms.shape[1] // 2].sum(1) / norms.sum(1)
    assert summary["first_half_share"] == pytest.approx(halves.mean(), rel=1e-3)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics == {"first_half_share": summary["first_half_share"]}

    cells = read_csv(folder / "example_sentences.csv")
    assert set(cells["sentence"]) == {1, 2}
    for number, sentence in enumerate(sentences, start=1):
        found = cells[cells["sentence"] == number]
        first = found[found["output_position"] == 1]
        assert list(first["source"]) == [word if word != "Zoe" else UNK for word in words(sentence, False)]
        assert found["output"].iloc[-1] == EOS
        if attention == "none":
            assert found["attention_weight"].isna().all()
        else:
            assert first["attention_weight"].sum() == pytest.approx(1, abs=1e-3)


def test_without_example_sentences_their_table_is_empty(tmp_path: Path) -> None:
    params = small_networks().model_copy(update={"saliency": SaliencyParams(translation=[], qa=[])})
    folder = trained_and_measured(params, Workspace(tmp_path), "none")
    assert len(read_csv(folder / "example_sentences.csv")) == 0
    assert len(read_csv(folder / "saliency.csv")) > 0


def test_example_sentences_have_their_outputs_and_steps(tmp_path: Path) -> None:
    sentences = ["Tim is in the garden. Where is Tim?", "Zoe is in the cellar."]
    params = small_networks().model_copy(update={"saliency": SaliencyParams(translation=[], qa=sentences)})
    folder = trained_and_measured(params, Workspace(tmp_path), "none")
    examples, steps = read_csv(folder / "example_outputs.csv"), read_csv(folder / "decoding_steps.csv")
    assert examples["source"].tolist() == sentences
    assert examples["unknown"].fillna("").tolist() == ["", "Zoe"]
    assert examples["source_tokens"].tolist() == [len(words(sentence, False)) for sentence in sentences]
    for number, output in enumerate(examples["output"], start=1):
        written = steps[(steps["sentence"] == number) & (steps["rank"] == 1)]["token"].tolist()
        assert written == [*words(output, False), EOS]
