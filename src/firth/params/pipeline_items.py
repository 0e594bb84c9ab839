"""The items of the pipelines: every stage of dvc.yaml with every argument that it can have."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from firth.errors import FirthError
from firth.params.cells import RECURRENT_NETWORKS
from firth.params.initial_embeddings import INITIAL_EMBEDDINGS
from firth.params.model_names import LANGUAGE_MODELS, NETWORKS, SPACES
from firth.params.roles import ROLES
from firth.params.study_names import CLIPPINGS, METHODS, READINGS
from firth.params.task_names import ATTENTIONS, TASKS

ARGUMENTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "check": (),
    "download": (ROLES,),
    "tokenize": (ROLES,),
    "cooccurrence": (),
    "svd": (),
    "word2vec": (),
    "ngram": (),
    "lm": (NETWORKS,),
    "seq2seq": (TASKS, ATTENTIONS),
    "evaluate_vectors": (SPACES,),
    "evaluate_lm": (LANGUAGE_MODELS,),
    "evaluate_seq2seq": (TASKS, ATTENTIONS),
    "gradients": (RECURRENT_NETWORKS,),
    "saliency": (TASKS, ATTENTIONS),
    "headline": (),
    "report": (),
    "study_softmax": (),
    "study_vectors": (METHODS,),
    "study_clipping": (CLIPPINGS,),
    "study_embeddings": (INITIAL_EMBEDDINGS,),
    "study_encoders": (RECURRENT_NETWORKS, READINGS),
    "study_bottleneck": (),
    "study_pairs": (INITIAL_EMBEDDINGS,),
}


@dataclass(frozen=True)
class Item:
    """One stage with its arguments, such as ``lm lstm``."""

    stage: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """The item's name in ``settings/``, ``code/`` and ``reports/metrics/``: ``lm-lstm``."""
        return "-".join([self.stage, *self.arguments])


def pipeline_items(folder: Path) -> list[Item]:
    """Every item that the stages of a folder's dvc.yaml can have, in their order there.

    Raises
    ------
    FirthError
        If dvc.yaml is not there or not readable.
    """
    path = folder / "dvc.yaml"
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        stages = [stage for stage in content["stages"] if stage in ARGUMENTS]
    except FileNotFoundError:
        raise FirthError(f"{path}: not found; run firth in the folder of the pipeline") from None
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError):
        raise FirthError(f"{path}: not a pipeline with stages; `git checkout dvc.yaml` brings it back") from None
    return [Item(stage, arguments) for stage in stages for arguments in product(*ARGUMENTS[stage])]
