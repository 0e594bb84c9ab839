"""What code an item depends on: computed from imports, and digested without comments, docstrings and layout."""

import re
import textwrap
from pathlib import Path

import pytest

from firth.code_graph import CodeGraph
from firth.errors import FirthError
from firth.params.pipeline_items import ARGUMENTS, Item, pipeline_items
from firth.workspace import checkout

ROOT = Path(__file__).parents[1]
LSTM, FEED_FORWARD = Item("lm", ("lstm",)), Item("lm", ("feedforward",))
LEARNING = ("download", "tokenize", "cooccurrence", "svd", "word2vec", "ngram", "lm", "seq2seq")
NGRAM_SCORES, LSTM_SCORES = Item("evaluate_lm", ("ngram",)), Item("evaluate_lm", ("lstm",))


@pytest.fixture(scope="module")
def graph() -> CodeGraph:
    return CodeGraph.of(checkout())


def digest(tmp_path: Path, text: str, item: Item = LSTM) -> str:
    """The line of the entry module in a package of that one module."""
    folder = tmp_path / "src" / "firth"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"m{len(list(folder.iterdir()))}.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return CodeGraph(tmp_path / "src", {}).digest(f"firth.{path.stem}", item)


def test_comments_docstrings_and_layout_are_no_part_of_a_digest(tmp_path: Path) -> None:
    plain = """
        class A:
            def f(self, x):
                return {"a": x + 1}
        """
    documented = '''
        """A module."""
        # a comment
        class A:
            """A class."""

            def f(self, x):
                """A function."""
                return {
                    "a": x + 1,  # one more
                }
        '''
    assert digest(tmp_path, plain) == digest(tmp_path, documented)


@pytest.mark.parametrize(
    "changed", ["return {'a': x + 2}", "return {'a': x - 1}", "return {'b': x + 1}", "'text'; return {'a': x + 1}; y"]
)
def test_a_change_of_the_code_changes_the_digest(tmp_path: Path, changed: str) -> None:
    assert digest(tmp_path, "def f(x):\n    return {'a': x + 1}\n") != digest(tmp_path, f"def f(x):\n    {changed}\n")


def test_a_case_with_an_import_belongs_to_the_items_it_names(tmp_path: Path) -> None:
    text = """
        def f(name):
            match name:
                case "feedforward":
                    from a import A
                case "rnn" | "gru" | "lstm":
                    from b import A
            return A
        """
    other = text.replace("from a import A", "from c import A")
    assert digest(tmp_path, text) == digest(tmp_path, other)
    assert digest(tmp_path, text, FEED_FORWARD) != digest(tmp_path, other, FEED_FORWARD)
    own = text.replace("from b import A", "from c import A")
    assert digest(tmp_path, text) != digest(tmp_path, own)


def test_the_last_case_belongs_to_the_items_that_no_other_case_names(tmp_path: Path) -> None:
    text = """
        def f(name):
            match name:
                case "ngram":
                    from a import A
                case _:
                    from b import A
            return A
        """
    other = text.replace("from b import A", "from c import A")
    assert digest(tmp_path, text) != digest(tmp_path, other)
    assert digest(tmp_path, text, NGRAM_SCORES) == digest(tmp_path, other, NGRAM_SCORES)


def test_a_case_of_other_values_belongs_to_all_items(tmp_path: Path) -> None:
    text = """
        def f(name):
            match name:
                case "adam":
                    from a import A
            return A
        """
    assert digest(tmp_path, text) != digest(tmp_path, text.replace("from a", "from b"))


def test_networks_depend_on_their_own_file_alone(graph: CodeGraph) -> None:
    assert "firth.lm.recurrent" in graph.modules(LSTM)
    assert "firth.lm.feedforward" not in graph.modules(LSTM)
    assert "firth.lm.recurrent" not in graph.modules(FEED_FORWARD)


def test_learning_depends_on_nothing_that_scores(graph: CodeGraph) -> None:
    for item in pipeline_items(ROOT):
        if item.stage in LEARNING:
            rooms = {module.split(".")[1] for module in graph.modules(item) if "." in module}
            assert not rooms & {"measures", "ask", "report", "studies"}, item.name


def test_no_learning_depends_on_what_only_check_runs(graph: CodeGraph) -> None:
    names = ("experiment", "fault_line", "lm_section", "overrides", "seq2seq_section")
    checked = {f"firth.params.{name}" for name in names}
    assert checked <= graph.modules(Item("check", ()))
    for item in pipeline_items(ROOT):
        if item.stage in LEARNING:
            assert not checked & graph.modules(item), item.name


def test_no_training_of_an_encoder_decoder_depends_on_its_search(graph: CodeGraph) -> None:
    training, scores = Item("seq2seq", ("qa", "dot")), Item("evaluate_seq2seq", ("qa", "dot"))
    assert "firth.params.search_params" in graph.modules(scores) - graph.modules(training)


def test_scores_of_language_models_depend_on_no_source_of_text(graph: CodeGraph) -> None:
    assert "firth.params.corpora_params" not in graph.modules(LSTM_SCORES)


def test_measuring_imports_no_lightning(graph: CodeGraph) -> None:
    for item in pipeline_items(ROOT):
        if item.stage.startswith("evaluate") or item.stage in ("gradients", "saliency", "headline", "report"):
            assert "lightning" not in graph.listing(item), item.name


def test_a_model_is_measured_by_its_own_code_alone(graph: CodeGraph) -> None:
    assert not any(module.startswith("firth.lm.") for module in graph.modules(NGRAM_SCORES))
    assert not any(module.startswith("firth.ngram.") for module in graph.modules(LSTM_SCORES))


def test_data_files_that_a_module_names_are_listed(graph: CodeGraph) -> None:
    assert "firth/world/lexicon.tsv" in graph.listing(Item("download", ("lm",)))
    assert "firth/measures/agreement/lexicon.tsv" in graph.listing(LSTM_SCORES)
    assert ".yaml" not in graph.listing(LSTM)


def test_files_of_a_folder_that_a_module_names_are_listed(graph: CodeGraph) -> None:
    listing = graph.listing(Item("report", ()))
    assert {"page.css", "page.js", "page.html.j2"} <= set(re.findall(r"firth/report/templates/(\S+)", listing))


def test_every_library_has_the_version_of_the_constraints(graph: CodeGraph) -> None:
    assert "\ntorch 2.13.0\n" in graph.listing(LSTM)
    with pytest.raises(FirthError, match=r"constraints\.txt: no version of"):
        CodeGraph(graph.source, {}).listing(LSTM)


def test_every_stage_of_both_pipelines_has_items() -> None:
    stages = {item.stage for folder in (ROOT, ROOT / "studies") for item in pipeline_items(folder)}
    assert stages == set(ARGUMENTS)
    files = {path.stem for path in (ROOT / "src" / "firth" / "stages").glob("*.py")}
    assert files == {*stages, "code", "__init__"}
