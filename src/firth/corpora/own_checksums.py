"""Filling in the checksums of own files in params.yaml."""

from pathlib import Path

from firth.corpora.own import all_own_texts, seen_checksums
from firth.params.checksums import with_checksums
from firth.params.experiment import load_params, parse_params
from firth.params.params_text import read_yaml_text
from firth.workspace import write_text


def write_checksums(path: Path, root: Path, downloads: Path) -> list[str]:
    """Put the checksums of all own files, as they are now, into a params file; return what was done, a line each.

    Parameters
    ----------
    root, downloads : as for ``verified_files``.

    Raises
    ------
    FirthError
        If the params file is not valid, or one line for each text that is missing or unreachable.
    """
    named = all_own_texts(load_params(path))
    seen = seen_checksums(named, root, downloads)
    changed = {key: checksum for key, checksum in seen.items() if checksum != named[key].sha256}
    if changed:
        text = with_checksums(read_yaml_text(path), path.name, changed)
        parse_params(text, path.name)
        write_text(path, text)
    done = {key: "replaced" if named[key].sha256 else "added" for key in changed}
    return [f"{key}: sha256 {what} in {path.name}" for key, what in done.items()]
