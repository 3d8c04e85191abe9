# Two commands matter: `make run` and `make test`. Each does all the set-up it needs.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SHARED ?= ../shared

.PHONY: run test check bench lock messages clean

run: $(VENV)/.runtime
	@exec $(PY) manage.py run

test: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(PY) -m pytest

bench: $(VENV)/.dev
	$(PY) -m tests.benchmarks $(SHARED)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "PressReview needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what PressReview needs (first time only)…"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements-dev.txt
	@touch $@

# Needs uv; writes both lock files from pyproject.toml.
lock:
	uv pip compile --quiet --no-emit-index-url --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	uv pip compile --quiet --no-emit-index-url --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt

messages: $(VENV)/.dev
	$(PY) manage.py messages

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
