# Every target does its own set-up. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
TICKS  ?= 0
FUZZ_SECONDS ?= 3600
SOAK_SECONDS ?= 1800
LANES  ?= 3

# Many tests start programs, and each would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports bench bench-check fairness matrix soak fuzz pictures clean

help:  ## List what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Cellblock needs Python 3.11 or newer; say which: make PYTHON=python3.12 …" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "the venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up $(VENV); this takes half a minute the first time."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[data,dev]'
	@touch $@

run: $(STAMP)  ## Start the service with three example workers and show their log (Ctrl-C ends it; TICKS=30 after 30 s)
	@$(BIN)/python examples/run_service.py build --seconds $(TICKS)

test: $(STAMP)  ## Run the tests, LANES=3 files at once (as root they also run the unprivileged half)
	$(BIN)/python -m pytest $(or $(ARGS),-n $(LANES) --dist loadfile --no-loadscope-reorder)

lint: $(STAMP)  ## Ruff, all rules, and the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## Mypy, strict
	$(BIN)/mypy

imports: $(STAMP)  ## Which room may import which
	$(BIN)/lint-imports --no-cache

check: lint types imports bench-check test  ## Everything that CI runs: lint, types, import contracts, speed, tests

bench: $(STAMP)  ## Measure beside the peers and write docs/benchmarks.md (a quarter of an hour; BENCH='--only density')
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[peers]' || \
	  echo "not all peers can be installed here; the tables say which are missing" >&2
	@$(BIN)/python bench/suite.py $(BENCH)

bench-check: $(STAMP)  ## Compare a minute's measurements with the baseline; a ratio a quarter worse fails
	@$(BIN)/python bench/regression.py $(BENCH)

fairness: $(STAMP)  ## Measure what a hostile neighbour costs
	@$(BIN)/python bench/fairness.py --seconds 8

soak: $(STAMP)  ## See that 100,000 ticks leave no memory behind, then kill a service's processes at random for half an hour (SOAK_SECONDS=1800)
	PYTHONPATH=tests $(BIN)/python -m journeys.long_run
	PYTHONPATH=tests $(BIN)/python -m journeys.soak --seconds $(SOAK_SECONDS)

matrix: $(STAMP)  ## Run every hostile program in both columns and every system call, and write both tables to docs/
	PYTHONPATH=tests $(BIN)/python -m hostile.matrix --quiet --write docs/defence-matrix.md
	PYTHONPATH=tests $(BIN)/python -m jail.long_sweep docs/system-calls.md

pictures: $(STAMP)  ## Take the pictures of the dashboard in docs/images anew
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	PYTHONPATH=tests $(BIN)/python -m dashboard.pictures

fuzz: $(STAMP)  ## Feed hostile bytes to the host's side of the wire (FUZZ_SECONDS=3600)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary atheris \
	  -c constraints.txt -e '.[fuzz]' || \
	  { echo "there is no build of atheris for this Python; 3.11 to 3.13 on x86_64 have one:" \
	    "make PYTHON=python3.13 VENV=.venv-fuzz fuzz" >&2; exit 2; }
	@$(BIN)/python fuzz/frames.py --seconds $(FUZZ_SECONDS)

clean:  ## Remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
