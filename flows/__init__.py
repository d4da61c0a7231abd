"""Steps put in order: the command line and the flows; the only place that knows the whole way."""
