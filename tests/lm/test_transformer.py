import math
from typing import Any

import pytest
import torch
from lm.settings import settings
from torch import Tensor, nn
from torch.nn import functional as F

from firth.errors import FirthError
from firth.lm.networks import build
from firth.lm.transformer import Transformer

SMALL: dict[str, Any] = {"embedding_size": 6, "hidden_size": 5, "layers": 2, "heads": 3, "context_size": 4}
SIGHT = 2 * (4 - 1)  # tokens before the current one that two layers of context size 4 see


def small(**changes: Any) -> Transformer:
    torch.manual_seed(0)
    model = build("transformer", 7, settings(**{**SMALL, **changes})).double()
    with torch.no_grad():
        for weight in model.parameters():  # zeros and ones, too, are made different, so that no part can be left out
            weight.add_(0.3 * torch.randn_like(weight))
    assert isinstance(model, Transformer)
    return model.eval()


def normalized(vector: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    deviation = vector - vector.mean()
    scaled = deviation / (deviation.square().mean() + 1e-5).sqrt()
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def affine(vector: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    return weights[f"{name}.weight"] @ vector + weights[f"{name}.bias"]


def attended(inputs: list[Tensor], position: int, weights: dict[str, Tensor], name: str) -> Tensor:
    """What attention puts out at one position, head by head and token by token."""
    heads, context_size = weights[f"{name}.distance_bias"].shape
    size = len(inputs[0]) // heads
    seen = range(max(0, position - context_size + 1), position + 1)
    query = affine(inputs[position], weights, f"{name}.query")
    both = {other: affine(inputs[other], weights, f"{name}.key_value") for other in seen}
    result = []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        strengths = {}
        for other in seen:
            key = both[other][: len(query)][part]
            bias = float(weights[f"{name}.distance_bias"][head, position - other])
            strengths[other] = math.exp(float(query[part] @ key) / math.sqrt(size) + bias)
        values = [strengths[other] * both[other][len(query) :][part] for other in seen]
        result.append(sum(values, torch.zeros(size).double()) / sum(strengths.values()))
    return affine(torch.cat(result), weights, f"{name}.output")


def plain(model: Transformer, tokens: list[int]) -> Tensor:
    """The last layer at every token of one text, (T, E), computed one token at a time."""
    weights = {name: value.detach() for name, value in model.named_parameters()}
    hidden = [weights["embedding.weight"][token] * math.sqrt(6) for token in tokens]
    for number in range(model.params.layers):
        layer = f"layers.{number}"
        inputs = [normalized(vector, weights, f"{layer}.attention_norm") for vector in hidden]
        middle = [
            vector + attended(inputs, position, weights, f"{layer}.attention") for position, vector in enumerate(hidden)
        ]
        hidden = []
        for vector in middle:
            wide = affine(normalized(vector, weights, f"{layer}.feedforward_norm"), weights, f"{layer}.feedforward.0")
            gelu = wide * (1 + torch.erf(wide / math.sqrt(2))) / 2
            hidden.append(vector + affine(gelu, weights, f"{layer}.feedforward.2"))
    return torch.stack([normalized(vector, weights, "norm") for vector in hidden])


def test_it_computes_what_its_equations_say() -> None:
    model, tokens = small(), torch.randint(7, (9, 2))
    found, _ = model(tokens)
    for column in range(2):
        torch.testing.assert_close(found[:, column], plain(model, tokens[:, column].tolist()))


@pytest.mark.parametrize("lengths", [[4, 1, 2, 8], [1] * 15, [14, 1], [2, 13]])
def test_a_text_read_in_pieces_gives_the_numbers_of_the_text_read_at_once(lengths: list[int]) -> None:
    model, tokens = small(), torch.randint(7, (15, 2))
    whole, last = model(tokens)
    state, parts = None, []
    for piece in tokens.split(lengths):
        found, state = model(piece, state)
        parts.append(found)
    torch.testing.assert_close(torch.cat(parts), whole)
    assert isinstance(state, tuple) and isinstance(last, tuple)
    assert [part.shape for part in state] == [(3, 2, 6)] * 2
    for carried, expected in zip(state, last, strict=True):
        torch.testing.assert_close(carried, expected)


def test_a_token_changes_no_earlier_output_and_none_beyond_the_window_of_the_layers() -> None:
    model, tokens = small(), torch.randint(7, (15, 1))
    before, _ = model(tokens)
    for position in range(15):
        changed = tokens.clone()
        changed[position] = (tokens[position] + 1) % 7
        differs = (model(changed)[0] - before).abs().amax((1, 2)) > 0  # (15,)
        assert differs.nonzero().flatten().tolist() == list(range(position, min(position + SIGHT + 1, 15)))


def test_an_output_does_not_depend_on_where_the_text_starts() -> None:
    model, tokens = small(), torch.randint(7, (15, 1))
    whole, part = model(tokens)[0], model(tokens[5:])[0]
    torch.testing.assert_close(part[SIGHT:], whole[5 + SIGHT :])
    assert (part[: SIGHT - 1] - whole[5 : 5 + SIGHT - 1]).abs().amax((1, 2)).min() > 1e-6


def test_each_dropout_is_where_it_belongs_and_in_training_alone() -> None:
    tokens = torch.randint(7, (20, 8))
    for name in ("embedding_dropout", "input_dropout", "hidden_dropout"):
        model = small(**{name: 0.5})
        assert torch.equal(model(tokens)[0], model(tokens)[0]), name
        model.train()
        assert not torch.equal(model(tokens)[0], model(tokens)[0]), name
    model, hidden = small(output_dropout=0.5).train(), torch.ones(20, 8, 6)
    assert torch.equal(model(tokens)[0], model(tokens)[0])
    assert set(model.output_dropout(hidden).unique().tolist()) == {0.0, 2.0}
    assert torch.equal(model.eval().output_dropout(hidden), hidden)


def test_without_hidden_values_dropped_hidden_dropout_leaves_the_residual_path_whole() -> None:
    model, tokens = small(hidden_dropout=0.5), torch.randint(7, (6, 2))
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.999999
    embedded = model.embedding(tokens) * math.sqrt(6)  # nothing is added to it
    expected = F.layer_norm(embedded, (6,), model.norm.weight, model.norm.bias)
    torch.testing.assert_close(model.train()(tokens)[0], expected)


def test_heads_that_cannot_share_the_width_are_refused() -> None:
    with pytest.raises(FirthError, match=r"lm\.heads = 4: must divide lm\.embedding_size = 6"):
        small(heads=4)
