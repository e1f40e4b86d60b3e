# Two commands for a fresh clone: `make quickstart` and `make test`.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: quickstart test check fix

$(VENV)/.all $(VENV)/.dev: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e ".[$(patsubst .%,%,$(notdir $@))]"
	touch $@

quickstart: $(VENV)/.all  ## install, then run the quickstart recipe offline
	HF_HUB_OFFLINE=1 $(BIN)/hf-synth run recipes/quickstart --out runs/quickstart

test: $(VENV)/.dev  ## install, then run the tests
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -m "not slow and not real_data"

check: $(VENV)/.dev  ## lint, types, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pydoclint --config pyproject.toml hf_synth

fix: $(VENV)/.dev  ## format, and mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
