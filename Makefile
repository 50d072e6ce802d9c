# Every target works from a bare clone with Python 3.11 or newer and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
FUZZ_SECONDS ?= 60
READY := $(VENV)/.ready

.PHONY: setup demo check test cover docs manual schema run bench fuzz clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "policywatch needs Python 3.11 or newer, not " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing policywatch and its tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## the whole job on sample sources, on this machine alone
	@$(BIN)/policywatch demo

run: setup ## the service, in this directory
	@$(BIN)/policywatch run

check: setup ## style, types, layers, configuration
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/policywatch sources check
	$(BIN)/policywatch themes check

test: setup ## every test
	$(BIN)/pytest -n 2

cover: setup ## branch coverage of the pure modules, which must be complete
	$(BIN)/pytest -n 2 tests/unit --cov --cov-branch --cov-report=term-missing --cov-fail-under=100

docs: setup ## check that the documents are true
	$(BIN)/pytest tests/e2e/test_readme.py tests/e2e/test_themes_manual.py tests/unit/test_themes_manual.py \
		tests/e2e/test_sources_manual.py tests/unit/test_schema.py

manual: setup ## write the grammar of today into docs/themes.md
	$(BIN)/python -m tests.manual

schema: setup ## write the shape of sources.yaml of today into sources.schema.json and docs/sources.md
	$(BIN)/python -m tests.schema

fuzz: setup ## mutated documents against all that reads foreign bytes; never part of the tests
	POLICYWATCH_FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m tests.fuzz $(FUZZ)

bench: setup ## measure; never part of the tests
	$(BIN)/python -m bench.rules

clean:
	rm -rf $(VENV) build dist *.egg-info demo-home
