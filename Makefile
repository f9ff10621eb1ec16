# Two commands matter: `make demo` and `make test`. Daily work is the `hub` command (.venv/bin/hub --help).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench faults setup clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "The hub needs Python 3.11 or later; this is %d.%d. Set PYTHON=/path/to/python3.11." % sys.version_info[:2])'
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@$(BIN)/hub demo

# A hub at work keeps two cores busy: nothing runs beside the journeys, all else before on every core.
test: $(READY) check
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not journey"; others=$$?; \
	$(BIN)/python -m pytest -m "journey and not long"; journeys=$$?; exit $$((others | journeys))

check: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m schemas.materialise --check
	@$(BIN)/hub agreements verify
	@$(BIN)/python -m pytest -q tests/test_house.py tests/schemas

bench: $(READY)
	@$(BIN)/python -m tests.bench

faults: $(READY)
	@$(BIN)/python -m pytest -m long
	@$(BIN)/python -m tests.journeys.faults

clean:
	rm -rf $(VENV) .hub
