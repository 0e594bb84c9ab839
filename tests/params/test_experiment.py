"""params.yaml: what is accepted, and what a person reads when it is not."""

from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.experiment import load_params, validated
from firth.params.model_names import NETWORKS

ROOT = Path(__file__).parents[2]


def committed() -> Any:
    """What the committed params.yaml holds."""
    return YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def changed(tmp_path: Path, keys: str, value: Any) -> Path:
    """The committed params.yaml with one value set, or removed if it is ``...``."""
    yaml = YAML(typ="safe")
    content = committed()
    *sections, key = keys.split(".")
    section = content
    for name in sections:
        section = section[name]
    if value is ...:
        del section[key]
    else:
        section[key] = value
    path = tmp_path / "params.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    return path


def test_the_committed_params_are_valid() -> None:
    assert load_params(ROOT / "params.yaml").studies is None
    assert load_params(ROOT / "studies" / "params.yaml").studies is not None


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        ("lm.hidden_sise", 10, ["lm.hidden_sise", "unknown key"]),
        ("lm.hidden_size", ..., ["lm.hidden_size", "missing", "`firth preset world --show` explains every key"]),
        ("lm.hidden_size", "big", ["lm.hidden_size = 'big'", "integer"]),
        ("lm.hidden_size", 2.5, ["lm.hidden_size = 2.5", "integer"]),
        ("lm.context_size", 0, ["lm.context_size = 0", "greater than or equal to 1"]),
        ("lm.tied_embeddings", 1, ["lm.tied_embeddings = 1", "boolean"]),
        ("lm_overrides.gru", {"hidden_size": 0}, ["lm_overrides.gru.hidden_size = 0", "greater than or equal to 1"]),
        ("cooccurrence.context_window", 0, ["cooccurrence.context_window = 0", "greater than or equal to 1"]),
        ("cooccurrence.window_shape", "round", ["cooccurrence.window_shape = 'round'", "'harmonic'"]),
        ("cooccurrence.subsampling_threshold", 1, ["subsampling_threshold = 1", "less than or equal to 0.99"]),
        ("svd.eigenvalue_weight", 0.3, ["svd.eigenvalue_weight: must be 0, 0.5 or 1, not 0.3"]),
        ("lm.output_dropout", 1.0, ["lm.output_dropout = 1.0", "less than or equal to 0.99"]),
        ("ngram.largest_order", 8, ["ngram.largest_order = 8", "less than or equal to 7"]),
        ("svd.shift", 0.5, ["svd.shift = 0.5", "greater than or equal to 1"]),
        ("world.qa.max_sentences", 9, ["world.qa.max_sentences = 9", "8"]),
        ("precision", "float8", ["precision = 'float8'", "32-true"]),
        ("corpora.lm", {"source": "penn"}, ["corpora.lm.source = 'penn'", "'ptb'"]),
        ("corpora.lm", "ptb", ["corpora.lm = 'ptb'", "a section of keys"]),
        ("svd", 3, ["svd = 3", "a section of keys"]),
        ("corpora.lm", {"path": "a.txt", "url": "https://x/a"}, ["corpora.lm", "exactly one of path and url"]),
        ("corpora.lm", {"path": "a.txt", "sha256": "abc"}, ["corpora.lm.sha256 = 'abc'", "pattern"]),
        ("corpora.qa", {"source": "babi"}, ["corpora.qa", "tasks"]),
        ("corpora.qa", {"source": "babi", "tasks": [21]}, ["corpora.qa.tasks.0 = 21", "20"]),
        (
            "corpora.translation",
            {"source": "world", "from": "en", "to": "de"},
            ["corpora.translation", "world has en with fr"],
        ),
        ("evaluation.gold_sets", ["wordsim"], ["evaluation.gold_sets.0 = 'wordsim'", "wordsim353"]),
        ("compute.devices", 3, ["batch_size", "multiple of the 3 devices"]),
        ("models.networks", ["lstm", "lstm"], ["models.networks", "twice"]),
        ("models.networks", ["rnn", "gru", "lstm"], ["models.language_models names feedforward"]),
        (
            "seq2seq_overrides.dot",
            {"bidirectional": True, "reverse_source": True},
            ["seq2seq_overrides.dot: bidirectional reads the source from both ends"],
        ),
        ("models.attentions", [], ["models.attentions = []", "at least 1"]),
        ("models.tasks", ["summary"], ["models.tasks.0 = 'summary'", "'qa'"]),
        ("models.attentions", ["local"], ["models.attentions.0 = 'local'", "'general'"]),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_file_key_value_and_what_is_allowed(
    tmp_path: Path, keys: str, value: Any, words: list[str]
) -> None:
    path = changed(tmp_path, keys, value)
    with pytest.raises(FirthError) as caught:
        load_params(path)
    assert len(str(caught.value).splitlines()) == 1
    for word in [str(path), *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize("weight", [0, 0.0, 0.5, 1, 1.0])
def test_whole_eigenvalue_weights_may_be_written_with_a_point_or_without(tmp_path: Path, weight: float) -> None:
    assert load_params(changed(tmp_path, "svd.eigenvalue_weight", weight)).svd.eigenvalue_weight == weight


def test_networks_that_are_measured_but_not_trained_are_named_before_all_that_goes_together() -> None:
    content = committed()
    content["models"] |= {"networks": ["lstm"], "recurrent_networks": ["gru"], "language_models": ["ngram", "rnn"]}
    content["compute"]["devices"] = 3
    content["lm"]["initial_embeddings"] = "svd"
    with pytest.raises(FirthError) as caught:
        validated(content, "params.yaml")
    assert str(caught.value) == (
        "params.yaml: models.recurrent_networks names gru and models.language_models names rnn, which models.networks "
        "does not; add each there, or take it out here"
    )


def test_overrides_of_a_model_that_is_not_trained_need_not_go_with_the_rest() -> None:
    content = committed()
    content["models"] |= {"networks": ["lstm"], "recurrent_networks": [], "language_models": ["ngram"]}
    content["models"] |= {"tasks": ["translation"], "attentions": ["none"]}
    content["compute"]["devices"] = 2
    content["lm_overrides"]["gru"] = {"batch_size": 33}
    content["seq2seq_overrides"] |= {"general": {"batch_size": 33}, "qa": {"batch_size": 33}}
    validated(content, "params.yaml")
    for key, name in (("networks", "gru"), ("tasks", "qa"), ("attentions", "general")):
        lists = {**content["models"], key: [*content["models"][key], name]}
        with pytest.raises(
            FirthError, match=rf"batch_size \(for .*{name}.*\) = 33: must be a multiple of the 2 devices"
        ):
            validated({**content, "models": lists}, "params.yaml")


def test_two_faults_are_two_lines(tmp_path: Path) -> None:
    path = changed(tmp_path, "seed", -1)
    path.write_text(path.read_text(encoding="utf-8").replace("threads: 1", "threads: 0"), encoding="utf-8")
    with pytest.raises(FirthError) as caught:
        load_params(path)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["seed = -1", "threads = 0"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"- 1\n", "empty, or not"),
        (b"a: [1\nb: 2\n", "line 2"),
        (b"a: \xff\n", "not UTF-8"),
        (b"a: " + b"[" * 400 + b"]" * 400, "sections within sections"),
    ],
)
def test_a_file_that_is_no_params_file_is_named(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(FirthError, match=word):
        load_params(path)


def test_a_network_may_override_what_the_section_says_for_all(tmp_path: Path) -> None:
    none: dict[str, dict[str, object]] = {name: {} for name in NETWORKS}
    overrides = {**none, "gru": {"output_dropout": 0.5, "max_epochs": 1}}
    params = load_params(changed(tmp_path, "lm_overrides", overrides))
    assert (params.lm_for("gru").output_dropout, params.lm_for("gru").max_epochs) == (0.5, 1)
    assert params.lm_for("lstm") == params.lm


def test_what_is_said_for_a_task_goes_before_what_is_said_for_an_attention(tmp_path: Path) -> None:
    path = changed(tmp_path, "seq2seq_overrides.dot", {"bidirectional": True, "reverse_source": False, "max_epochs": 9})
    before = load_params(path).seq2seq_for("translation", "dot")
    assert (before.bidirectional, before.reverse_source, before.max_epochs) == (True, False, 9)
    yaml = YAML(typ="safe")
    content = yaml.load(path.read_text(encoding="utf-8"))
    content["seq2seq_overrides"]["translation"] = {"bidirectional": False, "reverse_source": True}
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    settings = load_params(path).seq2seq_for("translation", "dot")
    assert (settings.bidirectional, settings.reverse_source, settings.max_epochs) == (False, True, 9)


@pytest.mark.parametrize(
    ("role", "source"),
    [
        ("lm", {"train": {"path": "a"}, "valid": {"path": "b"}, "test": {"url": "https://c/d"}}),
        ("translation", {"path": "pairs.tsv", "sha256": "0" * 64, "from": "en", "to": "eo"}),
        ("translation", {"source_file": {"path": "a"}, "target_file": {"path": "b"}, "from": "en", "to": "eo"}),
        ("qa", {"source": "babi", "tasks": [1, 20]}),
        ("qa", {"path": "stories.txt"}),
    ],
)
def test_a_user_s_own_corpora_are_accepted(tmp_path: Path, role: str, source: dict[str, Any]) -> None:
    params = load_params(changed(tmp_path, f"corpora.{role}", source))
    dumped = getattr(params.corpora, role).model_dump(by_alias=True, exclude_unset=True)
    assert dumped == source


def test_vectors_that_saw_the_test_text_may_not_initialize_a_language_model() -> None:
    content = committed()
    content["corpora"]["lm"] = {"source": "nltk-prose"}
    content["lm"]["initial_embeddings"] = "svd"
    content["svd"]["dimension"] = content["lm"]["embedding_size"]
    validated(content, "params.yaml")  # vectors from another text
    content["corpora"]["embeddings"] = {"source": "nltk-prose"}
    with pytest.raises(FirthError, match=r"lm\.initial_embeddings = 'svd'.*seen the test text"):
        validated(content, "params.yaml")


def test_a_fault_in_one_file_of_several_is_one_line_with_its_key(tmp_path: Path) -> None:
    files = {"train": {"pth": "a"}, "valid": {"path": "b"}, "test": {"path": "c"}}
    path = changed(tmp_path, "corpora.translation", {**files, "from": "en", "to": "eo"})
    with pytest.raises(FirthError) as caught:
        load_params(path)
    assert str(caught.value) == f"{path}: corpora.translation.train.pth: unknown key; remove it or correct its spelling"


@pytest.mark.parametrize("value", ["x" * 100_000, [1] * 10_000, {"a": "y" * 100_000}], ids=["text", "list", "section"])
def test_a_long_value_is_cut_in_messages(tmp_path: Path, value: Any) -> None:
    with pytest.raises(FirthError) as caught:
        load_params(changed(tmp_path, "seed", value))
    message = str(caught.value).removeprefix(str(tmp_path))
    assert message.startswith("/params.yaml: seed = ")
    assert len(message) < 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("corpora.lm", {"url": f"https://me:secret@h/{'x' * 5000}?key=secret"}),
        ("corpora.lm", {"url": "me:secret@h/x?key=secret"}),
        ("corpora.lm", {"url": ["http://me:se/cret@h/x?key=secret"]}),
        ("corpora.lm", "https://me:secret@h/x?key=secret"),
        ("corpora.lm", "me:secret@h/x"),
        ("evaluation.gold_sets", [{"url": "https://me:secret@h"}, {"url": "https://me:secret@h"}]),
    ],
)
def test_an_address_that_is_refused_is_printed_without_password_and_query(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(FirthError) as caught:
        load_params(changed(tmp_path, key, value))
    assert key in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "se/cret" not in str(caught.value)


@pytest.mark.parametrize("path", [["a.txt", "b.txt"], "gold/*.txt", ".gold.txt", ""])
def test_a_gold_set_is_one_file_with_a_name(tmp_path: Path, path: Any) -> None:
    load_params(changed(tmp_path, "evaluation.gold_sets", [{"path": "gold/mine.v2.tsv"}]))
    with pytest.raises(FirthError, match=r"evaluation\.gold_sets\.0"):
        load_params(changed(tmp_path, "evaluation.gold_sets", [{"path": path}]))


def test_word_vectors_initialize_tokens_of_their_own_kind_alone() -> None:
    content = committed()
    content["word2vec"]["dimension"] = content["lm"]["embedding_size"]
    content["seq2seq"]["embedding_size"] = content["lm"]["embedding_size"]
    del content["seq2seq_overrides"]["qa"]["embedding_size"]

    def fault(section: str, embeddings: str, others: str) -> str:
        content["lm"]["initial_embeddings"] = content["seq2seq"]["initial_embeddings"] = "random"
        content[section]["initial_embeddings"] = "word2vec"
        content["tokens"]["embeddings"]["segmentation"] = embeddings
        for role in ("lm", "translation", "qa"):
            content["tokens"][role]["segmentation"] = others
        try:
            validated(content, "params.yaml")
        except FirthError as error:
            return str(error)
        return ""

    kinds = ("words", "characters", "subwords")
    fine = {
        section: [(a, b) for a in kinds for b in kinds if not fault(section, a, b)] for section in ("lm", "seq2seq")
    }
    same = [("words", "words"), ("characters", "characters")]
    assert fine == {"lm": same, "seq2seq": [same[0], ("words", "subwords"), same[1]]}
    assert "lm.initial_embeddings = 'word2vec': the vectors are of words" in fault("lm", "words", "subwords")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"models.networks": ["transformer"], "lm_overrides.transformer": {"heads": 3}}, "lm.heads (for transformer)"),
        ({"lm.initial_embeddings": "svd"}, "lm.embedding_size (for feedforward) = 128"),
        ({"lm.initial_embeddings": "word2vec"}, "make it equal to word2vec.dimension = 50"),
        ({"seq2seq.initial_embeddings": "svd", "svd.dimension": 96}, "(for qa with attention none) = 64"),
        ({"svd.dimension": 100, "tokens.embeddings.max_size": 100}, "tokens.embeddings.max_size = 100"),
        ({"lm_overrides.gru": {"hidden_size": None}}, "lm_overrides.gru.hidden_size = None: input should"),
    ],
)  # fmt: skip
def test_values_that_would_fail_together_in_a_stage_are_refused(changes: dict[str, Any], words: str) -> None:
    content = committed()
    content["models"] |= {"language_models": ["ngram"], "recurrent_networks": []}
    validated(content, "params.yaml")
    for key, value in changes.items():
        *sections, name = key.split(".")
        reduce(dict.__getitem__, sections, content)[name] = value
    with pytest.raises(FirthError) as caught:
        validated(content, "params.yaml")
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_training_of_word_vectors_may_have_fewer_shards_than_processes() -> None:
    content = committed()
    content["compute"] |= {"accelerator": "cpu", "devices": 4}
    assert validated(content, "params.yaml").word2vec.shards < 4


@pytest.mark.parametrize(
    ("seed", "repeat", "expected"),
    [(7, 0, 7), (1, 1, 3527224850), (7, 3, 4184734365), (2**32 - 1, 10_000, 1355947687)],
)
def test_the_seed_of_a_repeat_is_for_ever_the_same(seed: int, repeat: int, expected: int) -> None:
    assert validated({**committed(), "seed": seed, "repeat": repeat}, "params.yaml").training_seed == expected


def test_embeddings_of_the_size_of_the_vectors_are_accepted() -> None:
    content = committed()
    content["lm"]["initial_embeddings"], content["lm"]["embedding_size"] = "svd", content["svd"]["dimension"]
    validated(content, "params.yaml")


def test_a_vocabulary_of_subwords_has_room_for_every_byte(tmp_path: Path) -> None:
    few = {"segmentation": "subwords", "lowercase": True, "min_count": 1, "max_size": 299}
    with pytest.raises(FirthError, match=r"tokens\.lm: max_size = 299: every byte is a subword; give 300 or more"):
        load_params(changed(tmp_path, "tokens.lm", few))
