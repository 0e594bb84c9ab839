"""Firth: unsupervised language learning from raw text, as one reproducible pipeline."""
