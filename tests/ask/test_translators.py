"""Translation and question answering as objects, against decoding and attention by the networks themselves."""

import numpy as np
import pytest
import torch
from ask.tiny_models import QUESTIONS, SEARCH, STORY, TRANSLATED
from numpy.typing import NDArray

from firth.ask.loading import load_line_decoder
from firth.ask.translators import QuestionAnswerer, Translator
from firth.errors import FirthError
from firth.params.search_params import SearchParams
from firth.seq2seq.attention import AdditiveScore
from firth.seq2seq.encoder_decoder import EncoderDecoder, load
from firth.seq2seq.search import decode_all
from firth.text.streams import from_sentences
from firth.text.subwords import Subwords
from firth.text.text_encoding import subwords_file
from firth.text.tokenizer import join_words, words
from firth.text.vocabulary import Vocabulary, vocabulary_file
from firth.workspace import Workspace


def translator(workspace: Workspace, attention: str = "additive") -> Translator:
    return Translator(load_line_decoder(workspace.model(f"seq2seq-translation-{attention}")))


def answerer(workspace: Workspace) -> QuestionAnswerer:
    return QuestionAnswerer(load_line_decoder(workspace.model("seq2seq-qa-none")))


def decoded(network: EncoderDecoder, source: list[int], beam_size: int = 1) -> list[int]:
    """The output for one source by itself."""
    search = SearchParams.model_validate({**SEARCH, "beam_size": beam_size})
    (output,) = decode_all(network, from_sentences([source]), network.configuration.settings, search, "32-true")
    return output


def additive_weights(network: EncoderDecoder, source: list[int], output: list[int]) -> NDArray:
    """softmax of v · tanh(U h + W m) at every target position, (T + 1, S), by loops (Bahdanau et al. 2015, A.1.2)."""
    assert network.decoder.attention
    score = network.decoder.attention.score
    assert isinstance(score, AdditiveScore)
    column, length = torch.tensor(source)[:, None], torch.tensor([len(source)])
    values, state = network.encoder.hidden_states(column, length)  # (S, 1, H)
    hidden = [state[0][-1, 0] if isinstance(state, tuple) else state[-1, 0]]
    for word in output:
        step, state = network.decoder(torch.tensor([[word]]), state)
        hidden.append(step[0, 0])
    rows = []
    for h in hidden:
        scores = [score.direction(torch.tanh(score.of_hidden(h) + score.of_values(m))) for m in values[:, 0]]
        rows.append(torch.cat(scores).softmax(0))
    return torch.stack(rows).numpy()


@pytest.mark.parametrize("beam_size", [None, 1, 4])
def test_a_sentence_is_translated_as_by_the_stage(encoder_decoders: Workspace, beam_size: int | None) -> None:
    subwords = Subwords.load(subwords_file(encoder_decoders.tokens("translation"), "source"))
    network = load(encoder_decoders.model("seq2seq-translation-additive"))
    for line in TRANSLATED:
        (source,) = subwords.encode_lines([line])
        output = decoded(network, source, beam_size or 1)
        translation = translator(encoder_decoders).translate(line, beam_size)
        assert " ".join(translation.text.split()) == " ".join(subwords.decode(output).split())
        assert "".join(translation.source_tokens) == line.replace(" ", "")
        cut = len(output) == SEARCH["max_length"]
        assert translation.tokens == [*(subwords.decode([token]) for token in output), *([] if cut else ["<eos>"])]
        assert any("the output was cut after 9 tokens" in note for note in translation.notes) == cut
        assert (translation.unknown, translation.fault) == ([], "")


@torch.no_grad()
def test_attention_weights_are_a_row_for_each_token_of_the_output(encoder_decoders: Workspace) -> None:
    subwords = Subwords.load(subwords_file(encoder_decoders.tokens("translation"), "source"))
    network = load(encoder_decoders.model("seq2seq-translation-additive"))
    for line in TRANSLATED:
        (source,) = subwords.encode_lines([line])
        translation = translator(encoder_decoders).translate(line)
        assert translation.attention is not None
        assert translation.attention.shape == (len(translation.tokens), len(source))
        np.testing.assert_allclose(translation.attention.sum(axis=1), 1, rtol=1e-5)
        wanted = additive_weights(network, source, decoded(network, source))[: len(translation.tokens)]
        np.testing.assert_allclose(translation.attention, wanted, atol=1e-5)


def test_without_attention_and_for_many_lines_there_are_no_weights(encoder_decoders: Workspace) -> None:
    assert translator(encoder_decoders, "none").translate(TRANSLATED[0]).attention is None
    many = translator(encoder_decoders).translate_lines(TRANSLATED)
    assert all(translation.attention is None for translation in many)
    single = [translator(encoder_decoders).translate(line) for line in TRANSLATED]
    assert [translation.text for translation in many] == [translation.text for translation in single]
    assert [translation.tokens for translation in many] == [translation.tokens for translation in single]


def test_a_line_that_can_not_be_translated_has_a_fault_and_alone_is_an_error(encoder_decoders: Workspace) -> None:
    model = translator(encoder_decoders)
    lines = [TRANSLATED[0], "", "你好", "Mary eats " * 1000]
    faults = [translation.fault for translation in model.translate_lines(lines)]
    assert faults[0] == ""
    for line, fault, reason in zip(lines[1:], faults[1:], ("is empty", "no word", "1,000 are the most"), strict=True):
        assert reason in fault
        with pytest.raises(FirthError, match=reason):
            model.translate(line)


def test_a_question_is_answered_about_the_story(encoder_decoders: Workspace) -> None:
    vocabulary = Vocabulary.load(vocabulary_file(encoder_decoders.tokens("qa"), "source"))
    network = load(encoder_decoders.model("seq2seq-qa-none"))
    wanted = []
    for question in QUESTIONS:
        source = vocabulary.encode(words(" ".join([*STORY, question]), False)).tolist()
        wanted.append(join_words(vocabulary.decode(decoded(network, source))))
    model = answerer(encoder_decoders)
    assert [model.answer("\n".join(STORY), question).text for question in QUESTIONS] == wanted
    assert [model.answer(" ".join(STORY), question).text for question in QUESTIONS] == wanted
    assert [answer.text for answer in model.answer_lines(model.read_story(STORY), QUESTIONS)] == wanted


def test_the_steps_of_an_answer_give_the_answer_and_what_is_reported_of_it(encoder_decoders: Workspace) -> None:
    model = answerer(encoder_decoders)
    for story, question in (("\n".join(STORY), QUESTIONS[2]), ("Zoe is in the garden.", "Where is Mary?")):
        steps = model.answer_steps(story, question, 3)
        assert steps.decoded == model.answer(story, question, 1)
        assert len(steps.candidates) == len(steps.decoded.tokens)


def test_the_steps_of_a_translation_are_those_of_one_sentence(encoder_decoders: Workspace) -> None:
    model = translator(encoder_decoders, "none")
    steps = model.translation_steps(TRANSLATED[1], 2)
    assert steps.decoded == model.translate(TRANSLATED[1], 1)
    assert [len(candidates) for candidates in steps.candidates] == [2] * len(steps.decoded.tokens)


def test_unknown_words_of_story_and_question_and_long_sources_are_reported(encoder_decoders: Workspace) -> None:
    answer = answerer(encoder_decoders).answer("Zoe is in the garden.\nTim is in the pool.", "Where is Bob?")
    assert answer.unknown == ["Zoe", "pool", "Bob"]
    assert " ".join(answer.source_tokens) == "<unk> is in the garden . Tim is in the <unk> . Where is <unk> ?"
    again = answerer(encoder_decoders).answer("Zoe is in the pool. Zoe is in the garden.", "Where is Zoe, Bob or Bob?")
    assert again.unknown == ["Zoe", "pool", ",", "Bob", "or"]
    notes = answerer(encoder_decoders).answer("\n".join(STORY * 2), QUESTIONS[0]).notes
    assert "28 tokens are more than in any source of training, 20" in notes
    with pytest.raises(FirthError, match=r"^the story: has no word that the model knows"):
        answerer(encoder_decoders).answer("你好", "Where is Tim?")
