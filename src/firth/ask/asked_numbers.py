"""Numbers that a question gives, where no command line has checked them."""

from firth.errors import FirthError


def verify_at_least(least: float, **numbers: float) -> None:
    """Refuse numbers below a limit; they are given by their names.

    Raises
    ------
    FirthError
        The error names the number.
    """
    for name, number in numbers.items():
        if not number >= least:  # NaN too
            raise FirthError(f"{name} = {number}: give {least:g} or more")
