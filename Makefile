# make run   sets everything up and takes the sandbox company to published numbers
# make test  sets everything up and runs every test
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9

.PHONY: help setup run test lint format lock docs clean

help:
	@echo "make run     set up, then refresh the warehouse from what revops.toml switches on (default: the sandbox company)"
	@echo "make test    set up, then run every test"
	@echo "make lint    ruff, mypy, sqlfluff"
	@echo "make format  let ruff and sqlfluff rewrite"
	@echo "make lock    resolve pyproject.toml into requirements.lock anew"
	@echo "make docs    regenerate docs/contract.md and the semantic models from the models' YAML"
	@echo "make clean   remove the environment; the warehouse stays"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it or say PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(UV)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup
	$(BIN)/revops refresh

test: setup
	$(BIN)/python -m pytest -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 dbt_project/models dbt_project/tests

lock: setup
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip compile pyproject.toml --group dev --group clients --universal --python-version 3.11 \
		--only-binary :all: --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
		--output-file requirements.lock

docs: setup
	$(BIN)/python -m orchestration.contract_docs
	$(BIN)/python -m orchestration.semantic_models

clean:
	rm -rf $(VENV)
