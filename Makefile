# The commands of the house. Each makes what it needs: a bare machine with Python 3.11 and a package index is enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A file of tests stays together: what it shares is started once.
ON_TWO_CORES := -n 2 --dist loadfile
STORE ?= sqlite
CYCLES ?= 200
EXPRESSIONS ?= 100000
SEED ?= 1

.PHONY: demo test setup setup-dev check fix proto bench crash differential clean

demo: setup ## start the service, load real data, ask, audit, export
	@$(BIN)/tagledger demo

test: setup-dev ## everything that is checked on each change
	@$(BIN)/python -m pytest $(ON_TWO_CORES)

setup: $(VENV)/.installed ## the virtual environment with the `tagledger` command

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tagledger needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $@

check: setup-dev ## all static checks, then the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@cd proto && ../$(BIN)/buf lint
	@$(BIN)/python -m pytest $(ON_TWO_CORES)

fix: setup-dev proto ## repair what can be repaired: generated files, formatting, simple findings
	@$(BIN)/python -m clients.generate_sync
	@$(BIN)/python -m tests.house.limits_table > docs/limits.md
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

proto: setup-dev ## regenerate the stubs beside their sources
	@$(BIN)/python -m grpc_tools.protoc -Iproto --python_out=proto --pyi_out=proto --grpc_python_out=proto proto/tagledger/v1/*.proto

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev,bench]'
	@touch $@

bench: $(VENV)/.installed-bench ## small benchmarks with their peers (about three minutes)
	@$(BIN)/python -m benchmarks all --small

crash: setup-dev ## kill -9 loop: make crash STORE=sqlite|postgresql CYCLES=200 SEED=1
	@$(BIN)/python -m tests.campaigns.crash --store $(STORE) --cycles $(CYCLES) --seed $(SEED)

differential: setup-dev ## oracle against index: make differential EXPRESSIONS=100000 SEED=1
	@$(BIN)/python -m tests.campaigns.differential --expressions $(EXPRESSIONS) --seed $(SEED)

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
