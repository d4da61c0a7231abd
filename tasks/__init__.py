"""One step a file: plain functions over frozen dataclasses."""
