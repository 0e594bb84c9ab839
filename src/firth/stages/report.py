"""Stage ``report``: show every result on one page."""

from typing import TYPE_CHECKING

from vl_convert import javascript_bundle

from firth.derived_seed import derived_seed
from firth.params.model_names import TRAINED_SPACES
from firth.report import reading
from firth.report.findings import Findings
from firth.report.page import render_page
from firth.report.projector import write_projector
from firth.report.word_map import map_of
from firth.tables import read_run
from firth.text.text_form import TextForm
from firth.vectors.keyed_vectors import keyed_vectors, load_vectors
from firth.workspace import Workspace, write_text, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """reports/headline.json, reports/details, models, evaluations → reports/{index.html,projector,vega.js}."""
    params, seed = settings.values["params"], derived_seed(settings.seed, "report") % 2**32
    of_words = TextForm.load(workspace.tokens("embeddings")).segmentation == "words"
    built: list[str] = [name for name in TRAINED_SPACES if workspace.vectors(name).exists()]
    spaces = {name: load_vectors(workspace.model(name)) for name in built}
    mapped = keyed_vectors(*spaces["word2vec"]) if "word2vec" in spaces and of_words else None
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
        missing_words=reading.missing_words(settings.section("words", list[str]) if of_words else [], tables),
        word_map=None if mapped is None else map_of(mapped, classes, seed),
        studies=studies,
        study_curves=study_curves,
        split_words=reading.read_split_words(workspace),
    )
    page = render_page(findings)
    with writing(workspace.projector) as out:
        write_projector(out, spaces, classes)
    write_text(workspace.vega, javascript_bundle("window.vegaEmbed = vegaEmbed;"))  # for the page of `dvc plots`
    write_text(workspace.page, page)
