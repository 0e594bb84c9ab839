"""Stage ``tokenize@ROLE``: turn text into a vocabulary and streams of ids; see ``text.corpus_streams``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from firth.params.tokens_params import TOKENS
from firth.tables import write_metrics, write_table
from firth.text.corpus_description import read_description
from firth.text.corpus_streams import make_streams
from firth.text.known_words import write_known_words
from firth.text.stream_statistics import main_numbers_of_streams, statistics_table
from firth.text.text_form import TextForm
from firth.workspace import Workspace, writing

if TYPE_CHECKING:
    from firth.params.roles import Role
    from firth.params.settings import Settings


def run(settings: Settings, workspace: Workspace, role: Role) -> None:
    """data/raw/ROLE → data/tokens/ROLE."""
    start = time.monotonic()
    params: Any = settings.section("tokens", TOKENS[role])
    raw = workspace.raw(role)
    corpus = read_description(raw)
    tokenized = corpus["tokenized"]
    lowercase = params.lowercase and not tokenized  # tokenized text keeps its case
    form = TextForm(lowercase, tokenized, corpus["language"], corpus["world"], params.segmentation)
    with writing(workspace.tokens(role)) as out:
        metrics, warnings = make_streams(raw, out, role, params, form, settings.threads)
        form.save(out)
        write_known_words(raw, out, role, form)
        statistics = statistics_table(metrics)
        write_table(out / "statistics.csv", statistics)
        write_metrics(out / "metrics.json", main_numbers_of_streams(statistics))
    for warning in warnings:
        print(warning, file=sys.stderr)
    tokens, seconds = int(statistics["tokens"].sum()), time.monotonic() - start
    print(f"tokenize@{role}: {tokens:,} tokens in {seconds:.1f} s, {tokens / seconds:,.0f} a second", file=sys.stderr)
