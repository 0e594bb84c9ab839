"""Every test computes with one thread: the threads of several workers of pytest-xdist would wait for each other."""

import gc

from firth.launch import NEW_OBJECTS
from firth.process import fix_threads

fix_threads(1)  # before a test file imports a library that computes
gc.set_threshold(NEW_OBJECTS)  # as in the command
