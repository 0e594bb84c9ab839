"""The stage from end to end on tiny texts, its figures worked out by hand."""

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from firth.errors import FirthError
from firth.params.corpora import Role
from firth.params.experiment import Params
from firth.params.tokens import TokensParams, TranslationTokens, WordTokens
from firth.stages.tokenize import run
from firth.text.sides import SIDES, decoder, subwords_file, vocabulary_file, whole_words
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace


def params(threads: int = 1, units: Any = "subwords", joint: bool = True, **word_tokens: Any) -> Params:
    words = WordTokens(**{"lowercase": True, "min_count": 1, "max_size": 100, **word_tokens})
    translation = TranslationTokens(lowercase=False, units=units, joint=joint, vocabulary_size=300)
    tokens = TokensParams(embeddings=words, lm=words, translation=translation, qa=words)
    return cast("Params", SimpleNamespace(tokens=tokens, threads=threads))  # the stage reads these alone


def write_raw(root: Path, role: Role, files: dict[str, str], tokenized: bool = False, world: bool = False) -> Workspace:
    workspace = Workspace(root)
    text = workspace.raw(role) / "text"
    text.mkdir(parents=True)
    (workspace.raw(role) / "corpus.json").write_text(json.dumps({"tokenized": tokenized, "world": world}))
    for name, content in files.items():
        (text / name).write_text(content, encoding="utf-8", newline="\n")
    return workspace


def metrics(workspace: Workspace, role: Role) -> dict[str, Any]:
    return json.loads(workspace.metrics(f"tokenize-{role}").read_text(encoding="utf-8"))


def sentences(folder: Path, name: str) -> list[str]:
    """Sentences as text again."""
    side = name.partition(".")[2]
    vocabulary = Vocabulary.load(vocabulary_file(folder, side) if side else folder / "vocabulary.tsv")
    return [" ".join(vocabulary.decode(sentence)) for sentence in TokenStream.load(folder, name).sentences()]


LM = {
    "train.txt": "The dog sleeps.\n\nThe dog eats a fish.\n",
    "valid.txt": "A cat sleeps.\n",
    "test.txt": "The fish eats the dog.",
}


def test_embeddings_have_one_stream_without_blank_lines(tmp_path: Path) -> None:
    workspace = write_raw(tmp_path, "embeddings", {"train.txt": LM["train.txt"]})
    run(params(min_count=2), workspace, "embeddings")
    out = workspace.tokens("embeddings")
    assert (out / "vocabulary.tsv").read_text() == "<unk>\t4\n<eos>\t2\n.\t2\ndog\t2\nthe\t2\n"
    assert sentences(out, "train") == ["the dog <unk> .", "the dog <unk> <unk> <unk> ."]
    assert sorted(path.name for path in out.iterdir()) == ["train.ids.npy", "train.offsets.npy", "vocabulary.tsv"]
    assert metrics(workspace, "embeddings") == {
        "vocabulary_size": 5,
        "train": {"sentences": 2, "tokens": 10, "types": 7, "out_of_vocabulary_rate": 0.4},
    }


def test_the_vocabulary_comes_from_training_alone(tmp_path: Path) -> None:
    workspace = write_raw(tmp_path, "lm", LM)
    run(params(), workspace, "lm")
    assert sentences(workspace.tokens("lm"), "valid") == ["a <unk> sleeps ."]
    assert sentences(workspace.tokens("lm"), "test") == ["the fish eats the dog ."]
    assert TokenStream.load(workspace.tokens("lm"), "train").ids.dtype == np.uint16
    figures = metrics(workspace, "lm")
    assert figures["vocabulary_size"] == 2 + 7
    assert figures["valid"] == {"sentences": 1, "tokens": 4, "types": 4, "out_of_vocabulary_rate": 0.25}
    assert figures["test"] == {"sentences": 1, "tokens": 6, "types": 5, "out_of_vocabulary_rate": 0.0}


def test_tokenized_text_keeps_case_and_its_own_unk_is_no_unknown_word(tmp_path: Path) -> None:
    files = {
        "train.txt": " the <unk> Inc. 's N \n <unk> N \n",
        "valid.txt": " Inc. <unk> <eos> new \n",
        "test.txt": "N\n",
    }
    workspace = write_raw(tmp_path, "lm", files, tokenized=True)
    run(params(), workspace, "lm")
    out = workspace.tokens("lm")
    assert (out / "vocabulary.tsv").read_text() == "<unk>\t2\n<eos>\t2\nN\t2\n's\t1\nInc.\t1\nthe\t1\n"
    assert sentences(out, "train") == ["the <unk> Inc. 's N", "<unk> N"]
    assert sentences(out, "valid") == ["Inc. <unk> <unk> <unk>"]
    rates = [metrics(workspace, "lm")[split]["out_of_vocabulary_rate"] for split in ("train", "valid", "test")]
    assert rates == [0, 0.5, 0]


def test_floor_perplexity_counts_every_token_and_one_end_a_sentence(tmp_path: Path) -> None:
    workspace = write_raw(tmp_path, "lm", {**LM, "train.txt": "A cat sleeps.\nThe fish eats the dog.\n"}, world=True)
    folder = workspace.raw("lm") / "log_probabilities"
    folder.mkdir()
    for split, values in {"train": [math.log(1 / 8), math.log(1 / 32)], "valid": [-5.0], "test": [-7.0]}.items():
        np.save(folder / f"{split}.npy", np.array(values))
    run(params(), workspace, "lm")
    floors = {split: metrics(workspace, "lm")[split]["floor_perplexity"] for split in ("train", "valid", "test")}
    assert floors == pytest.approx(
        {"train": 256 ** (1 / 12), "valid": math.exp(5 / 5), "test": math.exp(7 / 7)}, rel=1e-5
    )

    run(params(max_size=5), workspace, "lm")
    assert metrics(workspace, "lm")["train"]["floor_perplexity"] is None

    np.save(folder / "valid.npy", np.zeros(3))
    before = workspace.metrics("tokenize-lm").read_bytes()
    with pytest.raises(FirthError, match=r"valid\.npy: 3 probabilities for 1 sentences"):
        run(params(), workspace, "lm")
    assert workspace.metrics("tokenize-lm").read_bytes() == before


def story(sentences_: list[str], question: str, answer: str) -> str:
    return json.dumps({"story": sentences_, "question": question, "answer": answer, "supporting": []}) + "\n"


def test_questions_have_a_joint_vocabulary_and_aligned_streams(tmp_path: Path) -> None:
    train = story(["Tim is in his room.", "Ann\nleft."], "Where is Tim?", "In his room.") + story(
        ["Ann left."], "Who?", ""
    )
    workspace = write_raw(
        tmp_path,
        "qa",
        {"train.jsonl": train, "valid.jsonl": story([], "Who?", "Tim."), "test.jsonl": story([], "Who?", "Bob")},
    )
    run(params(lowercase=False), workspace, "qa")
    out = workspace.tokens("qa")
    assert len({vocabulary_file(out, side).read_bytes() for side in SIDES}) == 1
    vocabulary = Vocabulary.load(vocabulary_file(out, "target"))
    assert vocabulary.tokens[:4] == ["<unk>", "<eos>", "<pad>", "."]
    assert vocabulary.counts[:4].tolist() == [0, 4, 0, 4]
    assert sentences(out, "train.source") == ["Tim is in his room . Ann left . Where is Tim ?", "Ann left . Who ?"]
    assert sentences(out, "train.target") == ["In his room .", ""]
    assert sentences(out, "test.target") == ["<unk>"]
    figures = metrics(workspace, "qa")
    assert figures["train"]["target"] == {"sentences": 2, "tokens": 4, "types": 4, "out_of_vocabulary_rate": 0.0}
    assert figures["test"]["target"]["out_of_vocabulary_rate"] == 1

    (workspace.raw("qa") / "text" / "valid.jsonl").write_text(train + '{"story": []}\n')
    with pytest.raises(FirthError, match=r"valid\.jsonl: line 3 is not a story"):
        run(params(), workspace, "qa")


ENGLISH, FRENCH = "Mary eats apples.\nTim sleeps.\n", "Marie mange des pommes.\nTim dort.\n"


@pytest.fixture
def translations(tmp_path: Path) -> Workspace:
    splits = ("train", "valid", "test_2016", "test_2017")
    sides = {"source": ENGLISH, "target": FRENCH}
    files = {f"{split}.{side}.txt": text for split in splits for side, text in sides.items()}
    return write_raw(tmp_path, "translation", files)


def test_translation_has_joint_subwords_and_aligned_streams(translations: Workspace) -> None:
    workspace = translations
    run(params(), workspace, "translation")
    out = workspace.tokens("translation")
    for file in (subwords_file, vocabulary_file):
        assert file(out, "source").read_bytes() == file(out, "target").read_bytes()
    subwords, vocabulary = Subwords.load(subwords_file(out, "source")), Vocabulary.load(vocabulary_file(out, "source"))
    assert vocabulary.tokens == subwords.pieces
    source, target = TokenStream.load(out, "test_2017.source"), TokenStream.load(out, "test_2017.target")
    assert [subwords.decode(target.sentence(position)) for position in (0, 1)] == FRENCH.splitlines()
    counts = np.bincount(np.concatenate([source.ids, target.ids]), minlength=len(vocabulary))
    counts[1] = 4  # the sentences
    assert vocabulary.counts.tolist() == counts.tolist()
    figures = metrics(workspace, "translation")
    assert list(figures) == ["vocabulary_size", "train", "valid", "test_2016", "test_2017"]
    assert figures["train"]["source"]["sentences"] == 2
    assert figures["train"]["source"]["pieces_per_word"] == pytest.approx(len(source.ids) / 7, rel=1e-5)
    assert figures["train"]["source"]["out_of_vocabulary_rate"] == 0

    (workspace.raw("translation") / "text" / "valid.target.txt").write_text("Marie.\n")
    with pytest.raises(FirthError, match="valid has 2 source and 1 target lines"):
        run(params(), workspace, "translation")


def test_sides_may_have_subwords_of_their_own(translations: Workspace) -> None:
    run(params(joint=False), translations, "translation")
    out = translations.tokens("translation")
    assert not (out / "vocabulary.tsv").exists()
    for side, text in (("source", ENGLISH), ("target", FRENCH)):
        subwords, vocabulary = Subwords.load(subwords_file(out, side)), Vocabulary.load(vocabulary_file(out, side))
        assert vocabulary.tokens == subwords.pieces
        stream = TokenStream.load(out, f"train.{side}")
        assert list(map(subwords.decode, stream.sentences())) == text.splitlines()
        counts = np.bincount(stream.ids, minlength=len(vocabulary))
        counts[1] = 2
        assert vocabulary.counts.tolist() == counts.tolist()
        assert decoder(out, side)(stream.sentence(0).tolist()) == text.splitlines()[0]


@pytest.mark.parametrize("joint", [True, False])
def test_translation_may_be_of_words(translations: Workspace, joint: bool) -> None:
    (translations.raw("translation") / "text" / "test_2016.source.txt").write_text("Mary eats pears.\nMarie sleeps.\n")
    run(params(units="words", joint=joint), translations, "translation")
    out = translations.tokens("translation")
    unknown = "Marie" if joint else "<unk>"
    assert sentences(out, "test_2016.source") == ["Mary eats <unk> .", f"{unknown} sleeps ."]
    assert sentences(out, "train.target") == ["Marie mange des pommes .", "Tim dort ."]
    vocabularies = [Vocabulary.load(vocabulary_file(out, side)) for side in SIDES]
    assert (vocabularies[0].tokens == vocabularies[1].tokens) == joint
    figures = metrics(translations, "translation")
    assert list(figures) == ["vocabulary_size", "train", "valid", "test_2016", "test_2017"]
    assert figures["vocabulary_size"] == (14 if joint else {"source": 9, "target": 10})
    assert (
        decoder(out, "target")(TokenStream.load(out, "valid.target").sentence(0).tolist())
        == FRENCH.split("\n", maxsplit=1)[0]
    )
    assert whole_words(out, "source") == vocabularies[0].tokens
    (translations.raw("translation") / "text" / "valid.target.txt").write_text("Marie.\n")
    with pytest.raises(FirthError, match="valid has 2 source and 1 target lines"):
        run(params(units="words", joint=joint), translations, "translation")


def test_outputs_are_the_same_bytes_for_one_and_for_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"Line {number % 70} of É {number}.\n" for number in range(500))
    outputs = []
    monkeypatch.setattr("firth.text.numbering.text_blocks.__defaults__", (1000,))
    for threads in (1, 2):
        workspace = write_raw(tmp_path / str(threads), "embeddings", {"train.txt": text})
        run(params(threads=threads), workspace, "embeddings")
        files = [*sorted(workspace.tokens("embeddings").iterdir()), workspace.metrics("tokenize-embeddings")]
        outputs.append({path.name: path.read_bytes() for path in files})
    assert outputs[0] == outputs[1]


def test_faults_are_named_and_leave_nothing_half_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(FirthError, match="dvc repro download@lm"):
        run(params(), workspace, "lm")
    write_raw(tmp_path, "lm", {**LM, "valid.txt": "\n \n"})
    with pytest.raises(FirthError, match=r"valid has no words.*corpora\.lm"):
        run(params(), workspace, "lm")
    (workspace.raw("lm") / "text" / "valid.txt").write_text("dog")
    with pytest.raises(FirthError, match=r"tokens\.lm\.min_count = 3: .*comes 2 times"):
        run(params(min_count=3), workspace, "lm")
    (workspace.raw("lm") / "text" / "test.txt").unlink()
    with pytest.raises(FirthError, match=r"test\.txt: not there yet"):
        run(params(), workspace, "lm")
    assert not workspace.metrics("tokenize-lm").exists()
    assert not list((tmp_path / "data" / "tokens").iterdir())
