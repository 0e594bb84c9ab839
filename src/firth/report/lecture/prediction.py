"""This chapter of the page: a neural language model’s vectors, skip-gram, and word vectors as input."""

from firth.report.lecture.block import Chapter

PREDICTION = Chapter("prediction", "Vectors learned by prediction", ())
