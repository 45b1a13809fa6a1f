# Two commands matter: `make lab` to draw, `make test` to check everything.
# Both make their own virtual environment in .venv first; `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PURPOSE ?= lab
DOCS_PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help lab class test test-fast lint format docs docs-serve editions bench protos screenshots environment dev clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: environment ## start the model server and JupyterLab; Ctrl-C stops both
	@$(BIN)/digits-widget lab notebooks

class: environment ## let a class in: pages for the learners in this network, and a wall
	@$(BIN)/digits-widget class --host 0.0.0.0

test: dev ## check everything: style, types, unit, server, notebooks, docs, browser
	@$(MAKE) --no-print-directory lint
	@browser=$$($(BIN)/python tools/find_browser.py) || exit 1; \
	  export DIGITS_BROWSER="$$browser"; failed=0; \
	  PYTHONHASHSEED=0 $(BIN)/python -m pytest -m "not browser" -n 2 --dist loadfile \
	    || failed=1; \
	  $(BIN)/python -m pytest -m browser || failed=1; exit $$failed

test-fast: dev ## only what needs neither TensorFlow nor a browser
	@$(BIN)/python -m pytest -m "not server and not browser"

lint: dev ## style, types, generated files, and the rules of repo-review and zizmor
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python tools/build_protos.py --check
	@$(BIN)/python tools/model_card.py --check
	@$(BIN)/python -m tools.figures --check
	@$(BIN)/repo-review --show err .
	@$(BIN)/zizmor --offline --quiet .github

format: dev ## put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: dev ## build the documentation's site into site/, any warning an error
	@$(BIN)/python -m tools.site.build

docs-serve: docs ## build the site and serve it on this machine; Ctrl-C stops it
	@$(BIN)/python -m tools.site.serve --port $(DOCS_PORT)

editions: dev ## build the course for students, for teachers and as slides into build/editions/
	@$(BIN)/python -m tools.editions

bench: dev ## measure, as ratios against peers in the same run
	@$(BIN)/python -m benchmarks

protos: dev ## rebuild the descriptor set from protos/
	@$(BIN)/python tools/build_protos.py

screenshots: dev ## photograph the widget in both themes into screenshots/, and for the README
	@$(BIN)/python -m tools.screenshots --readme

environment: ## make the virtual environment that `make lab` needs
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.12, or: make PYTHON=/its/path"; \
	  exit 1; }
	@PYTHON="$(filter-out python3,$(PYTHON))" $(PYTHON) tools/setup_venv.py $(VENV) $(PURPOSE)

dev: ## make the one that everything else here needs
	@$(MAKE) --no-print-directory environment PURPOSE=test

clean: ## remove the environment and everything generated
	rm -rf $(VENV) build dist site screenshots .pytest_cache .mypy_cache .ruff_cache
