"""The output layer of a language model: a softmax over the vocabulary, tied to the input embeddings or not."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from firth.kernels.fused_softmax import NO_TARGET, softmax_negative_log_likelihood

ROW_MULTIPLE = 64  # rows of a cluster's matrices are padded to a multiple: matrices of every size fragment the memory
INITIAL_RANGE = 0.1  # weights start uniform in ±0.1


class Output(nn.Module):
    """Log-probabilities from scores U h + b, where U is a matrix of its own or, tied, the input embeddings.

    Tying: Press & Wolf (2017). Where h is not as long as an embedding, a projection P comes first: U P h + b.

    With ``cutoffs`` c₁ < c₂ < … the softmax has two levels (adaptive softmax, Grave et al. 2017). The first level is
    over the c₁ most frequent words and one symbol for each cluster of rarer words (ids c₁ to c₂, c₂ to c₃, …). Each
    cluster has a second softmax over its words, which training computes only at positions whose target is in the
    cluster. Ids must be in order of frequency. Deviation from the paper: the vectors of rare words are as long as
    those of frequent words, so that they can be tied.

    Parameters
    ----------
    hidden_size : H, the length of the vectors h.
    embedding_size : E.
    """

    def __init__(
        self, vocabulary_size: int, hidden_size: int, embedding_size: int, tied: bool, cutoffs: list[int] | None = None
    ) -> None:
        super().__init__()
        self.bounds = [*(cutoff for cutoff in cutoffs or [] if cutoff < vocabulary_size), vocabulary_size]
        width = embedding_size if tied else hidden_size
        needs_projection = tied and hidden_size != embedding_size
        self.weight = None if tied else nn.Parameter(torch.empty(vocabulary_size, hidden_size))  # U: (V, H)
        self.projection = nn.Linear(hidden_size, embedding_size, bias=False) if needs_projection else None  # P: (E, H)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))  # b: (V,)
        clusters = len(self.bounds) - 1
        self.clusters = nn.Linear(width, clusters) if clusters else None
        if self.weight is not None:
            nn.init.uniform_(self.weight, -INITIAL_RANGE, INITIAL_RANGE)
        if self.clusters is not None:
            nn.init.uniform_(self.clusters.weight, -INITIAL_RANGE, INITIAL_RANGE)
            nn.init.zeros_(self.clusters.bias)

    def log_probabilities(self, hidden: Tensor, embeddings: Tensor) -> Tensor:
        """Hidden states (…, H) and input embeddings (V, E) → log P of every word, (…, V)."""
        hidden, weight = self._factors(hidden, embeddings)
        first = F.linear(hidden, *self._first_level(weight)).log_softmax(-1)  # (…, c₁ + clusters)
        frequent = self.bounds[0]
        parts = [first[..., :frequent]]  # (…, c₁)
        for cluster, (start, end) in enumerate(self._clusters()):
            within = F.linear(hidden, weight[start:end], self.bias[start:end]).log_softmax(-1)  # (…, end − start)
            parts.append(first[..., frequent + cluster, None] + within)
        return torch.cat(parts, -1)  # (…, V)

    def negative_log_likelihood(self, hidden: Tensor, embeddings: Tensor, targets: Tensor) -> Tensor:
        """−log P of the targets, (N,), given hidden states (N, H); 0 where the target is ``NO_TARGET``."""
        hidden, weight = self._factors(hidden, embeddings)
        first_targets, second_level = targets, []
        for cluster, (start, end) in enumerate(self._clusters()):
            inside = (targets >= start) & (targets < end)  # (N,)
            first_targets = first_targets.masked_fill(inside, self.bounds[0] + cluster)
            positions = inside.nonzero().flatten()  # (n,)
            padding = (0, -len(positions) % ROW_MULTIPLE)
            labels = F.pad(targets[positions] - start, padding, value=NO_TARGET)
            positions = F.pad(positions, padding)
            losses = softmax_negative_log_likelihood(hidden[positions], weight[start:end], self.bias[start:end], labels)
            second_level.append((positions, losses))
        total = softmax_negative_log_likelihood(hidden, *self._first_level(weight), first_targets)  # (N,)
        for positions, losses in second_level:
            total = total.index_add(0, positions, losses)
        return total

    def _factors(self, hidden: Tensor, embeddings: Tensor) -> tuple[Tensor, Tensor]:
        """The two factors of the scores: (projected) hidden states (…, E or H), and U, (V, E or H)."""
        if self.projection is not None:
            hidden = self.projection(hidden)  # (…, E)
        return hidden, embeddings if self.weight is None else self.weight

    def _first_level(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Weight (c₁ + clusters, E or H) and bias (c₁ + clusters,) of the most frequent words, then of the clusters."""
        if self.clusters is None:
            return weight, self.bias
        frequent = self.bounds[0]
        both = torch.cat([weight[:frequent], self.clusters.weight])
        return both, torch.cat([self.bias[:frequent], self.clusters.bias])

    def _clusters(self) -> list[tuple[int, int]]:
        """The first id of each cluster, and the id after its last."""
        return list(pairwise(self.bounds))
