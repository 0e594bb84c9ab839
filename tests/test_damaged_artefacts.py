"""A damaged artefact of any kind gives one line with its name and the command that builds it; nothing is executed.

``FUZZ_SECONDS=600 pytest tests/test_damaged_artefacts.py -k mutated`` changes bytes at random for ten minutes.
"""

import io
import json
import os
import pickle
import re
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save
from small_artefacts import READERS, build_artefacts

from firth.errors import FirthError
from firth.workspace import STUDIES, Workspace, build_command

Damage = Callable[[bytes], bytes]
FUZZED = 300  # files by default
LINE = re.compile(r"\S+: .*`(.+)`")
STAGES = {  # folder or file → the stage that builds it
    "data/raw/embeddings": "download@embeddings",
    "data/raw/lm": "download@lm",
    "data/raw/qa": "download@qa",
    "data/tokens/lm": "tokenize@lm",
    "data/tokens/translation": "tokenize@translation",
    "models/counts": "cooccurrence",
    "models/lm-ngram": "ngram",
    "models/lm-rnn": "lm@rnn",
    "models/seq2seq-qa-none": "seq2seq@qa-none",
    "models/svd": "svd",
    "evaluations/evaluate_lm-rnn": "evaluate_lm@rnn",
    "evaluations/evaluate_seq2seq-translation-none": "evaluate_seq2seq@translation-none",
    "reports/details": "headline",
    "reports/headline.json": "headline",
    "reports/studies": STUDIES,
    "settings": "check",
}


class RunsCode:
    """A pickle that runs a command when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch executed",)


def array_file(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=True)
    return file.getvalue()


def of_array(change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    return lambda content: array_file(change(np.load(io.BytesIO(content))))


def of_weights(change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]) -> Damage:
    return lambda content: save(change(load(content)))


def of_first_weight(change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    def changed(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        name = sorted(weights)[0]
        return {**weights, name: np.ascontiguousarray(change(weights[name]))}

    return of_weights(changed)


def with_value(index: int, value: Any) -> Callable[[np.ndarray], np.ndarray]:
    def changed(values: np.ndarray) -> np.ndarray:
        values.reshape(-1)[index] = value
        return values

    return changed


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps(RunsCode()))
        archive.writestr("other", content)
    return file.getvalue()


ANY: dict[str, Damage] = {  # none of these leaves a sound file
    "empty": lambda _: b"",
    "zeros": lambda content: bytes(len(content)),
    "ones": lambda content: b"\xff" * len(content),
    "random": lambda content: np.random.default_rng(0).bytes(len(content)),
    "pickle": lambda _: pickle.dumps(RunsCode()),
    "zip with a pickle": zipped,
    "array of pickles": lambda _: array_file(np.array([RunsCode()], object)),
    "picture": lambda _: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40),
    "deep": lambda _: b"[" * 100_000,
    "deep object": lambda _: b'{"a":' * 100_000,
    "another encoding": lambda content: content.decode("latin-1").encode("utf-16"),
}
CUT: dict[str, Damage] = {
    "half": lambda content: content[: len(content) // 2],
    "by a byte": lambda content: content[:-1],
}
LONGER: dict[str, Damage] = {"a byte more": lambda content: content + b"\0", "twice": lambda content: content * 2}
ARRAY = {
    "matrix": of_array(lambda values: values[None]),
    "scalar": of_array(lambda values: values[0]),
    "none": of_array(lambda values: values[:0]),
    "shorter": of_array(lambda values: values[:-1]),
    "longer": of_array(lambda values: np.append(values, values[-1:])),
    "half floats": of_array(lambda values: values.astype(np.float16)),
    "bytes": of_array(lambda values: values.astype(np.int8)),
    "complex": of_array(lambda values: values.astype(complex)),
    "text": of_array(lambda values: values.astype(str)),
    "dates": of_array(lambda values: values.astype("M8[s]")),
    "big-endian": of_array(lambda values: values.astype(values.dtype.newbyteorder(">"))),
    "records": of_array(lambda values: values.astype([("a", values.dtype)])),
    "huge": of_array(with_value(-1, 60_000)),
    "header of 10^18": lambda content: re.sub(rb"\((\d+),\), \} {17}", rb"(10000000000000000\1,), } ", content),
}
SIGNED = {"negative": of_array(with_value(-1, -3)), "low": of_array(with_value(0, -(2**31)))}
FLOATS = {name: of_array(with_value(1, value)) for name, value in (("nan", np.nan), ("inf", np.inf), ("-inf", -np.inf))}
WEIGHTS = {
    **{name: of_first_weight(with_value(0, value)) for name, value in (("nan", np.nan), ("inf", np.inf))},
    "doubles": of_first_weight(lambda weight: weight.astype(np.float64)),
    "halves": of_first_weight(lambda weight: weight.astype(np.float16)),
    "integers": of_first_weight(lambda weight: weight.astype(np.int32)),
    "flat": of_first_weight(lambda weight: weight.reshape(1, -1)),
    "shorter": of_first_weight(lambda weight: weight[:-1]),
    "one less": of_weights(lambda weights: dict(sorted(weights.items())[1:])),
    "one more": of_weights(lambda weights: {**weights, "extra": np.zeros(3, np.float32)}),
    "none": of_weights(lambda _: {}),
    "header of 10^18": lambda content: (10**18).to_bytes(8, "little") + content[8:],
}
LINES: dict[str, Damage] = {
    "conflict": lambda content: b"<<<<<<< HEAD\n" + content + b"=======\n" + content + b">>>>>>> other\n",
    "first line gone": lambda content: content.split(b"\n", 1)[1],
}
JSON_VALUES: list[Any] = [None, "text", -1, 10**9, [1], {"a": {}}]


SOUND = {("train.offsets.npy", "longer"), ("data.npy", "huge")}  # an empty sentence more, a large count


def damages(name: str) -> dict[str, Damage]:
    """What is done to a file, by its ending."""
    match name.rsplit(".", 1)[1]:
        case "npy":
            of_type = {} if re.search("ids|log_prob", name) else SIGNED
            of_floats = FLOATS if re.search("probabilities|backoffs|data.npy", name) else {}
            every = ANY | CUT | LONGER | ARRAY | of_type | of_floats
            return {kind: damage for kind, damage in every.items() if (Path(name).name, kind) not in SOUND}
        case "safetensors":
            return ANY | CUT | LONGER | WEIGHTS
        case "bin":
            return ANY | CUT | LONGER
        case "json":
            return ANY | {"half": CUT["half"], "twice": LONGER["twice"]}
    if name.endswith((".jsonl", ".txt")):
        return {kind: damage for kind, damage in ANY.items() if kind != "empty"}
    return ANY | ({} if name.endswith("vocabulary.tsv") else LINES)


CASES = [(name, kind) for name in READERS for kind in damages(name)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return build_artefacts(tmp_path_factory.mktemp("artefacts"))


def names_the_stage(line: str, name: str) -> bool:
    """Whether the line of an error ends with the command that builds the file."""
    found = LINE.fullmatch(line)
    (stage,) = (stage for folder, stage in STAGES.items() if f"{name}/".startswith(f"{folder}/"))
    return found is not None and found[1] == build_command(stage)


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    sound = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(sound)


def error_of(workspace: Workspace, name: str, content: bytes) -> str | None:
    """The error with which an artefact of this content is refused; None if it is taken. Any other error fails."""
    with replaced(workspace.root / name, content), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            READERS[name](workspace)
        except FirthError as error:
            return str(error)
    return None


def test_sound_artefacts_are_read(workspace: Workspace) -> None:
    for read in READERS.values():
        read(workspace)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_damage_is_one_line_that_names_the_file_and_the_command(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    monkeypatch.chdir(workspace.root)
    content = damages(name)[kind]((workspace.root / name).read_bytes())
    line = error_of(workspace, name, content)
    assert line is not None and names_the_stage(line, name), line
    assert Path(name).parent.name in line  # the file, or another of its folder that doesn't go with it
    assert capfd.readouterr() == ("", "")
    assert not (workspace.root / "executed").exists()


@pytest.mark.parametrize("name", [name for name in READERS if name.endswith(".json")])
def test_a_key_that_is_gone_or_has_a_value_of_another_kind_is_one_line_or_harmless(
    workspace: Workspace, name: str
) -> None:
    sound = json.loads((workspace.root / name).read_bytes())
    for key in sound:
        others = [{**sound, key: value} for value in JSON_VALUES]
        for content in [*others, {other: value for other, value in sound.items() if other != key}]:
            line = error_of(workspace, name, json.dumps(content).encode())
            assert line is None or names_the_stage(line, name), (key, content.get(key, "gone"), line)


def test_a_file_mutated_at_random_is_one_line_or_harmless(workspace: Workspace) -> None:
    seconds = float(os.environ.get("FUZZ_SECONDS", "0"))
    names, end, number = list(READERS), time.monotonic() + seconds, 0
    while number < FUZZED or time.monotonic() < end:
        random = np.random.default_rng(number)
        name = names[number % len(names)]
        content = mutated((workspace.root / name).read_bytes(), random)
        try:
            line = error_of(workspace, name, content)
        except Exception as error:
            raise AssertionError(f"mutation {number} of {name}: {content[:2000]!r}") from error
        assert line is None or names_the_stage(line, name), (number, name, line)
        number += 1
    print(f"{number:,} mutations")


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """One to three changes: a bit, a byte, a piece that is gone, doubled or moved, a digit, a number, a line."""
    for _ in range(random.integers(1, 4)):
        start, end = sorted(random.integers(0, len(content) + 1, 2).tolist())
        end = min(end, start + int(random.integers(1, 200)))
        before, piece, after = content[:start], content[start:end], content[end:]
        match random.integers(9):
            case 0 if piece:
                piece = bytes([piece[0] ^ (1 << int(random.integers(8)))]) + piece[1:]
            case 1:
                piece = random.bytes(len(piece))
            case 2:
                piece = b""
            case 3:
                piece = piece * 2
            case 4:
                before, piece = piece, before
            case 5:
                piece = re.sub(rb"\d", str(random.integers(10)).encode(), piece)
            case 6:
                number = random.choice(["-1", "1e999", "NaN", "null", '""', "9" * 30, "[]", "{}", "Infinity"])
                piece = re.sub(rb"[-\d.]+", str(number).encode(), piece, count=1)
            case 7:
                lines = content.split(b"\n")
                one, other = random.integers(0, len(lines), 2)
                lines[one], lines[other] = lines[other], lines[one]
                before, piece, after = b"", b"\n".join(lines), b""
            case _:
                piece = b"\0" * len(piece)
        content = before + piece + after
    return content
