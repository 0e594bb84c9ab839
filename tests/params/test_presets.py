"""Presets: complete params files, made of base.yaml and of what differs from it."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import modify_yaml
from repositories import commit, make_repository
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.output_lock import output_lock
from firth.params.experiment import load_params
from firth.params.presets import BASE, listing, merged, preset_command, preset_names, preset_text, read_preset
from firth.workspace import Workspace

ROOT = Path(__file__).parents[2]
PRESETS = ROOT / "presets"
NAMES = ["benchmark", "gpu", "world", "world-large"]
BASE_TEXT = BASE.read_text(encoding="utf-8")
FILES = [*NAMES, "studies"]  # complete params files
# A value of every section, in every layout: scalar, flow mapping, block mapping, before a comment and before a list.
CHANGES = [
    ("seed", 7),
    ("repeat", 3),
    ("threads", 4),
    ("precision", "tf32"),
    ("compute.devices", 16),
    ("models.recurrent_networks", ["rnn", "gru", "other"]),
    ("corpora.lm.source", "imdb"),
    ("corpora.translation.from", "cs"),
    ("world.lm.sentences", 123),
    ("world.qa.max_sentences", 7),
    ("tokens.embeddings.max_size", 100),
    ("tokens.translation.vocabulary_size", 500),
    ("cooccurrence.subsampling_threshold", 0.25),
    ("svd.shift", 4.5),
    ("word2vec.loss", "softmax"),
    ("word2vec.final_learning_rate", 0.125),
    ("ngram.largest_order", 6),
    ("lm.embedding_size", 1234),
    ("lm.averaging_interval", 3),
    ("lm.temporal_activation_regularization", 0.625),
    ("lm_overrides.gru.max_epochs", 77),
    ("seq2seq.dropout", 0.875),
    ("seq2seq.max_length", 1000),
    ("seq2seq_overrides.qa.embedding_size", 17),
    ("saliency.qa", ["Where is Mary? Where is Tim?"]),
    ("report.words", ["dog", "apple", "doctor", "tree"]),
]


@cache
def text_of(name: str) -> str:
    if name == "studies":
        return (ROOT / "studies" / "params.yaml").read_text(encoding="utf-8")
    return preset_text(PRESETS, name)


def plain(text: str) -> Any:
    return YAML(typ="safe").load(text)


def at(content: Any, key: Sequence[str]) -> Any:
    for name in key:
        content = content[name]
    return content


def has(content: Any, key: Sequence[str]) -> bool:
    return not key or (key[0] in content and has(content[key[0]], key[1:]))


def lines_of(content: Any, key: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of all values, from top to bottom."""
    for name, value in content.items():
        yield (*key, name)
        if isinstance(value, dict):
            yield from lines_of(value, (*key, name))


def preset_values(name: str) -> Any:
    return plain((PRESETS / f"{name}.yaml").read_text(encoding="utf-8"))


def preset_of(folder: Path, text: str) -> Any:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return read_preset(folder, "mine")


def test_the_committed_params_are_the_preset_world_to_the_byte() -> None:
    assert (ROOT / "params.yaml").read_bytes() == preset_text(PRESETS, "world").encode("utf-8")
    assert plain(preset_text(PRESETS, "world")) == plain(BASE_TEXT)


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_gives_valid_params_with_its_values_and_otherwise_those_of_the_base(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "params.yaml").write_text(text_of(name), encoding="utf-8")
    load_params(tmp_path / "params.yaml")
    expected = plain(BASE_TEXT)
    for section, value in preset_values(name).items():
        if not isinstance(value, dict):
            expected[section] = value
        elif section in ("world", "tokens"):  # a mapping for each role
            for role, entry in value.items():
                expected[section][role] |= entry
        else:
            expected[section] |= value
    assert plain(text_of(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_short_and_says_first_what_it_is_for(name: str) -> None:
    lines = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert 10 <= len(lines) <= 60
    assert lines[0].startswith("# ")
    assert lines[0].endswith(".")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "world"])
def test_every_value_of_a_preset_differs_from_the_base(name: str) -> None:
    base = plain(BASE_TEXT)
    for section, value in preset_values(name).items():
        for key, entry in value.items() if isinstance(value, dict) else ():
            inner = entry if section in ("world", "tokens") else {}
            assert base[section][key] != entry, (section, key)
            assert [field for field in inner if base[section][key][field] == inner[field]] == []
        assert base[section] != value


@pytest.mark.parametrize("name", NAMES)
def test_every_comment_of_the_base_stays_with_its_key(name: str) -> None:
    def comments(text: str) -> list[tuple[str, str]]:
        parted = [line.partition("# ") for line in text.splitlines()]
        return [(content.partition(":")[0], comment) for content, _, comment in parted if comment]

    expected = comments(BASE_TEXT)
    assert len(expected) > 100
    assert comments(text_of(name))[-len(expected) :] == expected


@pytest.mark.parametrize("name", FILES)
def test_lines_are_shorter_than_the_width_at_which_ruamel_breaks_them(name: str) -> None:
    assert max(len(line) for line in text_of(name).splitlines()) < 80


@pytest.mark.parametrize("name", FILES)
def test_other_readers_of_yaml_see_the_same_values(name: str) -> None:
    assert yaml.safe_load(text_of(name)) == plain(text_of(name))


def change_directly(path: Path, changes: dict[tuple[str, ...], Any]) -> None:
    with modify_yaml(path) as content:
        for (*sections, key), value in changes.items():
            at(content, sections)[key] = value


def change_as_an_experiment(path: Path, changes: dict[tuple[str, ...], Any]) -> None:
    """As by ``dvc exp run --set-param``."""
    apply_overrides(str(path), [f"{'.'.join(key)}={value}" for key, value in changes.items()])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [change_directly, change_as_an_experiment])
def test_every_value_changed_by_dvc_is_one_changed_line(
    tmp_path: Path, name: str, change: Callable[[Path, dict[tuple[str, ...], Any]], None]
) -> None:
    content = plain(text_of(name))
    keys = {tuple(key.split(".")): value for key, value in CHANGES if has(content, key.split("."))}
    changes = {key: value for key, value in keys.items() if at(content, key) != []}
    assert len(changes) >= len(CHANGES) - 2  # some presets replace entries whole
    path = tmp_path / "params.yaml"
    path.write_text(text_of(name), encoding="utf-8")
    change(path, changes)
    after = path.read_text(encoding="utf-8")
    for key, value in changes.items():
        assert at(plain(after), key) == value != at(content, key)
    before = text_of(name)
    assert before.count("\n") == after.count("\n")
    changed = [line for line, other in zip(after.split("\n"), before.split("\n"), strict=True) if line != other]
    assert len(changed) == len(changes)
    for line, key in zip(changed, sorted(changes, key=list(lines_of(content)).index), strict=True):
        assert line.startswith("  - ") if isinstance(changes[key], list) else f"{key[-1]}: " in line


def test_entries_without_fixed_keys_are_replaced_whole_and_other_mappings_merged(tmp_path: Path) -> None:
    preset = preset_of(
        tmp_path,
        "world:\n  qa: {stories: 500}\nlm_overrides:\n  rnn: {layers: 2}\n"
        "corpora:\n  qa: {path: stories.txt}\nreport: {words: [tree]}\n",
    )
    result = plain(merged(BASE_TEXT, preset))
    assert result["world"]["qa"] == {"stories": 500, "max_sentences": 4}
    assert result["lm_overrides"]["rnn"] == {"layers": 2}
    assert result["lm_overrides"]["lstm"] == {"max_epochs": 3}
    assert result["corpora"]["qa"] == {"path": "stories.txt"}
    assert result["report"]["words"] == ["tree"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lm: {hidden_sise: 3}\n", "lm.hidden_sise: unknown key"),
        ("networks: [rnn]\n", "networks: unknown key"),
        ("lm_overrides:\n  elman: {layers: 2}\n", "lm_overrides.elman: unknown key"),
        ("lm_overrides:\n  rnn: {layer: 2}\n", "lm_overrides.rnn.layer: unknown key"),
        ("corpora:\n  lm: {source: penn}\n", "corpora.lm.source = 'penn'"),
        ("lm: {layers: 0}\n", "lm.layers = 0"),
        ("lm: 3\n", "lm = 3: must be a section of keys"),
        ("lm: [\n", "line 2 is not valid YAML"),
        ("seed: 2024-13-45\n", "put it in quotes"),
        ("seed: \x01\n", "not valid YAML"),
        ("lm: {layers: 2}\nlm: {layers: 3}\n", "line 2 is not valid YAML"),
        ("# nothing\n", "empty, or not a list of sections"),
    ],
)
def test_a_fault_of_a_preset_is_one_line_with_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FirthError) as caught:
        merged(BASE_TEXT, preset_of(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}: ")
    assert words in str(caught.value)


def test_an_unknown_name_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"preset wrld: not found .* benchmark, gpu, world, world-large"):
        read_preset(PRESETS, "wrld")
    with pytest.raises(FirthError, match="no presets there"):
        preset_names(tmp_path)


def test_the_list_has_a_line_for_each_preset() -> None:
    lines = listing(PRESETS).splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert lines[2] == "world        The built-in world: offline, in about six minutes on two cores."


def run(target: Path, name: str | None, *, listed: bool = False, shown: bool = False, force: bool = False) -> str:
    return preset_command(name, target, PRESETS, listed=listed, shown=shown, force=force)


def test_params_are_written_shown_or_listed(tmp_path: Path) -> None:
    target = tmp_path / "params.yaml"
    assert run(target, None) == run(target, "gpu", listed=True) == listing(PRESETS)
    assert run(target, "gpu", shown=True) + "\n" == preset_text(PRESETS, "gpu")
    assert not target.exists()
    told = run(target, "gpu")
    assert target.read_bytes() == preset_text(PRESETS, "gpu").encode("utf-8")
    assert len(told.splitlines()) == 1
    assert "holds preset gpu" in told


def test_params_that_another_process_reads_or_writes_are_left_as_they_are(tmp_path: Path) -> None:
    target = tmp_path / "params.yaml"
    run(target, "world")
    with output_lock(Workspace(tmp_path).lock("check"), "check"):
        with pytest.raises(FirthError, match=r"check: process .* is still at work on it; wait for it or stop it"):
            run(target, "gpu", force=True)
        run(target, "world")  # writes nothing
    assert target.read_text(encoding="utf-8") == preset_text(PRESETS, "world")


def test_a_pipe_in_the_place_of_params_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    with pytest.raises(FirthError, match=r"params\.yaml: is no regular file; move it away"):
        run(tmp_path / "params.yaml", "world")


def test_changes_that_git_has_not_are_overwritten_only_by_force(tmp_path: Path) -> None:
    target = tmp_path / "params.yaml"
    make_repository(tmp_path)
    run(target, "world")
    with pytest.raises(FirthError, match=r"params.yaml: has changes that are not committed.*--force"):
        run(target, "gpu")  # not tracked
    commit(tmp_path)
    run(target, "gpu")
    run(target, "gpu")  # nothing is lost
    with pytest.raises(FirthError, match="not committed"):
        run(target, "world")
    assert target.read_text(encoding="utf-8") == preset_text(PRESETS, "gpu")
    run(target, "world", force=True)
    assert target.read_text(encoding="utf-8") == preset_text(PRESETS, "world")


def test_params_outside_of_git_are_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "params.yaml").write_text("seed: 1\n", encoding="utf-8")
    with pytest.raises(FirthError, match="not committed"):
        run(tmp_path / "params.yaml", "world")
    assert (tmp_path / "params.yaml").read_text(encoding="utf-8") == "seed: 1\n"
