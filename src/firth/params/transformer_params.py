"""Keys of section ``lm`` that the Transformer has beside those of every network."""

from typing import Annotated

from pydantic import Field

from firth.params.lm_params import LmParams
from firth.params.section import Window


class TransformerParams(LmParams):
    """Keys of the Transformer; embedding_size is the width of the model, hidden_size that of the feed-forward layer."""

    context_size: Window
    heads: Annotated[int, Field(ge=1, le=1024)]
