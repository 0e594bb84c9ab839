"""The lecture, claim by claim, with what this run has to say about each."""
