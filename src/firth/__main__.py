"""``python -m firth`` is the command ``firth``."""

from firth.launch import main

main()
