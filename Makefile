# make run: from a fresh clone to a DuckDB file of clean articles.  Needs Python 3.11 and a package index, nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

# uv trusts the certificates of the system, as pip does (the name of the setting depends on uv's version).
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

# The locks are complete: nothing is resolved at installation (--no-deps), and every file is held to its hash.
ifdef UV
INSTALL = $(UV) pip install --quiet --python $(BIN)/python --no-deps
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
endif

.PHONY: run test fuzz bench peers torture train lint lock clean

run: $(VENV)/.installed
	$(BIN)/copydesk ingest seeds/articles --warehouse data/copydesk.duckdb
	@echo
	@echo "Next:"
	@echo "  $(BIN)/copydesk status"
	@echo "  $(BIN)/copydesk query \"SELECT title, source, published_at FROM articles ORDER BY published_at\""
	@echo "  $(BIN)/copydesk quarantine list"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The tests of properties with examples drawn anew, a thousand where a test names no number: before a change of what reads copy.
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m hypothesis --hypothesis-profile random

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.bench_startup
	$(BIN)/python -m tests.bench.bench_text
	$(BIN)/python -m tests.bench.bench_shapes
	$(BIN)/python -m tests.bench.bench_html
	$(BIN)/python -m tests.bench.bench_pipeline
	$(BIN)/python -m tests.bench.bench_overhead
	$(BIN)/python -m tests.bench.bench_repeats
	$(BIN)/python -m tests.bench.bench_relate
	$(BIN)/python -m tests.bench.bench_report
	$(BIN)/python -m tests.bench.bench_search
	$(BIN)/python -m tests.bench.bench_queries
	$(BIN)/python -m tests.bench.bench_collect
	$(MAKE) peers

# Quality and speed beside every peer, which have an environment of their own; writes docs/benchmark.md; 10 minutes.
peers: $(VENV)/.installed-dev build/peers/.installed
	$(BIN)/python -m tests.bench.bench_quality

build/peers/.installed: tests/bench/peers.txt
	$(PYTHON) -m venv --clear build/peers
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip==26.3
	build/peers/bin/python -m pip install --quiet -r $<
	@touch $@

# Ingests killed at 30 random moments and run again; 25 minutes.  The reader looks at a load of 3,000 documents.
torture: $(VENV)/.installed-dev
	$(BIN)/python -m tests.torture --rounds 30
	$(BIN)/python -m tests.torture.reader
	COPYDESK_KILLS=20 $(BIN)/python -m pytest tests/test_collect_crash.py

# The labeller, from labelled pages (docs/train.md).
PAGES ?= ../shared/eval
FOLDS := build/folds
train: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check catboost==1.2.10 scikit-learn==1.9.1
	$(BIN)/python -m tests.training.train --pages $(PAGES) --folds $(FOLDS)
	$(BIN)/python -m tests.training.scores $(FOLDS) --pages $(PAGES)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

# The local indexes of a machine stay out of the locks.
LOCK = $(or $(UV),$(BIN)/uv) pip compile pyproject.toml --quiet --generate-hashes --universal --python-version 3.11 \
       --no-config --no-annotate --no-header --no-emit-index-url --no-emit-find-links
lock: $(VENV)/.installed
	$(if $(UV),,$(BIN)/python -m pip install --quiet uv)
	$(LOCK) --output-file requirements.lock > /dev/null
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock > /dev/null

clean:
	rm -rf $(VENV) data build .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing (about a minute)"
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
