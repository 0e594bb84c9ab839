"""Presets: what differs from ``base.yaml``, the params of the built-in world with an explanation of each key."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from firth.errors import FirthError, listed, shown
from firth.git import git_if_possible
from firth.output_lock import output_lock
from firth.params.experiment import parse_params
from firth.params.params_text import parse_yaml, read_yaml_text
from firth.workspace import Workspace, write_text

BASE = Path(__file__).with_name("base.yaml")
# Sections whose entries have no fixed set of keys: an entry of a preset takes the place of the whole entry.
REPLACED_WHOLE = ("corpora", "lm_overrides", "seq2seq_overrides")
WIDTH = 80  # at which ruamel, as DVC uses it, breaks a line


@dataclass(frozen=True)
class Preset:
    """A file of ``presets/``: its leading comment, and the values that differ from ``base.yaml``."""

    path: Path
    comment: list[str]
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def purpose(self) -> str:
        """The first line of the comment."""
        return self.comment[0].removeprefix("# ") if self.comment else ""


def preset_names(folder: Path) -> list[str]:
    """The names of the presets in a folder, sorted.

    Raises
    ------
    FirthError
        If there are none.
    """
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if not names:
        raise FirthError(f"{folder}: no presets there; `git checkout presets` brings them back")
    return names


def read_preset(folder: Path, name: str) -> Preset:
    """Read ``NAME.yaml``.

    Raises
    ------
    FirthError
        If there is no such preset, or it is no YAML file of sections.
    """
    names = preset_names(folder)
    if name not in names:
        raise FirthError(f"preset {shown(name)}: not found in {folder}; there are {listed(names)}")
    path = folder / f"{name}.yaml"
    text = read_yaml_text(path)
    values = parse_commented(text, str(path))
    if not isinstance(values, Mapping):
        raise FirthError(f"{path}: empty, or not a list of sections; `git checkout {path.name}` brings it back")
    return Preset(path, _leading_comment(text), values)


def merged(base_text: str, preset: Preset) -> str:
    """The text of a complete params file: that of the base, with the values of a preset in place of its own.

    Comments, order and layout of the base stay. Mappings are merged key by key; the entries of ``corpora``,
    ``lm_overrides`` and ``seq2seq_overrides``, and lists, are replaced whole.

    Raises
    ------
    FirthError
        If the preset has a key that the base has not, or values that ``Params`` refuses.
    """
    content = _yaml().load(base_text)
    _merge(content, preset.values, (), preset.path)
    head = [*preset.comment, f"# Written by `firth preset {preset.name}`.", "", ""]
    text = "\n".join(head) + dumped(content)
    parse_params(text, str(preset.path))
    return text


def preset_command(name: str | None, target: Path, folder: Path, *, listed: bool, shown: bool, force: bool) -> str:
    """What ``firth preset`` prints: the presets, the text of one, or what became of ``target`` and what to do next.

    Raises
    ------
    FirthError
        If writing would lose changes of ``target`` that are not committed (not with ``force``), it is no file, or
        another process reads or writes it.
    """
    if listed or name is None:
        return listing(folder)
    text = preset_text(folder, name)
    if shown:
        return text.removesuffix("\n")
    if target.exists() and not target.is_file():
        raise FirthError(f"{target}: is no regular file; move it away")
    if not target.exists() or target.read_bytes() != text.encode("utf-8"):
        with output_lock(Workspace(target.parent).lock("check"), "check"):  # other writers of params.yaml hold it too
            if target.exists() and not force and _is_uncommitted(target):
                raise FirthError(
                    f"{target}: has changes that are not committed; commit them, or overwrite them with --force"
                )
            write_text(target, text)
    return f"{target.name} holds preset {name}; `git diff {target.name}` shows what changed, `make repro` builds it"


def preset_text(folder: Path, name: str) -> str:
    """The complete params file of a preset."""
    return merged(BASE.read_text(encoding="utf-8"), read_preset(folder, name))


def listing(folder: Path) -> str:
    """A line for each preset: its name, and what it is for."""
    presets = [read_preset(folder, name) for name in preset_names(folder)]
    width = max(len(preset.name) for preset in presets)
    return "\n".join(f"{preset.name:<{width}}  {preset.purpose}" for preset in presets)


def parse_commented(text: str, name: str) -> Any:
    """What a YAML text holds, with its comments and layout.

    Raises
    ------
    FirthError
        If it is not valid YAML: ``name``, and the line.
    """
    return parse_yaml(text, name, _yaml())


def dumped(content: Any) -> str:
    """The text of what ``parse_commented`` read."""
    text = StringIO()
    _yaml().dump(content, text)
    return text.getvalue()


def _yaml() -> YAML:
    """The reader and writer that DVC changes params files with."""
    yaml = YAML()
    yaml.default_flow_style = False
    return yaml


def _leading_comment(text: str) -> list[str]:
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:end]


def _merge(target: Any, values: Mapping[str, Any], section: tuple[str, ...], path: Path) -> None:
    for key, value in values.items():
        place = (*section, str(key))
        if key not in target:
            raise FirthError(f"{path}: {'.'.join(place)}: unknown key; remove it or correct its spelling")
        whole = len(place) > 1 and place[0] in REPLACED_WHOLE
        if isinstance(value, Mapping) and isinstance(target[key], Mapping) and not whole:
            _merge(target[key], value, place, path)
        else:
            target[key] = _laid_out(str(key), value, len(section))


def _laid_out(key: str, value: Any, depth: int) -> Any:
    """A value in the layout that DVC writes: lists in block style, mappings on one line where one line holds them."""
    if isinstance(value, Mapping):
        mapping = CommentedMap((name, _laid_out(str(name), part, depth + 1)) for name, part in value.items())
        if not any(isinstance(part, list | Mapping) for part in value.values()):
            mapping.fa.set_flow_style()
            line = dumped({key: mapping})
            if line.count("\n") > 1 or len(line) + len("  ") * depth > WIDTH:
                mapping.fa.set_block_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_laid_out("", part, depth + 1) for part in value)
        if not value:
            sequence.fa.set_flow_style()
        return sequence
    return value


def _is_uncommitted(path: Path) -> bool:
    """Whether the content of a file is not in git's current commit; so it is outside of git, too."""
    try:
        return git_if_possible(path.parent, "status", "--porcelain", "--", path.name) != ""
    except FirthError:  # git is not installed
        return True
