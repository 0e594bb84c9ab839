"""This chapter of the page: recurrent networks and their long dependencies."""

from firth.report.lecture.block import Chapter

RECURRENCE = Chapter("recurrence", "Recurrent networks", ())
