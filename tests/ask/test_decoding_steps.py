"""The steps of an encoder–decoder: compared with the search, and with the network asked one word at a time."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from firth.ask.decoding_steps import decoding_steps, gradient_shares
from firth.ask.line_decoding import LineDecoder
from firth.ask.loading import load_line_decoder
from firth.errors import FirthError
from firth.measures.source_gradients import gradient_norms
from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.recurrent_layers import top_hidden
from firth.text.vocabulary import EOS, EOS_ID
from firth.workspace import Workspace

LINE = "Mary sees a red apple."


def translator(workspace: Workspace, attention: str) -> LineDecoder:
    return load_line_decoder(workspace.model(f"seq2seq-translation-{attention}"))


def varied(decoder: LineDecoder, **settings: bool) -> LineDecoder:
    """The model with other settings, and random weights of their own."""
    torch.manual_seed(3)
    configuration = decoder.network.configuration
    changed = configuration._replace(settings=configuration.settings.model_copy(update=settings))
    return replace(decoder, network=EncoderDecoder(changed).eval())


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_the_output_is_that_of_greedy_search_and_each_word_the_first_candidate(
    encoder_decoders: Workspace, attention: str
) -> None:
    decoder = translator(encoder_decoders, attention)
    steps = decoding_steps(decoder.varied(beam_size=4), LINE, [], 3)
    (expected,) = decoder.varied(beam_size=1).decode([LINE], [], with_attention=True)
    assert replace(steps.decoded, attention=None) == replace(expected, attention=None)
    weights = steps.decoded.attention
    if expected.attention is None:
        assert weights is None
    else:
        assert weights is not None
        np.testing.assert_allclose(weights, expected.attention, atol=1e-6)
    assert [candidates[0][0] for candidates in steps.candidates] == steps.decoded.tokens
    assert {len(candidates) for candidates in steps.candidates} == {3}


@torch.no_grad()
def test_states_and_probabilities_are_those_of_the_network_one_word_at_a_time(encoder_decoders: Workspace) -> None:
    decoder = translator(encoder_decoders, "additive")
    steps, network = decoding_steps(decoder, LINE, [], 3), decoder.network
    state, memory = network.read(steps.batch.source, steps.batch.lengths)
    hidden = top_hidden(state).unsqueeze(0)
    for number, candidates in enumerate(steps.candidates):
        np.testing.assert_allclose(steps.states[number], hidden[0, 0], atol=1e-6)
        probabilities = network.decoder.logits(network.decoder.top(hidden, memory))[0, 0].softmax(0)
        expected = sorted(probabilities.tolist(), reverse=True)[:3]
        assert [share for _, share in candidates] == pytest.approx(expected, rel=1e-4)
        if number < len(steps.batch.target):
            hidden, state = network.decoder(steps.batch.target[number : number + 1], state)


@torch.no_grad()
@pytest.mark.parametrize("reverse_source", [True, False])
def test_a_reading_goes_through_the_source_and_ends_in_the_state_that_is_written_from(
    encoder_decoders: Workspace, reverse_source: bool
) -> None:
    decoder = varied(translator(encoder_decoders, "none"), reverse_source=reverse_source)
    steps = decoding_steps(decoder, LINE, [], 3)
    (reading,) = steps.readings
    length = len(steps.decoded.source_tokens)
    assert reading.positions == list(range(length))[:: -1 if reverse_source else 1]
    np.testing.assert_allclose(reading.states[-1], steps.states[0], atol=1e-6)
    first = steps.batch.source[reading.positions[:2]]  # in the order of reading
    outputs = decoder.network.encoder.recurrence(decoder.network.encoder.embedding(first))[0]
    np.testing.assert_allclose(reading.states[:2], outputs[:, 0], atol=1e-6)


@torch.no_grad()
def test_a_bidirectional_encoder_has_two_readings_that_a_layer_joins(encoder_decoders: Workspace) -> None:
    decoder = varied(translator(encoder_decoders, "none"), bidirectional=True, reverse_source=False)
    steps = decoding_steps(decoder, LINE, [], 3)
    forwards, backwards = steps.readings
    assert backwards.positions == forwards.positions[::-1]
    both = torch.from_numpy(np.concatenate([forwards.states[-1], backwards.states[-1]]))
    joined = decoder.network.encoder.joined["hidden"](both).tanh()
    np.testing.assert_allclose(steps.states[0], joined, atol=1e-6)


def test_an_output_without_words_has_the_end_alone(encoder_decoders: Workspace) -> None:
    decoder = translator(encoder_decoders, "additive")
    with torch.no_grad():
        decoder.network.decoder.bias[EOS_ID] = 1_000
    steps = decoding_steps(decoder, LINE, [], 2)
    assert (steps.decoded.tokens, len(steps.states)) == ([EOS], 1)
    assert steps.candidates[0][0] == (EOS, 1)


def test_an_output_that_is_cut_has_no_end(encoder_decoders: Workspace) -> None:
    decoder = translator(encoder_decoders, "none")
    with torch.no_grad():
        decoder.network.decoder.bias[EOS_ID] = -1_000
    steps = decoding_steps(decoder, LINE, [], 2)
    assert len(steps.decoded.tokens) == len(steps.states) == len(steps.candidates) == decoder.search.max_length


def test_gradient_shares_are_norms_over_their_sum(encoder_decoders: Workspace) -> None:
    decoder = translator(encoder_decoders, "none")
    steps = decoding_steps(decoder, LINE, [], 3)
    shares = gradient_shares(decoder, steps)
    norms = gradient_norms(decoder.network, steps.batch)[: len(shares), :, 0].numpy()
    assert shares.shape == (len(steps.decoded.tokens), len(steps.decoded.source_tokens))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(shares * norms.sum(axis=1, keepdims=True), norms, rtol=1e-4)


def test_a_line_without_an_output_says_why(encoder_decoders: Workspace) -> None:
    with pytest.raises(FirthError, match="the text is empty"):
        decoding_steps(translator(encoder_decoders, "none"), " ", [], 3)
