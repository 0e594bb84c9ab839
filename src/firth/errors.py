"""Errors for people: one line that says what is wrong, where, and what to do."""


class FirthError(Exception):
    """Something a person can mend; the command line prints it as one line and exits with status 2."""
