"""The files of one role: where they are found, and what was read of them."""

from dataclasses import dataclass, field
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.counts import FileCounts, count_messages, count_metrics, total_counts
from firth.corpora.fetch import Remotes, fetch
from firth.corpora.own import verified_files
from firth.params.corpora_params import OwnFile


@dataclass(frozen=True)
class Library:
    """Finds and verifies files, and remembers them for the counts.

    Attributes
    ----------
    own : folder where the relative paths of own files begin.
    downloads : folder that keeps fetched files.
    files : those that were found.
    beside : files of own folders that are not read.
    """

    own: Path
    downloads: Path
    files: list[LocalFile] = field(default_factory=list)
    beside: FileCounts = field(default_factory=FileCounts)

    def fetched(self, files: Remotes) -> dict[str, LocalFile]:
        """Fetch and verify public files, by their short names."""
        found = {name: fetch(file.address, file.checksum, self.downloads) for name, file in files.items()}
        self.files.extend(found.values())
        return found

    def verified(self, named: dict[str, OwnFile]) -> dict[str, list[LocalFile]]:
        """Find or fetch own files and verify them, as ``verified_files`` does."""
        found = verified_files(named, self.own, self.downloads, self.beside)
        for files in found.values():
            self.files.extend(files)
        return found

    def metrics(self) -> dict[str, int]:
        """The counts of what was read and left out, as metrics; none where no file was read."""
        return count_metrics(len(self.files), self._total()) if self.files else {}

    def messages(self) -> list[str]:
        """The same counts as lines for people."""
        return count_messages(len(self.files), self._total()) if self.files else []

    def _total(self) -> FileCounts:
        return total_counts([*(file.counts for file in self.files), self.beside])
