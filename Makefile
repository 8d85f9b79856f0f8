# bowlby: `make demo` and `make test` are all a newcomer needs. Each installs what it uses into .venv.
PYTHON ?= python3
BIN := .venv/bin
# The locks name every package, so nothing is left to resolve; Python compiles a module when it is first imported.
PIP_FLAGS := -qq --disable-pip-version-check --no-deps --no-compile
# Where that is switched off, each of the tests' processes, more than a hundred, would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo shipped posterior test test-all run-test run-test-all test-cost test-pythons test-lowest test-newest audit proofs bench lint docs examples clean

# Folders of tests, to run a part: make test-pythons PARTS="tests/records tests/cli"
PARTS :=

# Two workers; tests of one file stay together, so that what they share is made once.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

demo: .venv/.run
	$(BIN)/bowlby demo

# Lint and types, one process, run beside the first tests.
test test-all: .venv/.test
	@$(MAKE) --no-print-directory -j 2 lint run-$@

run-test run-test-all:
	$(BIN)/python -m pytest -m "$(if $(filter %-all,$@),not proof,not slow and not proof)" $(SPREAD) $(PARTS)

# Processor seconds by folder, file and test, and how much of them is compiling: make test-cost PARTS="tests/evidence"
test-cost: .venv/.test
	$(BIN)/python -m pytest -m "not slow and not proof" -p checks.cost $(SPREAD) $(PARTS)

# The suite on each Python from 3.11 to 3.13 that is found; one that is not is skipped, and the table says so.
test-pythons:
	$(PYTHON) -m checks.pythons $(PARTS)

# The quick core on the lowest and on the newest version of each dependency that pyproject.toml allows.
test-lowest test-newest: test-%:
	$(PYTHON) -m checks.bounds $* $(PARTS)

# What is imported is declared and the other way round; hashes in the locks; licences. Writes docs/dependencies.md.
audit: .venv/.test
	$(BIN)/python -m checks.audit

proofs: .venv/.test
	$(BIN)/python -m pytest -m proof

bench: .venv/.bench
	$(BIN)/python -m bench

lint: .venv/.test
	$(BIN)/ruff check src tests bench docs examples checks tools
	$(BIN)/ruff format --check src tests bench docs examples checks tools
	$(BIN)/basedpyright

# Everything that is shipped and depends on the model, made anew where the model has changed.
shipped: .venv/.test
	$(BIN)/python -m tools.shipped

# The posterior of care: records, networks, weights and card; an interrupted run goes on where it stopped.
posterior: .venv/.test
	$(BIN)/python -m tools.posterior

# The example records, simulated anew; the same line stands in examples/records/README.md.
examples: .venv/.run
	$(BIN)/bowlby simulate --population low-risk --age 12mo --minutes 20 --seed 7 --coder-error missed=.1,false=.05,jitter=.3 --record src/bowlby/examples/play.csv --force
	$(BIN)/bowlby simulate --population low-risk --age 12mo --minutes 20 --seed 7 --coders 2 --coder-error missed=.1,false=.05,jitter=.3 --record src/bowlby/examples/coder.csv --force
	mv src/bowlby/examples/coder.csv src/bowlby/examples/coder-a.csv

docs: .venv/.test
	$(BIN)/python -m docs.build

clean:
	rm -rf .venv .cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("bowlby needs Python 3.11 or newer: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python locks/run.txt pyproject.toml
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/run.txt
	$(BIN)/pip install $(PIP_FLAGS) --no-build-isolation -e .
	touch $@

.venv/.test: .venv/.run locks/test.txt
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/test.txt
	touch $@

.venv/.bench: .venv/.test locks/bench.txt
	$(BIN)/pip install $(PIP_FLAGS) --require-hashes -r locks/bench.txt
	touch $@
