"""The chapters of the page, in the order of the lecture."""

from firth.report.lecture.block import Chapter
from firth.report.lecture.gradient_claims import GRADIENTS
from firth.report.lecture.language_model_claims import LANGUAGE_MODELS
from firth.report.lecture.prediction import PREDICTION
from firth.report.lecture.recurrence import RECURRENCE
from firth.report.lecture.sequences import ENCODER_DECODERS
from firth.report.lecture.words import WORDS

CHAPTERS: tuple[Chapter, ...] = (WORDS, PREDICTION, LANGUAGE_MODELS, RECURRENCE, GRADIENTS, ENCODER_DECODERS)
