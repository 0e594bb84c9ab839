"""Stage ``headline``: gather the main numbers for people, and all other results as tables for git."""

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from firth.measures.gathering import gathered_tables, headline, text_statistics, training_tables
from firth.params.model_names import SPACES
from firth.params.models_params import ModelsParams
from firth.params.roles import ROLES
from firth.report.plots import plot_tables
from firth.tables import read_run, write_metrics, write_table
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """What all stages wrote → reports/headline.json, and reports/metrics, reports/details and reports/plots."""
    learned, measured = _items(settings.section("models", ModelsParams))
    stages = {item: "-".join(item).replace("-", "@", 1) for item in [*learned, *measured]}  # seq2seq@qa-dot
    folders = {item: require(workspace.output(*item), stage) for item, stage in stages.items()}
    metrics = {item: read_run(folder / "metrics.json", flat=item in measured) for item, folder in folders.items()}
    tables = {
        **gathered_tables({item: folders[item] for item in measured}),
        **training_tables({"-".join(item): folders[item] for item in learned if item[0] in ("lm", "seq2seq")}),
        "counts": pd.DataFrame([metrics["cooccurrence",]]),
        "texts": text_statistics({role: workspace.tokens(role) for role in ROLES}),
    }
    for folder, content in (workspace.details, tables), (workspace.plots, plot_tables(tables)):
        with writing(folder) as out:
            for name, table in content.items():
                write_table(out / f"{name}.csv", table)
    with writing(workspace.metrics) as out:
        for item, values in metrics.items():
            write_metrics(out / f"{'-'.join(item)}.json", values)
    write_metrics(workspace.headline, headline({item: metrics[item] for item in measured}, tables))


def _items(models: ModelsParams) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The items that learn (or prepare), and those that measure, in the order in which they are shown."""
    learned = [
        *product(["download"], ROLES),
        *product(["tokenize"], ROLES),
        *(("cooccurrence",), ("svd",), ("word2vec",), ("ngram",)),
        *product(["lm"], models.networks),
        *(("seq2seq", *names) for names in models.encoder_decoders),
    ]
    return learned, [
        *product(["evaluate_vectors"], SPACES),
        *product(["evaluate_lm"], models.language_models),
        *(("evaluate_seq2seq", *names) for names in models.encoder_decoders),
        *product(["gradients"], models.recurrent_networks),
        *(("saliency", *names) for names in models.encoder_decoders),
    ]
