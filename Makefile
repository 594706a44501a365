# The project's commands. Needs make and Python 3.11 or newer; everything else goes into .venv.
# Works with the make of macOS (3.81) and Linux. `make help` lists the targets.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
UV := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
# Two workers share two cores; a BLAS that starts threads of its own makes both slower.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check format lock bench soak venv install install-test clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: install ## install what is needed, prepare database, model and catalogue, serve
	@exec $(VENV)/bin/recommender serve

test: install-test ## everything needed to test, then all tests
	@$(PYTEST) -n 2

test-fast: install-test ## the tests that need neither browser nor database server nor minutes
	@$(PYTEST) -n 2 -m "not browser and not postgres and not slow and not commands"

check: install-test ## format, lint, types, house rules, drift of generated documents
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(PYTEST) -q -m "not commands" tests/test_house_rules.py $(wildcard tests/test_docs.py)

format: install-test ## put the code into the house format
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

lock: install-test ## write requirements/*.lock anew from pyproject.toml and requirements/*.in
	@$(UV) pyproject.toml requirements/run.in -o requirements/run.lock
	@$(UV) pyproject.toml requirements/run.in requirements/test.in -c requirements/run.lock -o requirements/test.lock
	@$(UV) requirements/fast.in -c requirements/run.lock -o requirements/fast.lock

bench: export FACTS_DIR := $(or $(FACTS_DIR),$(abspath $(wildcard ../shared/catalog-facts)))
bench: export CHOICE_DATA_DIR := $(or $(CHOICE_DATA_DIR),$(abspath $(wildcard ../shared/choice-data)))
bench: install-test ## every benchmark in bench/, one after the other
	@set -e; for file in $(filter-out bench/__init__.py bench/machine.py,$(wildcard bench/*.py)); do \
		name=$$(basename "$$file" .py); echo "== bench.$$name"; $(PY) -m "bench.$$name"; done

soak: install-test ## the property and fault tests with heavy counts (an hour or more)
	@HYPOTHESIS_PROFILE=soak $(PYTEST) -n 2 --timeout=0 -m "not browser and not commands"

clean: ## remove the environment and caches; state in var/ stays
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# ------------------------------------------------------------------------------------------- environment
# .venv is made anew when its python is gone or too old, or when the folder was moved (its scripts hold the path);
# one that was made by hand is taken as it is.
venv:
	@place=$$(cat $(VENV)/.place 2>/dev/null || pwd -P); \
	if [ "$$place" = "$$(pwd -P)" ] && \
	  $(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	found=; old=; bare=; \
	for name in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  "$$name" -c '' 2>/dev/null || continue; \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old=$$name; continue; }; \
	  "$$name" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$name; continue; }; \
	  found=$$name; break; \
	done; \
	if [ -z "$$found" ]; then \
	  if [ "$$(uname)" = Darwin ]; then remedy='brew install python@3.12'; \
	  elif [ -n "$$bare" ]; then \
	    remedy="apt install python3-venv (or $$("$$bare" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'))"; \
	  elif [ -n "$$old" ]; then remedy='apt install python3.11 python3.11-venv'; \
	  else remedy='apt install python3 python3-venv'; fi; \
	  if [ -n "$$bare" ]; then echo "$$bare cannot make a virtual environment. Install: $$remedy" >&2; \
	  elif [ -n "$$old" ]; then echo "$$old is $$("$$old" -V 2>&1), 3.11 or newer is needed. Install: $$remedy" >&2; \
	  else echo "Python 3.11 or newer is needed. Install: $$remedy" >&2; fi; \
	  exit 2; \
	fi; \
	"$$found" -m venv --clear $(VENV) && pwd -P > $(VENV)/.place

# A stamp holds the checksum of what was installed, so a second start installs nothing.
install: venv
	@key=$$(cat requirements/run.lock pyproject.toml | cksum); \
	[ "$$(cat $(VENV)/.run 2>/dev/null)" = "$$key" ] && exit 0; \
	echo "Installing what is needed to run (once, a minute or two) ..." && \
	$(PIP) -r requirements/run.lock && \
	PYTHONWARNINGS=ignore $(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e . && \
	echo "$$key" > $(VENV)/.run

install-test: install
	@key=$$(cksum < requirements/test.lock); \
	[ "$$(cat $(VENV)/.test 2>/dev/null)" = "$$key" ] && exit 0; \
	echo "Installing what is needed to test (once, a minute or two) ..." && \
	$(PIP) -r requirements/test.lock && \
	echo "$$key" > $(VENV)/.test
