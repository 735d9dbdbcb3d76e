# diembao: one command for each task. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test bench lint lock setup setup-dev up bundle clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## set up, then read the press and serve the pages (with no desk configured: the sample, offline)
	$(BIN)/diembao run

# The program is started hundreds of times: compiled once, whatever the environment says of bytecode.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup-dev ## set up, then run every test; a missing part (browser, ...) is a printed skip
	$(BIN)/python -m pytest -n auto --dist loadfile

bench: setup-dev ## measure speed and memory; fails below bench/bounds.json
	$(BIN)/python -m bench

lint: setup-dev ## ruff and mypy
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pip.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.pip requirements/run.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

lock: setup-dev ## pin what pyproject.toml asks for; what is pinned stays (`make lock UPGRADE=--upgrade`: the newest)
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile $(UPGRADE) --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --no-header -o requirements/run.lock pyproject.toml
	$(BIN)/pip-compile $(UPGRADE) --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --no-header --extra dev -c requirements/run.lock -o requirements/dev.lock pyproject.toml

up: ## start the containers: PROFILE=small (default) or full
	PROFILE=$(or $(PROFILE),small) deploy/prepare
	docker compose --profile $(or $(PROFILE),small) up --detach --wait

bundle: setup ## a folder for machines without a network: the project and every wheel (build/bundle)
	sh deploy/bundle $(BIN)/python build/bundle

clean: ## remove the environment and what was built (never the record in var/)
	rm -rf $(VENV) build *.egg-info
