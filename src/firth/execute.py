"""Runs one stage item of the pipeline on the settings that ``settings/ITEM.json`` holds for it."""

import json
from types import ModuleType

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.settings import Settings
from firth.process import fix_threads, use_huge_pages
from firth.workspace import Workspace, require


def execute(workspace: Workspace, settings: Settings, stage: str, *arguments: str) -> None:
    """Run a stage with its arguments on the settings of its item; see the stage's module for its files."""
    if "threads" in settings.values:
        fix_threads(settings.threads)
    use_huge_pages()
    _stage(stage).run(settings, workspace, *arguments)


def read_settings(workspace: Workspace, item: str, compute: ComputeParams) -> Settings:
    """The effective settings of an item, its code's digests, and the hardware.

    Raises
    ------
    FirthError
        If there are no digests or no settings, which ``code`` and ``check`` write, or the settings are damaged.
    """
    path, code = workspace.settings / f"{item}.json", workspace.code / f"{item}.txt"
    try:
        listing = require(code, "code").read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FirthError(f"{code}: not UTF-8; write it anew with `dvc repro code`") from None
    try:
        values = json.loads(require(path, "check").read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise FirthError(f"{path}: no JSON object (a merge conflict?); write it anew with `dvc repro check`")
    return Settings(item, values, listing, compute)


def _stage(name: str) -> ModuleType:  # noqa: PLR0911, PLR0912, one case a stage
    """The module of a stage; it is imported last, as libraries read the number of threads when they are imported."""
    match name:
        case "download":
            from firth.stages import download

            return download
        case "tokenize":
            from firth.stages import tokenize

            return tokenize
        case "cooccurrence":
            from firth.stages import cooccurrence

            return cooccurrence
        case "svd":
            from firth.stages import svd

            return svd
        case "word2vec":
            from firth.stages import word2vec

            return word2vec
        case "ngram":
            from firth.stages import ngram

            return ngram
        case "lm":
            from firth.stages import lm

            return lm
        case "seq2seq":
            from firth.stages import seq2seq

            return seq2seq
        case "evaluate_vectors":
            from firth.stages import evaluate_vectors

            return evaluate_vectors
        case "evaluate_lm":
            from firth.stages import evaluate_lm

            return evaluate_lm
        case "evaluate_seq2seq":
            from firth.stages import evaluate_seq2seq

            return evaluate_seq2seq
        case "gradients":
            from firth.stages import gradients

            return gradients
        case "saliency":
            from firth.stages import saliency

            return saliency
        case "headline":
            from firth.stages import headline

            return headline
        case "report":
            from firth.stages import report

            return report
        case "study_softmax":
            from firth.stages import study_softmax

            return study_softmax
        case "study_vectors":
            from firth.stages import study_vectors

            return study_vectors
        case "study_clipping":
            from firth.stages import study_clipping

            return study_clipping
        case "study_embeddings":
            from firth.stages import study_embeddings

            return study_embeddings
        case "study_encoders":
            from firth.stages import study_encoders

            return study_encoders
        case "study_bottleneck":
            from firth.stages import study_bottleneck

            return study_bottleneck
        case "study_pairs":
            from firth.stages import study_pairs

            return study_pairs
        case _:
            raise AssertionError(name)
