"""The small encoder–decoders and pairs of the tests of seq2seq."""

from seq2seq.conftest import pairs, settings

__all__ = ["pairs", "settings"]
