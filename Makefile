# Every target sets up what it needs in .venv; nothing else has to be installed but Python 3.11+, git and make.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

.DEFAULT_GOAL := help
.PHONY: help repro studies seeds results verify test test-kill test-rebuild test-sharing lint clean

help:  ## Say what the targets do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

repro: .venv/installed  ## Build what is out of date, from raw text to reports/index.html; JOBS=N runs N stages at once
	firth repro $(if $(JOBS),--jobs $(JOBS))
	firth summary

studies: .venv/installed  ## Run the comparisons of many trainings (studies/dvc.yaml) and show them in the report
	cd studies && firth repro $(if $(JOBS),--jobs $(JOBS))
	firth repro report

seeds: .venv/installed  ## Repeat all trainings with other random numbers and write how far the results spread; COUNT=N
	firth seeds $(if $(COUNT),--count $(COUNT))

results: .venv/installed  ## Write docs/results.md, studies.md, report.md and pictures from the metrics of named commits
	firth results

verify: .venv/installed  ## Build the last commit anew in a temporary clone, without caches, and compare the results
	firth verify --rebuild $(if $(JOBS),--jobs $(JOBS))

test: .venv/installed  ## Run the tests
	pytest -n 2 --dist loadfile --no-loadscope-reorder

test-rebuild: .venv/installed  ## Build the small experiment of the tests twice, the second time with other threads
	pytest -m rebuild tests/pipeline/test_pipeline.py

test-sharing: .venv/sharing  ## Run the tests of remotes (folder, SSH, S3, HTTP) and shared caches
	pytest -m '' tests/pipeline/test_sharing.py

test-kill: .venv/installed  ## Run the tests that kill builds and trainings at some two hundred points, or fill their disk
	pytest -m '' tests/pipeline/test_kills.py

lint: .venv/installed  ## Check style and types
	ruff check
	ruff format --check
	mypy

clean:  ## Remove working files: the environment, checkpoints and logs (not downloads, data, models or the DVC cache)
	rm -rf .venv checkpoints logs build .mypy_cache .pytest_cache .ruff_cache

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Firth needs Python 3.11 or newer (make PYTHON=python3.12 …)")'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[development]'
	touch $@

.venv/sharing: .venv/installed
	python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[sharing]'
	touch $@
