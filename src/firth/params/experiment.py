"""The whole of ``params.yaml``, read and validated."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from firth.derived_seed import derived_seed
from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.cooccurrence_params import CooccurrenceParams
from firth.params.corpora_params import CorporaParams, OwnTextSplits
from firth.params.evaluation_params import EvaluationParams
from firth.params.fault_line import fault_line
from firth.params.lm_section import LmOverrides, LmSection
from firth.params.memory_limits import check_memory
from firth.params.model_names import NETWORKS, Network, TrainedSpace
from firth.params.models_params import ModelsParams
from firth.params.ngram_params import NgramParams
from firth.params.overrides import overridden
from firth.params.params_text import parse_yaml, read_yaml_text
from firth.params.report_params import ReportParams
from firth.params.saliency_params import SaliencyParams
from firth.params.section import Section
from firth.params.seq2seq_section import Seq2seqOverrides, Seq2seqSection
from firth.params.study_params import StudyParams
from firth.params.svd_params import SvdParams
from firth.params.task_names import ATTENTIONS, TASKS, Attention, Task
from firth.params.tokens_params import TokensParams
from firth.params.word2vec_params import Word2vecParams
from firth.params.world_params import WorldParams


class Params(Section):
    """One experiment."""

    seed: Annotated[int, Field(ge=0, le=2**32 - 1)]
    repeat: Annotated[int, Field(ge=0, le=10_000)]
    threads: Annotated[int, Field(ge=1, le=1024)]
    precision: Literal["32-true", "tf32", "bf16-mixed"]
    compute: ComputeParams
    models: ModelsParams
    corpora: CorporaParams
    world: WorldParams
    tokens: TokensParams
    evaluation: EvaluationParams
    cooccurrence: CooccurrenceParams
    svd: SvdParams
    word2vec: Word2vecParams
    ngram: NgramParams
    lm: LmSection
    lm_overrides: LmOverrides
    seq2seq: Seq2seqSection
    seq2seq_overrides: Seq2seqOverrides
    saliency: SaliencyParams
    report: ReportParams
    studies: StudyParams | None = None  # in studies/params.yaml alone

    @model_validator(mode="after")
    def _consistent(self) -> "Params":
        devices = self.compute.devices * self.compute.nodes
        if missing := self.models.missing_networks():
            named = " and ".join(f"models.{key} names {', '.join(names)}" for key, names in missing.items())
            raise ValueError(f"{named}, which models.networks does not; add each there, or take it out here")
        # An override of a network that is not trained is checked by itself, but has to go with nothing else.
        for name in NETWORKS:
            batch_size = self.lm_for(name).batch_size
            if self.studies or name in self.models.networks:
                _check_batch(f"lm.batch_size (for {name})", batch_size, devices)
        for task, attention in product(TASKS, ATTENTIONS):
            batch_size = self.seq2seq_for(task, attention).batch_size
            if self.studies or (task, attention) in self.models.encoder_decoders:
                _check_batch(f"seq2seq.batch_size (for {task} with attention {attention})", batch_size, devices)
        _check_batch("word2vec.batch_size", self.word2vec.batch_size, devices)
        self._check_sizes()
        check_memory(self)
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
        self._check_initial_embeddings()
        return self

    def _check_sizes(self) -> None:
        """Refuse sizes of vectors that don't go together."""
        transformer = self.lm_for("transformer")
        if "transformer" in self.models.networks and transformer.embedding_size % transformer.heads:
            raise ValueError(
                f"lm.heads (for transformer) = {transformer.heads}: must divide lm.embedding_size = "
                f"{transformer.embedding_size}; change one of them"
            )
        if self.svd.dimension >= self.tokens.embeddings.max_size:
            raise ValueError(
                f"svd.dimension = {self.svd.dimension}: must be less than the vocabulary's "
                f"tokens.embeddings.max_size = {self.tokens.embeddings.max_size}"
            )
        vectors = {"svd": self.svd.dimension, "word2vec": self.word2vec.dimension}
        for key, size, kind in self._initialized():
            if size != vectors[kind]:
                raise ValueError(
                    f"{key} = {size}: embeddings that start from the vectors of {kind} must have their size; "
                    f"make it equal to {kind}.dimension = {vectors[kind]}"
                )

    def _initialized(self) -> Iterator[tuple[str, int, TrainedSpace]]:
        """Embeddings that are initialized from word vectors: key, size, and which vectors."""
        if self.lm.initial_embeddings != "random":
            for name in self.models.networks:
                yield f"lm.embedding_size (for {name})", self.lm_for(name).embedding_size, self.lm.initial_embeddings
        if self.seq2seq.initial_embeddings != "random":
            for task, attention in self.models.encoder_decoders:
                size = self.seq2seq_for(task, attention).embedding_size
                key = f"seq2seq.embedding_size (for {task} with attention {attention})"
                yield key, size, self.seq2seq.initial_embeddings
        if self.studies:  # which compare both kinds of vectors, in an LSTM and in translators of word2vec's dimension
            lstm = self.lm_for("lstm").embedding_size
            yield "lm.embedding_size (for lstm, in studies)", lstm, "svd"
            yield "lm.embedding_size (for lstm, in studies)", lstm, "word2vec"

    def _check_initial_embeddings(self) -> None:
        """Refuse word vectors for tokens that are not those of the vectors.

        In an encoder–decoder, a subword that begins a word takes the vector of the word of the same letters.
        """
        vectors = self.tokens.embeddings.segmentation
        allowed = {"words": ["words"], "characters": ["characters"], "subwords": []}[vectors]
        readers = [("lm", self.lm.initial_embeddings, [self.tokens.lm.segmentation], allowed)]
        of_tasks = [self.tokens.translation.segmentation, self.tokens.qa.segmentation]
        with_subwords = [*allowed, *(["subwords"] if vectors == "words" else [])]
        readers.append(("seq2seq", self.seq2seq.initial_embeddings, of_tasks, with_subwords))
        for section, kind, segmentations, possible in readers:
            for found in segmentations if kind != "random" else []:
                if found not in possible:
                    raise ValueError(
                        f"{section}.initial_embeddings = {kind!r}: the vectors are of {vectors} "
                        f"(tokens.embeddings.segmentation), and the network reads {found}; make both words, or "
                        "take random"
                    )

    @property
    def training_seed(self) -> int:
        """The seed of trainings: with ``repeat`` 0 the seed of everything, otherwise another one of 32 bits."""
        if not self.repeat:
            return self.seed
        return derived_seed(self.seed, "repeat", self.repeat) >> 31

    def lm_for(self, network: Network) -> LmSection:
        """Section ``lm`` with the network's overrides applied."""
        return overridden(self.lm, getattr(self.lm_overrides, network), f"lm_overrides.{network}")

    def seq2seq_for(self, task: Task, attention: Attention) -> Seq2seqSection:
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
    return parse_params(read_yaml_text(path), str(path))


def parse_params(text: str, name: str) -> Params:
    """Validate the text of a params file.

    Raises
    ------
    FirthError
        One line for each thing that is wrong: ``name``, key, value, and what is allowed.
    """
    return validated(parse_yaml(text, name), name)


def validated(content: Any, name: str) -> Params:
    """Validate what a params file holds; for the rest, see ``parse_params``."""
    if not isinstance(content, dict):
        raise FirthError(f"{name}: empty, or not a list of sections; `firth preset world` writes a complete one")
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        raise FirthError("\n".join(f"{name}: {fault_line(detail)}" for detail in error.errors())) from None


def _check_batch(key: str, batch_size: int, devices: int) -> None:
    if batch_size % devices:
        raise ValueError(f"{key} = {batch_size}: must be a multiple of the {devices} devices")
