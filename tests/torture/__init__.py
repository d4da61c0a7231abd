"""Runs that are killed anywhere, and readers that never see half a batch; `python -m tests.torture --help`."""
