"""The catalog has an entry for every name that params.yaml may hold, each with a public address and a checksum."""

import re
from typing import get_args

from firth.corpora.catalog import CORPORA, GOLD_SETS
from firth.params.corpora_params import NamedQuestions, NamedText, NamedTranslation
from firth.params.evaluation_params import GoldSet


def test_every_name_of_the_params_is_in_the_catalog() -> None:
    names = {
        name
        for section in (NamedText, NamedTranslation, NamedQuestions)
        for name in get_args(section.model_fields["source"].annotation)
    }
    assert names - {"world"} == set(CORPORA)
    assert set(get_args(GoldSet)) == set(GOLD_SETS)


def test_every_file_has_a_public_address_and_a_whole_checksum() -> None:
    remotes = [remote for corpus in CORPORA.values() for remote in corpus.files.values()]
    remotes += [gold.file for gold in GOLD_SETS.values()]
    for remote in remotes:
        assert re.fullmatch(r"https?://[\w.]+/\S+", remote.address)
        assert re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", remote.checksum)
    assert len({remote.address for remote in remotes}) == len({remote.checksum for remote in remotes}) == len(remotes)


def test_babi_and_multi30k_are_complete() -> None:
    numbers = sorted(name.partition("_")[0] for name in CORPORA["babi"].files)
    assert numbers == sorted([f"qa{task}" for task in range(1, 21)] * 2)
    languages = {name.partition(".")[0]: set[str]() for name in CORPORA["multi30k"].files}
    for name in CORPORA["multi30k"].files:
        languages[name.partition(".")[0]].add(name.partition(".")[2])
    everywhere = {"en", "de", "fr", "cs"}
    assert languages == {
        "train": everywhere,
        "val": everywhere,
        "test_2016_flickr": everywhere,
        "test_2017_flickr": everywhere - {"cs"},
        "test_2017_mscoco": everywhere - {"cs"},
        "test_2018_flickr": everywhere,
    }


def test_every_corpus_and_gold_set_names_its_license_and_citation() -> None:
    origins = [(corpus.license, corpus.citation) for corpus in CORPORA.values()]
    origins += [(gold.license, gold.citation) for gold in GOLD_SETS.values()]
    for license_, citation in origins:
        assert license_
        assert re.search(r"\b(19|20)\d\d\b", citation)
