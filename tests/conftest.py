"""Every test computes with one thread: the threads of several workers of pytest-xdist would wait for each other."""

from firth.process import fix_threads

fix_threads(1)  # before a test file imports a library that computes
