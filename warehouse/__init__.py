"""DuckDB: the only place that opens it, and the landing folder beside it."""
