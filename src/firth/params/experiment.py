"""The whole of ``params.yaml``, read and validated."""

from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from firth.errors import FirthError
from firth.params.alignment import AlignmentParams
from firth.params.compute import ComputeParams
from firth.params.cooccurrence import CooccurrenceParams
from firth.params.corpora import CorporaParams, OwnTextSplits
from firth.params.evaluation import EvaluationParams
from firth.params.lm import LmOverrides, LmParams
from firth.params.ngram import NgramParams
from firth.params.report import ReportParams
from firth.params.section import Section, overridden
from firth.params.seq2seq import Attention, Seq2seqOverrides, Seq2seqParams, Task
from firth.params.svd import SvdParams
from firth.params.tokens import TokensParams
from firth.params.word2vec import Word2vecParams
from firth.params.world import WorldParams


class Params(Section):
    """One experiment."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    threads: Annotated[int, Field(gt=0, le=1024)]
    precision: Literal["32-true", "tf32", "bf16-mixed"]
    compute: ComputeParams
    corpora: CorporaParams
    world: WorldParams
    tokens: TokensParams
    evaluation: EvaluationParams
    cooccurrence: CooccurrenceParams
    svd: SvdParams
    word2vec: Word2vecParams
    ngram: NgramParams
    lm: LmParams
    lm_overrides: LmOverrides
    seq2seq: Seq2seqParams
    seq2seq_overrides: Seq2seqOverrides
    alignment: AlignmentParams
    report: ReportParams

    @model_validator(mode="after")
    def _consistent(self) -> "Params":
        devices = self.compute.devices * self.compute.nodes
        for name in LmOverrides.model_fields:
            _check_batch(f"lm.batch_size (for {name})", self.lm_for(name).batch_size, devices)
        for task, attention in product(get_args(Task), get_args(Attention)):
            batch_size = self.seq2seq_for(task, attention).batch_size
            _check_batch(f"seq2seq.batch_size (for {task} with attention {attention})", batch_size, devices)
        _check_batch("word2vec.batch_size", self.word2vec.batch_size, devices)
        same_text = self.corpora.embeddings.model_dump() == self.corpora.lm.model_dump()
        held_out = isinstance(self.corpora.lm, OwnTextSplits) or getattr(self.corpora.lm, "source", "") in (
            "world",
            "ptb",
        )
        if self.lm.initial_embeddings != "random" and same_text and not held_out:
            raise ValueError(
                f"lm.initial_embeddings = {self.lm.initial_embeddings!r}: corpora.embeddings is read whole, so its "
                "vectors would have seen the test text of corpora.lm; give one of them another text"
            )
        return self

    def lm_for(self, network: str) -> LmParams:
        """Section ``lm`` with the network's overrides in place."""
        return overridden(self.lm, getattr(self.lm_overrides, network), f"lm_overrides.{network}")

    def seq2seq_for(self, task: Task, attention: Attention) -> Seq2seqParams:
        """Section ``seq2seq`` with the overrides of the attention and then of the task in place."""
        section = self.seq2seq
        for name in (attention, task):
            section = overridden(section, getattr(self.seq2seq_overrides, name), f"seq2seq_overrides.{name}")
        return section


def load_params(path: Path) -> Params:
    """Read and validate a params file.

    Raises
    ------
    FirthError
        One line for each thing that is wrong: file, key, value, and what is allowed.
    """
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FirthError(f"{path}: not found; copy one of presets/*.yaml there") from None
    except UnicodeDecodeError as error:
        raise FirthError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise FirthError(f"{path}: line {line} is not valid YAML: {error.problem}") from None
    except YAMLError as error:
        raise FirthError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None
    except ValueError as error:  # such as an unquoted 2024-13-45, read as a date
        raise FirthError(f"{path}: a value that YAML can't read ({error}); put it in quotes") from None
    if not isinstance(content, dict):
        raise FirthError(f"{path}: empty, or not a list of sections; copy one of presets/*.yaml there")
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        raise FirthError("\n".join(f"{path}: {_line(detail)}" for detail in error.errors())) from None


def _line(detail: Any) -> str:
    """One line for one of pydantic's findings; tags of union members are not keys, so they are left out."""
    tags = {"named", "own", "splits", "parallel"}
    key = ".".join(str(part) for part in detail["loc"] if part not in tags)
    kind, message = detail["type"], detail["msg"]
    if kind == "extra_forbidden":
        return f"{key}: unknown key; remove it or correct its spelling"
    if kind == "missing":
        return f"{key}: missing; add it (presets/world.yaml explains every key)"
    if kind == "value_error":
        message = str(detail["ctx"]["error"])
        return f"{key}: {message}" if key else message
    value = detail["input"]
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{key} = {value!r}: must be a section of keys, as in presets/world.yaml"
    return f"{key} = {value!r}: {message[0].lower()}{message[1:]}"


def _check_batch(key: str, batch_size: int, devices: int) -> None:
    if batch_size % devices:
        raise ValueError(f"{key} = {batch_size}: must be a multiple of the {devices} devices")
