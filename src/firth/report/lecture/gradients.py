"""This chapter of the page: backpropagation through time, vanishing and exploding gradients, and gates."""

from firth.report.lecture.block import Chapter

GRADIENTS = Chapter("gradients", "Gradients in time", ())
