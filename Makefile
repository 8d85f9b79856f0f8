# bowlby: `make demo` and `make test` are all a newcomer needs. Each installs what it uses into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP_FLAGS := -qq --disable-pip-version-check

.PHONY: demo test test-all proofs bench lint docs clean

demo: .venv/.run
	$(BIN)/bowlby demo

test: .venv/.test lint
	$(BIN)/python -m pytest -m "not slow and not proof" -n 2

test-all: .venv/.test lint
	$(BIN)/python -m pytest -m "not proof" -n 2

proofs: .venv/.test
	$(BIN)/python -m pytest -m proof

bench: .venv/.bench
	$(BIN)/python -m bench

lint: .venv/.test
	$(BIN)/ruff check src tests bench docs examples
	$(BIN)/ruff format --check src tests bench docs examples
	$(BIN)/basedpyright

docs: .venv/.test
	$(BIN)/python -m docs.build

clean:
	rm -rf .venv .cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("bowlby needs Python 3.11 or newer: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python locks/run.txt pyproject.toml
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/run.txt
	$(BIN)/pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	touch $@

.venv/.test: .venv/.run locks/test.txt
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/test.txt
	touch $@

.venv/.bench: .venv/.test locks/bench.txt
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/bench.txt
	touch $@
