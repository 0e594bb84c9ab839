"""This chapter of the page: encoder–decoders for translation and question answering."""

from firth.report.lecture.block import Chapter

ENCODER_DECODERS = Chapter("sequences", "One sequence in, another out", ())
