# Regulars: `make demo` to see it work, `make check test` as continuous integration runs it.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK_READY := $(VENV)/.ready-spark
SIZE ?= full
# Workers and all the processes that tests start would compile every module anew where the shell keeps none.
KEEPS_COMPILED := PYTHONDONTWRITEBYTECODE=
# A file's tests stay with one worker, so that what they share is made once. One worker more than two cores
# need, since a third of the time is spent waiting for services, browsers and disks; whole companies come first.
WORKERS ?= 3
IN_PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark demo check test test-all mutants lock format clean

help: ## show this list
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## create .venv, install the pinned packages and compile what runs as machine code

# uv is fetched into the environment by pip where the machine has none; pip speaks only of what fails.
$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore uv
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  $$UV pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock && \
	  $$UV pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m training.machine_code
	@touch $@

setup-spark: $(SPARK_READY) ## add the pinned pyspark to .venv, for vectors on Spark; needs Java 17

# pyspark comes as source and takes 456 MB once installed, so it is added on request only.
$(SPARK_READY): requirements-spark.lock $(READY)
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  $$UV pip install --quiet --python $(BIN)/python --require-hashes -r requirements-spark.lock
	@touch $@

demo: setup ## simulate a company, train, score and serve it on 127.0.0.1:3000
	@$(BIN)/regulars demo

check: setup ## style, types, import directions, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q --doctest-modules --ignore serving/ledger/migrations/env.py \
	  features training serving experiments regulars tests/laws/test_documentation.py

test: setup ## the tests that run in minutes
	$(KEEPS_COMPILED) $(BIN)/pytest $(IN_PARALLEL) -m "not slow"

test-all: setup ## every test, the slow proofs too
	$(KEEPS_COMPILED) $(BIN)/pytest $(IN_PARALLEL)

bench-%: setup ## measure one room's claims: bench-world …; SIZE=small for a quick look
	SIZE=$(SIZE) $(BIN)/python -m experiments.bench.$*

mutants: setup ## make mistakes on purpose and see whether the tests notice; SIZE=small for a short sample
	SIZE=$(SIZE) $(BIN)/python -m experiments.mutants $(MUTANTS)

lock: ## resolve the pinned packages anew
	@uv pip compile --quiet --universal --generate-hashes --extra train --extra postgres --extra mcp --group dev --python-version 3.11 \
	  --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"])' | \
	  uv pip compile --quiet --universal --generate-hashes --constraints requirements.lock --python-version 3.11 \
	  --custom-compile-command "make lock" - --output-file requirements-spark.lock

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment and the demo
	rm -rf $(VENV) demo
