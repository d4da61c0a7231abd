"""Nouns: what goes through the pipeline, and the words for what becomes of it."""
