"""Section ``lm`` of params.yaml as a whole: the keys of all networks, and what they are measured with."""

from typing import TYPE_CHECKING

from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.params.lm_params import FeedForwardParams, LmParams, RecurrentParams
from firth.params.model_names import Network
from firth.params.overrides import override_of
from firth.params.section import Section
from firth.params.transformer_params import TransformerParams

# All others are recurrent.
KINDS: dict[Network, type[LmParams]] = {"feedforward": FeedForwardParams, "transformer": TransformerParams}


class LmSection(FeedForwardParams, RecurrentParams, TransformerParams):
    """All keys of ``lm``. ``dynamic_evaluation`` is measuring alone: no training reads it."""

    dynamic_evaluation: DynamicEvaluation | None

    def of_network(self, network: Network) -> LmParams:
        """The keys that one network uses."""
        return self.part(KINDS.get(network, RecurrentParams))


if TYPE_CHECKING:
    LmOverride = Section
else:
    LmOverride = override_of(LmSection, without=["initial_embeddings"])  # which is a dependency in dvc.yaml


class LmOverrides(Section):
    """Any keys of ``lm`` but ``initial_embeddings``, for one network."""

    feedforward: LmOverride
    rnn: LmOverride
    gru: LmOverride
    lstm: LmOverride
    transformer: LmOverride
