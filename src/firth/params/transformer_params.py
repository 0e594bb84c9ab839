"""Keys of section ``lm`` that the Transformer has beside those of every network."""

from firth.params.lm_params import LmParams
from firth.params.section import Count


class TransformerParams(LmParams):
    """Keys of the Transformer; embedding_size is the width of the model, hidden_size that of the feed-forward layer."""

    context_size: Count
    heads: Count
