"""Progress of long work: a bar on a terminal, plain lines in a log."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 20.0


class Meter:
    """Shows the progress of one piece of work; used as a context manager.

    Parameters
    ----------
    what : the work in a few words, such as ``tokenize embeddings``.
    total : the amount of work in any unit; ``advance`` counts towards it. None if unknown.
    """

    def __init__(self, what: str, total: float | None) -> None:
        self.what, self.total, self.done = what, total, 0.0
        self.start = self.last_line = time.monotonic()
        self.console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
        )
        self.task = self.bar.add_task(what, total=total)

    def __enter__(self) -> "Meter":
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self.bar.stop()

    def advance(self, amount: float, note: str = "") -> None:
        """Count ``amount`` more of the total as done; ``note`` (a loss, say) is shown beside the bar."""
        self.done += amount
        if self.console.is_terminal:
            self.bar.update(self.task, advance=amount, description=f"{self.what} {note}".rstrip())
        elif time.monotonic() - self.last_line >= SECONDS_BETWEEN_LINES:
            self.line(note)

    def line(self, note: str = "") -> None:
        """Print one line to the log, or above the bar on a terminal."""
        self.last_line = time.monotonic()
        elapsed = self.last_line - self.start
        parts = [f"{elapsed:.0f} s"]
        if self.total and self.done:
            left = max(0.0, elapsed * (self.total - self.done) / self.done)
            parts = [f"{100 * self.done / self.total:.0f} %", *parts, f"{left:.0f} s left"]
        self.console.print(
            f"{self.what}: {', '.join([*parts, note] if note else parts)}", highlight=False, soft_wrap=True
        )
