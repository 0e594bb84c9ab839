"""The grammar's own distribution, where there is one."""

import pytest

from firth.errors import FirthError
from firth.live.world_grammar import grammar_continuations
from firth.params.tokens_params import Segmentation
from firth.text.text_form import TextForm
from firth.workspace import Workspace, write_text
from firth.world.prefixes import next_words

WORLD = TextForm(True, False, "en", True, "words")


def test_the_depth_is_that_of_the_text(world: Workspace, other_text: Workspace) -> None:
    write_text(other_text.settings / "download-lm.json", '{"world": {"max_depth": 0}}')
    assert grammar_continuations(other_text, WORLD, ["the", "dogs"]) == next_words(["the", "dogs"], 0)
    assert grammar_continuations(world, WORLD, ["the", "dogs"]) == next_words(["the", "dogs"], 3)


@pytest.mark.parametrize(("is_world", "segmentation"), [(False, "words"), (True, "characters"), (True, "subwords")])
def test_other_text_and_other_tokens_have_no_grammar(
    world: Workspace, is_world: bool, segmentation: Segmentation
) -> None:
    with pytest.raises(FirthError, match="is not known"):
        grammar_continuations(world, TextForm(True, False, "en", is_world, segmentation), ["the"])


@pytest.mark.parametrize("content", ["{}", '{"world": 3}', '{"world": {"max_depth": "x"}}'])
def test_settings_without_a_depth_name_the_command_that_writes_them(other_text: Workspace, content: str) -> None:
    write_text(other_text.settings / "download-lm.json", content)
    with pytest.raises(FirthError, match="`firth check` writes it"):
        grammar_continuations(other_text, WORLD, ["the"])
