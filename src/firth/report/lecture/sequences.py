"""This chapter of the page: encoder–decoders for translation and question answering."""

from firth.report.lecture.answering import ANSWERS
from firth.report.lecture.block import Chapter
from firth.report.lecture.bottleneck import ATTENTION, LENGTH, SIZE
from firth.report.lecture.encoder_cells import GATES, VANISHING
from firth.report.lecture.translation_claims import QUALITY, TRANSLATES
from firth.report.lecture.written_sequences import SEQUENCES

ENCODER_DECODERS = Chapter(
    "sequences",
    "One sequence in, another out",
    (SEQUENCES, TRANSLATES, ANSWERS, LENGTH, SIZE, VANISHING, GATES, ATTENTION, QUALITY),
)
