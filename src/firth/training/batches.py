"""The training batches of one epoch, which a resumed training goes on with in mid-epoch."""

from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

Batch_co = TypeVar("Batch_co", covariant=True)


class Indexed(Protocol[Batch_co]):
    """A number of batches, each made when it is asked for by its index."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Batch_co: ...


class Batches(Generic[Batch_co]):
    """Batches in order.

    Lightning keeps the state in its checkpoints. A loader of torch's can't be resumed.
    """

    def __init__(self, items: Indexed[Batch_co]) -> None:
        self.items, self.next = items, 0

    def __len__(self) -> int:
        """All batches of the epoch, those included that the training has passed."""
        return len(self.items)

    def __iter__(self) -> Iterator[Batch_co]:
        while self.next < len(self.items):
            self.next += 1
            yield self.items[self.next - 1]
        self.next = 0

    def state_dict(self) -> dict[str, Any]:
        return {"next": self.next}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.next = state_dict["next"]
