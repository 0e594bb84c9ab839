"""Stage ``report``: show every result on one page."""

from typing import TYPE_CHECKING

from vl_convert import javascript_bundle

from firth.derived_seed import derived_seed
from firth.params.model_names import TRAINED_SPACES
from firth.params.svd_params import SvdParams
from firth.report import reading
from firth.report.findings import Findings
from firth.report.neighbors import cooccurrence_example, nearest_words, words_to_show
from firth.report.page import render_page
from firth.report.projector import write_projector
from firth.report.word_map import map_of
from firth.tables import read_run
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.vectors.counting.count_matrix import load_counts
from firth.vectors.keyed_vectors import keyed_vectors, load_vectors
from firth.vectors.ppmi_svd import ppmi
from firth.workspace import Workspace, write_text, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """reports/headline.json, reports/details, models, evaluations → reports/{index.html,projector,vega.js}."""
    params, seed = settings.values["params"], derived_seed(settings.seed, "report") % 2**32
    tokens = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv").tokens
    counts = load_counts(workspace.model("counts"), len(tokens))  # (V, V) CSR, float32
    of_words = TextForm.load(workspace.tokens("embeddings")).segmentation == "words"
    words, missing = words_to_show(settings.section("words", list[str]), tokens) if of_words else ([], [])
    built: list[str] = [name for name in TRAINED_SPACES if workspace.vectors(name).exists()]
    spaces = {name: load_vectors(workspace.model(name)) for name in built}
    vectors = {name: keyed_vectors(*space) for name, space in spaces.items()}
    classes = reading.read_classes(workspace)
    studies, study_curves = reading.read_studies(workspace)
    tables = reading.read_tables(workspace.details)
    findings = Findings(
        corpora=reading.read_corpora(workspace),
        sentences=reading.read_sentences(workspace),
        settings=reading.shown_settings(params),
        tables=tables,
        headline=read_run(workspace.headline, flat=True),
        samples=reading.read_samples(workspace, tables),
        example=cooccurrence_example(counts, ppmi(counts, SvdParams.model_validate(params["svd"])), tokens, words),
        missing_words=missing,
        neighbors={name: {w: nearest_words(keyed, w) for w in words if w in keyed} for name, keyed in vectors.items()},
        word_map=map_of(vectors["word2vec"], classes, seed) if "word2vec" in vectors and of_words else None,
        studies=studies,
        study_curves=study_curves,
    )
    page = render_page(findings)
    with writing(workspace.projector) as out:
        write_projector(out, spaces, classes)
    write_text(workspace.vega, javascript_bundle("window.vegaEmbed = vegaEmbed;"))  # for the page of `dvc plots`
    write_text(workspace.page, page)
