"""data/raw/<role> from every kind of source, whole or not at all."""

import dataclasses
import gzip
import hashlib
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from stages.effective import settings_of

from firth.corpora.archives import LocalFile
from firth.corpora.catalog import CORPORA, GOLD_SETS
from firth.corpora.fetch import Remote
from firth.corpora.own import set_checksum
from firth.errors import FirthError
from firth.params.experiment import Params
from firth.stages import download
from firth.workspace import Workspace

PARAMS = Path(__file__).parents[2] / "params.yaml"


class Experiment:
    """A workspace whose params.yaml is the preset with small worlds, and a mirror for a catalog of its own."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace, self.monkeypatch = Workspace(root), monkeypatch
        self.counts: dict[str, int] = {}  # of what was read and left out in the last run
        self.content: dict[str, Any] = YAML(typ="safe").load(PARAMS.read_text(encoding="utf-8"))
        for role, unit in {
            "embeddings": "sentences",
            "lm": "sentences",
            "translation": "pairs",
            "qa": "stories",
        }.items():
            self.content["world"][role][unit] = 200
        monkeypatch.setenv("FIRTH_CORPUS_MIRROR", str(root / "mirror"))

    def own(self, name: str, content: bytes) -> dict[str, str]:
        (self.workspace.root / name).write_bytes(content)
        return {"path": name, "sha256": hashlib.sha256(content).hexdigest()}

    def publish(self, name: str, files: dict[str, bytes]) -> None:
        """Put files in the mirror, and a corpus or a gold set of these files in place of the catalog's."""
        remotes = {}
        for key, content in files.items():
            place = self.workspace.root / "mirror" / "example.org" / name / key
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            address = f"https://example.org/{name}/{key}"
            remotes[key] = Remote(address, f"sha256:{hashlib.sha256(content).hexdigest()}")
        if name in CORPORA:
            self.monkeypatch.setitem(CORPORA, name, dataclasses.replace(CORPORA[name], files=remotes))
        else:
            (remote,) = remotes.values()
            self.monkeypatch.setitem(GOLD_SETS, name, dataclasses.replace(GOLD_SETS[name], file=remote))

    def run(self, role: Any, source: dict[str, Any]) -> dict[str, Any]:
        """Run the stage; return the metrics of splits."""
        self.content["corpora"][role] = source
        settings = settings_of(Params.model_validate(self.content), "download", role)
        download.run(settings, self.workspace, role)
        metrics = json.loads((self.workspace.raw(role) / "metrics.json").read_text(encoding="utf-8"))
        splits = {name: value for name, value in metrics.items() if name.startswith(("train_", "valid_", "test_"))}
        self.counts = {name: value for name, value in metrics.items() if name not in splits}
        return splits

    def lines(self, role: str, name: str) -> list[str]:
        return (self.workspace.raw(role) / "text" / name).read_text(encoding="utf-8").split("\n")[:-1]

    def description(self, role: str) -> dict[str, Any]:
        return dict(json.loads((self.workspace.raw(role) / "corpus.json").read_text(encoding="utf-8")))

    def files(self, role: str) -> list[str]:
        folder = self.workspace.raw(role)
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def sha256_of(folder: Path) -> str:
    """The checksum that stands for the files of a folder."""
    return set_checksum([LocalFile(path, path.name) for path in sorted(folder.iterdir())])


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    return Experiment(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("role", "source", "files"),
    [
        ("embeddings", {}, ["classes.tsv", "corpus.json", "metrics.json", "text/train.txt"]),
        (
            "lm",
            {},
            [
                "agreement.tsv",
                "corpus.json",
                *(f"log_probabilities/{split}.npy" for split in ("test", "train", "valid")),
                "metrics.json",
                *(f"text/{split}.txt" for split in ("test", "train", "valid")),
                "token_probabilities/test.tsv",
            ],
        ),
        (
            "translation",
            {"from": "fr", "to": "en"},
            [
                "corpus.json",
                "metrics.json",
                *(f"text/{split}.{side}.txt" for split in ("test", "train", "valid") for side in ("source", "target")),
            ],
        ),
        ("qa", {}, ["corpus.json", "metrics.json", "text/test.jsonl", "text/train.jsonl", "text/valid.jsonl"]),
    ],
)
def test_the_world_fills_every_role_the_same_way_twice(
    experiment: Experiment, role: str, source: dict[str, str], files: list[str]
) -> None:
    metrics = experiment.run(role, {"source": "world", **source})
    assert experiment.files(role) == files
    assert experiment.description(role)["world"] is True
    folder = experiment.workspace.raw(role)
    first = {name: (folder / name).read_bytes() for name in files}
    assert experiment.run(role, {"source": "world", **source}) == metrics
    assert {name: (folder / name).read_bytes() for name in files} == first
    units = {"translation": "pairs", "qa": "questions"}
    assert metrics[f"train_{units.get(role, 'sentences')}"] == 200
    if role != "embeddings":
        assert metrics[f"valid_{units.get(role, 'sentences')}"] == 100
    assert len(metrics) == (1 if role == "embeddings" else 3)


def test_the_direction_decides_the_source_side(experiment: Experiment) -> None:
    experiment.run("translation", {"source": "world", "from": "fr", "to": "en"})
    french = experiment.lines("translation", "train.source.txt")
    assert experiment.description("translation")["language"] == {"source": "fr", "target": "en"}
    experiment.run("translation", {"source": "world", "from": "en", "to": "fr"})
    assert experiment.lines("translation", "train.target.txt") == french


def test_own_text_is_split_90_5_5_for_lm_and_taken_whole_for_embeddings(experiment: Experiment) -> None:
    text = [f"This is line {number}." for number in range(200)]
    source = experiment.own("mine.txt.xz", lzma.compress(("\r\n\r\n".join(text)).encode()))
    assert experiment.run("lm", source) == {
        "train_sentences": 180,
        "valid_sentences": 10,
        "test_sentences": 10,
    }
    assert [experiment.lines("lm", f"{split}.txt") for split in ("train", "valid", "test")] == [
        text[:180],
        text[180:190],
        text[190:],
    ]
    experiment.run("embeddings", source)
    assert experiment.lines("embeddings", "train.txt") == text
    assert experiment.description("lm") == {
        "name": "mine.txt.xz",
        "language": "unknown",
        "tokenized": False,
        "license": "the user's own text",
        "citation": "the user's own text",
        "world": False,
    }


def test_own_files_for_the_splits_stay_as_they_are(experiment: Experiment) -> None:
    source = {
        split: experiment.own(f"{split}.txt", f"{split} one\n{split} two\n".encode())
        for split in ("train", "valid", "test")
    }
    experiment.run("lm", source)
    assert experiment.lines("lm", "valid.txt") == ["valid one", "valid two"]
    assert experiment.run("embeddings", source) == {"train_sentences": 2}


def test_own_pairs_come_as_one_file_or_two_whole_or_by_split(experiment: Experiment) -> None:
    english, french = [f"word {n}" for n in range(40)], [f"mot {n}" for n in range(40)]
    languages = {"from": "en", "to": "fr"}
    tsv = experiment.own("p.tsv", "".join(f"{e}\t{f}\n" for e, f in zip(english, french, strict=True)).encode())
    two = {
        "source_file": experiment.own("p.en", "\n".join(english).encode()),
        "target_file": experiment.own("p.fr", "\n".join(french).encode()),
    }
    for source in ({**tsv, **languages}, {**two, **languages}):
        metrics = experiment.run("translation", source)
        assert metrics == {"train_pairs": 36, "valid_pairs": 2, "test_pairs": 2}
        assert experiment.lines("translation", "valid.source.txt") == english[36:38]
        assert experiment.lines("translation", "test.target.txt") == french[38:]
    metrics = experiment.run("translation", {"train": two, "valid": tsv, "test": tsv, **languages})
    assert metrics == {"train_pairs": 40, "valid_pairs": 40, "test_pairs": 40}


def test_own_questions_are_split_by_story(experiment: Experiment) -> None:
    story = "1 Tim went to the {0}.\n2 Where is Tim?\t{0}\t1\n3 Ann left.\n4 Where is Tim?\t{0}\t1\n"
    text = "".join(story.format(f"room{number}") for number in range(20))
    metrics = experiment.run("qa", experiment.own("qa.txt", text.encode()))
    assert metrics == {"train_questions": 36, "valid_questions": 2, "test_questions": 2}
    test = [json.loads(line) for line in experiment.lines("qa", "test.jsonl")]
    assert test[1]["story"] == ["Tim went to the room19.", "Ann left."]
    assert [record["last_place"] for record in test] == [None, None]  # room19 answers no training question
    assert json.loads(experiment.lines("qa", "train.jsonl")[0])["last_place"] == "room0"


def test_a_catalog_text_with_published_splits_keeps_them(experiment: Experiment) -> None:
    experiment.publish("ptb", {f"ptb.{split}": f" {split} <unk> N \n".encode() for split in ("train", "valid", "test")})
    experiment.run("lm", {"source": "ptb"})
    assert [experiment.lines("lm", f"{split}.txt") for split in ("train", "valid", "test")] == [
        ["train <unk> N"],
        ["valid <unk> N"],
        ["test <unk> N"],
    ]
    assert experiment.description("lm")["tokenized"] is True
    assert list(experiment.run("embeddings", {"source": "ptb"})) == ["train_sentences"]


def test_text8_in_one_line_becomes_lines_of_a_thousand_words(experiment: Experiment) -> None:
    words = " ".join(f"w{number}" for number in range(40_500))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("text8", f" {words}")
    experiment.publish("text8", {"text8": packed.getvalue()})
    assert experiment.run("embeddings", {"source": "text8"})["train_sentences"] == 41
    lines = experiment.lines("embeddings", "train.txt")
    assert " ".join(lines) == words
    assert {len(line.split()) for line in lines} == {1000, 500}


def test_multi30k_gets_the_test_sets_that_both_languages_have(experiment: Experiment) -> None:
    parts = {"train": "en de cs", "val": "en de cs", "test_2016_flickr": "en de cs", "test_2017_flickr": "en de"}
    files = {
        f"{part}.{language}": f"{part} {language}\n".encode()
        for part, languages in parts.items()
        for language in languages.split()
    }
    experiment.publish("multi30k", files)
    german = experiment.run("translation", {"source": "multi30k", "from": "de", "to": "en"})
    assert list(german) == [f"{split}_pairs" for split in ("train", "valid", "test_2016_flickr", "test_2017_flickr")]
    assert experiment.lines("translation", "test_2017_flickr.source.txt") == ["test_2017_flickr de"]
    assert experiment.lines("translation", "valid.target.txt") == ["val en"]
    czech = experiment.run("translation", {"source": "multi30k", "from": "en", "to": "cs"})
    assert list(czech) == ["train_pairs", "valid_pairs", "test_2016_flickr_pairs"]


def test_babi_holds_out_the_last_hundred_training_questions_in_whole_stories(experiment: Experiment) -> None:
    def task(prefix: str, stories: int) -> bytes:
        story = "1 {0}{1} is here.\n" + "".join(f"{n} Who?\t{{0}}{{1}}\t1\n" for n in (2, 3, 4))
        return "".join(story.format(prefix, number) for number in range(stories)).encode()

    files = {
        "qa2_x_train": task("a", 60),
        "qa2_x_test": task("b", 2),
        "qa20_y_train": task("c", 50),
        "qa20_y_test": task("d", 1),
    }
    experiment.publish("babi", files)
    metrics = experiment.run("qa", {"source": "babi", "tasks": [20, 2]})
    assert metrics == {"train_questions": 78 + 48, "valid_questions": 204, "test_questions": 9}
    training = [json.loads(line) for line in experiment.lines("qa", "train.jsonl")]
    assert [record["task"] for record in training] == [2] * 78 + [20] * 48
    assert training[0]["last_place"] == "a0"


def test_what_was_read_and_left_out_is_counted_and_said(
    experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment.run("lm", experiment.own("a.txt", b"one line\n\n  \n" * 40))
    assert experiment.counts == {"files": 1, "members": 1, "lines": 40, "blank_lines": 80}
    assert capsys.readouterr().err.splitlines() == [
        "download@lm: read 1 file, 40 lines",
        "download@lm: left out 80 blank lines",
    ]


def test_pairs_and_stories_that_are_left_out_are_counted(experiment: Experiment) -> None:
    pairs = experiment.own("p.tsv", "a b\tc d\t\na\t\u200b \u00a0\n\n\tc\n".encode() * 40)
    experiment.run("translation", {**pairs, "from": "en", "to": "fr"})
    left_out = {"blank_lines": 40, "pairs_without_source": 40, "pairs_without_target": 40}
    assert experiment.counts == {"files": 1, "members": 1, "lines": 120, **left_out}
    story = b"1 Tim is here.\n1 Ann is here.\n2 Who?\tAnn\t1\n"
    experiment.run("qa", experiment.own("qa.txt", story * 40))
    assert experiment.counts == {"files": 1, "members": 1, "lines": 120, "stories_without_question": 40}


def test_members_that_are_left_out_are_named(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {
            "B.TXT": b"b line\n" * 30,
            "a.txt": b"a line\n" * 30,
            "README.md": b"about\n",
            "x/LICENSE": b"none\n",
            "picture": b"\x89PNG\0\0",
            "c.txt.gz": gzip.compress(b"c line\n"),
            ".hidden": b"h\n",
            "void.txt": b"",
        }.items():
            archive.writestr(name, content)
    experiment.run("embeddings", experiment.own("t.zip", packed.getvalue()))
    assert experiment.lines("embeddings", "train.txt") == ["b line"] * 30 + ["a line"] * 30
    assert capsys.readouterr().err.splitlines() == [
        "download@embeddings: read 1 file, 2 texts, 60 lines: B.TXT, a.txt",
        "download@embeddings: left out 2 files that only accompany a text: README.md, x/LICENSE",
        "download@embeddings: left out 1 file that is no text: picture",
        "download@embeddings: left out 1 packed file within the archive: c.txt.gz",
        "download@embeddings: left out 1 hidden file: .hidden",
        "download@embeddings: left out 1 empty file: void.txt",
    ]


def test_a_folder_is_read_in_the_order_of_names_and_has_one_checksum(experiment: Experiment) -> None:
    folder = experiment.workspace.root / "texts"
    (folder / "z").mkdir(parents=True)
    contents = {"b.txt": b"b line\n" * 30, "a.txt.gz": gzip.compress(b"a line\n" * 30), "z/c.txt": b"c line\n" * 30}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "README").write_text("about\n")
    checksums = [hashlib.sha256(contents[name]).hexdigest() for name in ("a.txt.gz", "b.txt", "z/c.txt")]
    checksum = hashlib.sha256("".join(f"{one}\n" for one in checksums).encode()).hexdigest()
    for path in ("texts", "texts/**/*.*", ["texts/a.txt.gz", "texts/b.txt", "texts/z/*"]):
        experiment.run("embeddings", {"path": path, "sha256": checksum})
        assert experiment.lines("embeddings", "train.txt") == ["a line"] * 30 + ["b line"] * 30 + ["c line"] * 30
        assert experiment.counts["files"] == 3


def test_own_text_may_be_tokenized_of_a_language_and_of_another_encoding(experiment: Experiment) -> None:
    source = experiment.own("a.txt", "a <unk> b@-@c\n".encode("utf-16") + "d é\n".encode("utf-16-le") * 39)
    experiment.run("lm", {**source, "tokenized": True, "language": "en", "encoding": "UTF-16"})
    assert experiment.lines("lm", "train.txt")[:2] == ["a <unk> b@-@c", "d é"]
    assert experiment.description("lm")["tokenized"] is True
    assert experiment.description("lm")["language"] == "en"


def test_words_with_tags_are_refused(experiment: Experiment) -> None:
    tagged = b"The/at jury/nn said/vbd ``/`` no/at ./.\n"
    with pytest.raises(FirthError, match=r"ca01: its words carry tags, as The/at"):
        experiment.run("lm", experiment.own("ca01", tagged * 40))
    experiment.run("lm", {**experiment.own("ca01", tagged * 40), "tokenized": True})
    experiment.run("lm", experiment.own("ca02", b"he and/or she and so on\n" * 40))


def test_parallel_folders_are_paired_file_by_file(experiment: Experiment) -> None:
    for language in ("en", "fr"):
        (experiment.workspace.root / language).mkdir()
        for name in ("a", "b"):
            (experiment.workspace.root / language / f"{name}.txt").write_text(f"{language} {name}\n" * 20)
    both = {
        f"{side}_file": {"path": language, "sha256": sha256_of(experiment.workspace.root / language)}
        for side, language in (("source", "en"), ("target", "fr"))
    }
    assert experiment.run("translation", {**both, "from": "en", "to": "fr"})["train_pairs"] == 36
    assert experiment.lines("translation", "test.target.txt") == ["fr b"] * 2
    (experiment.workspace.root / "en" / "b.txt").unlink()
    both["source_file"]["sha256"] = sha256_of(experiment.workspace.root / "en")
    with pytest.raises(FirthError, match="1 source files but 2 target files"):
        experiment.run("translation", {**both, "from": "en", "to": "fr"})


def test_own_gold_sets_stand_beside_those_of_the_catalog(experiment: Experiment) -> None:
    mine = experiment.own("mine.txt", "Köter\tHund\t9,5\n".replace(",", ".").encode())
    fours = experiment.own("fours.txt", b": family\nMann Frau Sohn Tochter\n")
    experiment.content["evaluation"]["gold_sets"] = [mine, fours]
    experiment.run("embeddings", {"source": "world"})
    assert experiment.counts == {}  # they are no text of the role
    gold = experiment.workspace.raw("embeddings") / "gold"
    assert (gold / "mine.tsv").read_text(encoding="utf-8").splitlines()[1] == "Köter\tHund\t9.5"
    assert (gold / "fours.txt").read_text() == ": family\nMann Frau Sohn Tochter\n"


def test_gold_sets_stand_beside_the_text(experiment: Experiment) -> None:
    experiment.publish("rg65", {"EN-RG-65": b"gem\tjewel\t3.94\n"})
    experiment.content["evaluation"]["gold_sets"] = ["rg65"]
    experiment.run("embeddings", {"source": "world"})
    gold = experiment.workspace.raw("embeddings") / "gold"
    assert [path.name for path in gold.iterdir()] == ["rg65.tsv"]
    assert (gold / "rg65.tsv").read_text().splitlines() == ["word1\tword2\tscore", "gem\tjewel\t3.94"]


def test_a_failure_leaves_the_earlier_text_and_nothing_half_written(experiment: Experiment) -> None:
    experiment.run("lm", experiment.own("good.txt", b"good line\n" * 20))
    bad = experiment.own("bad.txt", b"fine line\n" * 50_000 + b"\xff\n")
    with pytest.raises(FirthError, match=r"bad\.txt: line 50001 is not UTF-8"):
        experiment.run("lm", bad)
    assert experiment.lines("lm", "test.txt") == ["good line"]
    assert [path.name for path in experiment.workspace.raw("lm").parent.iterdir()] == ["lm"]


@pytest.mark.parametrize(
    ("role", "content", "message"),
    [
        ("lm", b"too\nfew\n", "2 lines are too few to split"),
        ("lm", b"\n\n", "no text in it"),
        ("translation", b"a\tb\n", "1 pairs are too few"),
        ("qa", b"1 A.\n2 Q?\tx\t1\n", "1 stories are too few"),
    ],
)
def test_too_little_text_is_one_line(experiment: Experiment, role: str, content: bytes, message: str) -> None:
    source = experiment.own("mine", content)
    with pytest.raises(FirthError, match=f"mine: .*{message}"):
        experiment.run(role, {**source, **({"from": "en", "to": "fr"} if role == "translation" else {})})
    assert not experiment.workspace.raw(role).exists()


def test_a_missing_checksum_stops_before_anything_is_written(experiment: Experiment) -> None:
    source = experiment.own("mine.txt", b"line\n" * 40)
    with pytest.raises(FirthError, match=rf"corpora\.embeddings: .*sha256: {source['sha256']}$"):
        experiment.run("embeddings", {"path": "mine.txt"})
    assert not experiment.workspace.raw("embeddings").exists()
