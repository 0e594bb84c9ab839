"""This chapter of the page: one-hot vectors, co-occurrence counts, cosine, and SVD."""

from firth.report.lecture.block import Chapter

WORDS = Chapter("words", "Words by the company they keep", ())
