"""Vocabularies, streams and their metrics on tiny texts, worked out by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.errors import FirthError
from firth.params.roles import Role
from firth.params.tokens_params import TextTokens, TranslationTokens
from firth.text.corpus_streams import MadeStreams, make_streams
from firth.text.sides import SIDES, decoder, whole_words
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords
from firth.text.text_encoding import TextEncoding, subwords_file
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary, vocabulary_file


def word_tokens(**changes: Any) -> TextTokens:
    return TextTokens(**{"segmentation": "words", "lowercase": True, "min_count": 1, "max_size": 100, **changes})


def translation_tokens(**changes: Any) -> TranslationTokens:
    return TranslationTokens(
        **{"lowercase": False, "segmentation": "subwords", "joint": True, "vocabulary_size": 300, **changes}
    )


class Corpus:
    """A folder of raw text and a folder of tokens."""

    def __init__(self, root: Path, role: Role, files: dict[str, str]) -> None:
        self.raw, self.out, self.role = root / "raw", root / role, role
        (self.raw / "text").mkdir(parents=True)
        self.out.mkdir()
        for name, content in files.items():
            self.write(name, content)

    def write(self, name: str, content: str) -> None:
        (self.raw / "text" / name).write_text(content, encoding="utf-8", newline="\n")

    def streams(self, settings: TextTokens | TranslationTokens, **changes: Any) -> dict[str, Any]:
        return self.make(settings, **changes).metrics

    def make(
        self, settings: TextTokens | TranslationTokens, tokenized: bool = False, processes: int = 1
    ) -> MadeStreams:
        form = TextForm(settings.lowercase and not tokenized, tokenized, "en", False, settings.segmentation)
        form.save(self.out)
        return make_streams(self.raw, self.out, self.role, settings, form, processes)


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
    corpus = Corpus(tmp_path, "embeddings", {"train.txt": LM["train.txt"]})
    metrics = corpus.streams(word_tokens(min_count=2))
    out = corpus.out
    assert (out / "vocabulary.tsv").read_text() == "<unk>\t4\n<eos>\t2\n.\t2\ndog\t2\nthe\t2\n"
    assert sentences(out, "train") == ["the dog <unk> .", "the dog <unk> <unk> <unk> ."]
    assert sorted(path.name for path in out.iterdir()) == [
        "text.json",
        "train.ids.npy",
        "train.offsets.npy",
        "vocabulary.tsv",
    ]
    assert metrics == {
        "vocabulary_size": 5,
        "train": {"sentences": 2, "tokens": 10, "types": 7, "out_of_vocabulary_rate": 0.4},
    }


def test_the_vocabulary_comes_from_training_alone(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "lm", LM)
    figures = corpus.streams(word_tokens())
    assert sentences(corpus.out, "valid") == ["a <unk> sleeps ."]
    assert sentences(corpus.out, "test") == ["the fish eats the dog ."]
    assert TokenStream.load(corpus.out, "train").ids.dtype == np.uint16
    assert figures["vocabulary_size"] == 2 + 7
    assert figures["valid"] == {"sentences": 1, "tokens": 4, "types": 4, "out_of_vocabulary_rate": 0.25}
    assert figures["test"] == {"sentences": 1, "tokens": 6, "types": 5, "out_of_vocabulary_rate": 0.0}


def test_tokenized_text_keeps_case_and_its_literal_unk_is_not_counted_as_unknown(tmp_path: Path) -> None:
    files = {
        "train.txt": " the <unk> Inc. 's N \n <unk> N \n",
        "valid.txt": " Inc. <unk> <eos> new \n",
        "test.txt": "N\n",
    }
    corpus = Corpus(tmp_path, "lm", files)
    metrics = corpus.streams(word_tokens(), tokenized=True)
    out = corpus.out
    assert (out / "vocabulary.tsv").read_text() == "<unk>\t2\n<eos>\t2\nN\t2\n's\t1\nInc.\t1\nthe\t1\n"
    assert sentences(out, "train") == ["the <unk> Inc. 's N", "<unk> N"]
    assert sentences(out, "valid") == ["Inc. <unk> <unk> <unk>"]
    rates = [metrics[split]["out_of_vocabulary_rate"] for split in ("train", "valid", "test")]
    assert rates == [0, 0.5, 0]


def story(sentences_: list[str], question: str, answer: str) -> str:
    return json.dumps({"story": sentences_, "question": question, "answer": answer, "supporting": []}) + "\n"


def test_questions_have_a_joint_vocabulary_and_aligned_streams(tmp_path: Path) -> None:
    train = story(["Tim is in his room.", "Ann\nleft."], "Where is Tim?", "In his room.") + story(
        ["Ann left."], "Who?", ""
    )
    corpus = Corpus(
        tmp_path,
        "qa",
        {"train.jsonl": train, "valid.jsonl": story([], "Who?", "Tim."), "test.jsonl": story([], "Who?", "Bob")},
    )
    figures = corpus.streams(word_tokens(lowercase=False))
    out = corpus.out
    assert len({vocabulary_file(out, side).read_bytes() for side in SIDES}) == 1
    vocabulary = Vocabulary.load(vocabulary_file(out, "target"))
    assert vocabulary.tokens[:4] == ["<unk>", "<eos>", "<pad>", "."]
    assert vocabulary.counts[:4].tolist() == [0, 4, 0, 4]
    assert sentences(out, "train.source") == ["Tim is in his room . Ann left . Where is Tim ?", "Ann left . Who ?"]
    assert sentences(out, "train.target") == ["In his room .", ""]
    assert sentences(out, "test.target") == ["<unk>"]
    assert figures["train"]["target"] == {"sentences": 2, "tokens": 4, "types": 4, "out_of_vocabulary_rate": 0.0}
    assert figures["test"]["target"]["out_of_vocabulary_rate"] == 1

    corpus.write("valid.jsonl", train + '{"story": []}\n')
    with pytest.raises(FirthError, match=r"valid\.jsonl: line 3 is not a story"):
        corpus.streams(word_tokens())


ENGLISH, FRENCH = "Mary eats apples.\nTim sleeps.\n", "Marie mange des pommes.\nTim dort.\n"


@pytest.fixture
def translations(tmp_path: Path) -> Corpus:
    splits = ("train", "valid", "test_2016", "test_2017")
    sides = {"source": ENGLISH, "target": FRENCH}
    files = {f"{split}.{side}.txt": text for split in splits for side, text in sides.items()}
    return Corpus(tmp_path, "translation", files)


def test_translation_has_joint_subwords_and_aligned_streams(translations: Corpus) -> None:
    figures = translations.streams(translation_tokens())
    out = translations.out
    for file in (subwords_file, vocabulary_file):
        assert file(out, "source").read_bytes() == file(out, "target").read_bytes()
    subwords, vocabulary = Subwords.load(subwords_file(out, "source")), Vocabulary.load(vocabulary_file(out, "source"))
    assert vocabulary.tokens == subwords.readable
    source, target = TokenStream.load(out, "test_2017.source"), TokenStream.load(out, "test_2017.target")
    assert [subwords.decode(target.sentence(position)) for position in (0, 1)] == FRENCH.splitlines()
    counts = np.bincount(np.concatenate([source.ids, target.ids]), minlength=len(vocabulary))
    counts[1] = 4  # the sentences
    assert vocabulary.counts.tolist() == counts.tolist()
    assert list(figures) == ["vocabulary_size", "train", "valid", "test_2016", "test_2017"]
    assert figures["train"]["source"]["sentences"] == 2
    assert figures["train"]["source"]["pieces_per_word"] == pytest.approx(len(source.ids) / 7, rel=1e-9)
    assert figures["train"]["source"]["out_of_vocabulary_rate"] == 0

    translations.write("valid.target.txt", "Marie.\n")
    with pytest.raises(FirthError, match="valid has 2 source and 1 target lines"):
        translations.streams(translation_tokens())


def test_sides_may_have_subwords_of_their_own(translations: Corpus) -> None:
    translations.streams(translation_tokens(joint=False))
    out = translations.out
    assert not (out / "vocabulary.tsv").exists()
    for side, text in (("source", ENGLISH), ("target", FRENCH)):
        subwords, vocabulary = Subwords.load(subwords_file(out, side)), Vocabulary.load(vocabulary_file(out, side))
        assert vocabulary.tokens == subwords.readable
        stream = TokenStream.load(out, f"train.{side}")
        assert list(map(subwords.decode, stream.sentences())) == text.splitlines()
        counts = np.bincount(stream.ids, minlength=len(vocabulary))
        counts[1] = 2
        assert vocabulary.counts.tolist() == counts.tolist()
        assert decoder(out, side)(stream.sentence(0).tolist()) == text.splitlines()[0]


@pytest.mark.parametrize("joint", [True, False])
def test_translation_may_be_of_words(translations: Corpus, joint: bool) -> None:
    translations.write("test_2016.source.txt", "Mary eats pears.\nMarie sleeps.\n")
    figures = translations.streams(translation_tokens(segmentation="words", joint=joint))
    out = translations.out
    unknown = "Marie" if joint else "<unk>"
    assert sentences(out, "test_2016.source") == ["Mary eats <unk> .", f"{unknown} sleeps ."]
    assert sentences(out, "train.target") == ["Marie mange des pommes .", "Tim dort ."]
    vocabularies = [Vocabulary.load(vocabulary_file(out, side)) for side in SIDES]
    assert (vocabularies[0].tokens == vocabularies[1].tokens) == joint
    assert list(figures) == ["vocabulary_size", "train", "valid", "test_2016", "test_2017"]
    assert figures["vocabulary_size"] == (14 if joint else {"source": 9, "target": 10})
    assert (
        decoder(out, "target")(TokenStream.load(out, "valid.target").sentence(0).tolist())
        == FRENCH.split("\n", maxsplit=1)[0]
    )
    assert whole_words(out, "source") == vocabularies[0].tokens
    translations.write("valid.target.txt", "Marie.\n")
    with pytest.raises(FirthError, match="valid has 2 source and 1 target lines"):
        translations.streams(translation_tokens(segmentation="words", joint=joint))


def test_files_and_metrics_are_the_same_for_one_and_for_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"Line {number % 70} of É {number}.\n" for number in range(500))
    outputs = []
    monkeypatch.setattr("firth.text.numbering.text_blocks.__defaults__", (1000,))
    for processes in (1, 2):
        corpus = Corpus(tmp_path / str(processes), "embeddings", {"train.txt": text})
        metrics = corpus.streams(word_tokens(), processes=processes)
        outputs.append((metrics, {path.name: path.read_bytes() for path in corpus.out.iterdir()}))
    assert outputs[0] == outputs[1]


def test_a_text_that_is_missing_or_has_no_words_is_named(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "lm", {**LM, "valid.txt": "\n \n"})
    with pytest.raises(FirthError, match=r"valid has no words.*corpora\.lm"):
        corpus.streams(word_tokens())
    corpus.write("valid.txt", "dog")
    with pytest.raises(FirthError, match=r"tokens\.lm\.min_count = 3: .*occurs 2 times"):
        corpus.streams(word_tokens(min_count=3))
    (corpus.raw / "text" / "test.txt").unlink()
    with pytest.raises(FirthError, match=r"test\.txt: not there yet; build it with `dvc repro download@lm`"):
        corpus.streams(word_tokens())


def test_characters_are_tokens_and_the_space_is_one_of_them(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "lm", {**LM, "test.txt": "Ein Öl."})
    metrics = corpus.streams(word_tokens(segmentation="characters"))
    assert sentences(corpus.out, "train")[0] == "t h e ␣ d o g ␣ s l e e p s ."
    assert sentences(corpus.out, "test") == ["e i <unk> ␣ <unk> l ."]
    assert metrics["test"] == {
        "sentences": 1,
        "tokens": 7,
        "types": 7,
        "out_of_vocabulary_rate": 2 / 7,
        "words": 3,
        "characters": 7,
    }


def test_questions_may_be_of_characters_and_translations_too(tmp_path: Path, translations: Corpus) -> None:
    files = {f"{split}.jsonl": story(["Ann left."], "Who?", "Ann.") for split in ("train", "valid", "test")}
    corpus = Corpus(tmp_path / "qa", "qa", files)
    corpus.streams(word_tokens(segmentation="characters"))
    assert sentences(corpus.out, "test.source") == ["a n n ␣ l e f t . ␣ w h o ?"]
    translations.streams(translation_tokens(segmentation="characters"))
    ids = TokenStream.load(translations.out, "test_2016.target").sentence(0).tolist()
    assert decoder(translations.out, "target")(ids) == "Marie mange des pommes."


def test_subwords_of_a_language_model_stand_in_order_of_frequency_and_leave_nothing_unknown(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "lm", {**LM, "test.txt": "Ein  Öl."})
    metrics = corpus.streams(word_tokens(segmentation="subwords", max_size=300))
    known = TextEncoding.load(corpus.out)
    vocabulary, stream = known.vocabulary, TokenStream.load(corpus.out, "test")
    assert vocabulary.tokens[:2] == ["<unk>", "<eos>"]
    assert "<pad>" not in vocabulary.tokens
    assert vocabulary.counts[1] == 2
    assert (np.diff(vocabulary.counts[2:]) <= 0).all()
    train = TokenStream.load(corpus.out, "train")
    assert np.bincount(train.ids, minlength=len(vocabulary))[2:].tolist() == vocabulary.counts[2:].tolist()
    ((tokens, ids),) = known.encode_lines(["Ein\u00a0Öl."])
    assert stream.sentence(0).tolist() == ids
    assert known.text(tokens, ids) == "ein öl."
    assert (metrics["test"]["words"], metrics["test"]["characters"]) == (3, 7)
    assert metrics["test"]["out_of_vocabulary_rate"] == 0


def test_subwords_of_embeddings_are_those_that_occur_and_rare_pairs_are_not_merged(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, "embeddings", {"train.txt": "ab ab ab cd cd\n"})
    corpus.streams(word_tokens(segmentation="subwords", min_count=3, max_size=300))
    lines = (corpus.out / "vocabulary.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["<unk>\t0", "<eos>\t1", "␣ab\t3"]
    assert sorted(lines[3:]) == ["c\t2", "d\t2", "␣\t2"]


def test_warnings_name_the_side_and_the_key(tmp_path: Path) -> None:
    letters = [chr(0x4E00 + number) for number in range(400)]
    chinese = "".join(f"{''.join(letters[7 * n % 350 : 7 * n % 350 + 3 + n % 40])}。\n" for n in range(300))
    english = "he does n't go , she said .\n" * 300
    files = {
        f"{split}.{side}.txt": text
        for split in ("train", "valid", "test")
        for side, text in (("source", english), ("target", chinese))
    }
    corpus = Corpus(tmp_path, "translation", files)
    settings = translation_tokens(segmentation="words")
    first, second = corpus.make(settings).warnings
    assert first.startswith("tokens.translation.segmentation (target): words are hardly the units")
    assert second.startswith("corpora.translation.tokenized: the text looks tokenized")
    (only,) = corpus.make(settings, tokenized=True).warnings
    assert only.startswith("tokens.translation.segmentation (target)")
