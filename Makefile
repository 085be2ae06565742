# Everything sets itself up in a fresh clone; Python 3.11 or newer, git and make are all it takes.
#
#   make demo    the main job: New York's flights on pandas, Polars and Spark, side by side
#   make test    all checks and tests, on Spark 3.5 with pandas 2 and on the newest of everything
#   make check   the fast part: style, types, import rules, and the tests that need no Spark
#   make conformance   200 random settings of learning on all engines and both Spark lines
#   make docs    write the references of functions and operations from the code
#   make benchmark   the skeleton at 5 million rows, beside code written by hand
#   make clean   remove what the others made (runs/ and data/ stay)
#   make help    this page

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check conformance docs benchmark clean

# the first Python that is new enough; PYTHON=... chooses another one
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PYTEST_ARGS ?=
# three processes share the test files, the longest first: two wait for Spark a quarter of their time
SHARED = -n 3 --dist loadfile --no-loadscope-reorder --durations=25
PIP = -m pip install --quiet --disable-pip-version-check
NEWEST = .venv-newest
SPARK35 = .venv-spark35

help:
	@sed -n 's/^#   \(make\)/\1/p' Makefile

demo: .venv/ready data/flights
	@.venv/bin/crossover run conf/flights.yaml --engine all
	@echo
	@echo "Now with your own data:"
	@echo "  cp conf/flights.yaml conf/mine.yaml           # then say what your files and columns are"
	@echo "  .venv/bin/crossover check conf/mine.yaml      # every mistake at once, without reading data"
	@echo "  .venv/bin/crossover run conf/mine.yaml --engine all"

data/flights: .venv/ready
	@.venv/bin/crossover example flights
	@touch data/flights

test: $(NEWEST)/ready $(SPARK35)/ready
	@failed=""; \
	for tool in $(STATIC); do echo "== $$tool"; $(MAKE) --no-print-directory $$tool || failed="$$failed $$tool"; done; \
	for venv in $(SPARK35) $(NEWEST); do \
		echo "== pytest in $$venv"; \
		CI=true $$venv/bin/python -m pytest $(SHARED) -m "$$(test $$venv = $(NEWEST) || echo 'not once')" $(PYTEST_ARGS) \
			|| failed="$$failed pytest($$venv)"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

check: $(NEWEST)/ready
	@$(MAKE) --no-print-directory $(STATIC)
	@$(NEWEST)/bin/python -m pytest $(SHARED) --engines pandas,polars -m "not slow" $(PYTEST_ARGS)

conformance: $(NEWEST)/ready $(SPARK35)/ready
	@failed=""; \
	for venv in $(SPARK35) $(NEWEST); do \
		echo "== 200 settings in $$venv"; \
		CI=true CROSSOVER_SETTINGS=200 $$venv/bin/python -m pytest tests/learning/conformance $(PYTEST_ARGS) || failed="$$failed $$venv"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

STATIC = ruff mypy import-rules
.PHONY: $(STATIC)
ruff:
	@$(NEWEST)/bin/ruff check .
mypy:
	@$(NEWEST)/bin/mypy
import-rules:
	@$(NEWEST)/bin/lint-imports

# Spark is left out where it cannot be installed; the demo then says what it needs
.venv/ready: pyproject.toml
	@$(call new_venv,.venv)
	@echo "installing Crossover into .venv ..."
	@.venv/bin/python $(PIP) -e '.[polars,spark,java,report,examples]' \
		|| { echo "Spark could not be installed (the extras spark and java); going on with pandas and Polars" >&2; \
		     .venv/bin/python $(PIP) -e '.[polars,report,examples]'; }
	@touch $@

$(NEWEST)/ready: pyproject.toml
	@$(call new_venv,$(NEWEST))
	@echo "installing the newest of everything into $(NEWEST) ..."
	@$(NEWEST)/bin/python $(PIP) --upgrade -e '.[polars,spark,java,examples,dev,browser]'
	@$(NEWEST)/bin/crossover engines --prepare-spark
	@touch $@

$(SPARK35)/ready: pyproject.toml
	@$(call new_venv,$(SPARK35))
	@echo "installing Spark 3.5 with pandas 2 into $(SPARK35) ..."
	@$(SPARK35)/bin/python $(PIP) --upgrade -e '.[polars,spark35,java,examples,dev]'
	@$(SPARK35)/bin/crossover engines --prepare-spark
	@touch $@

define new_venv
test -n "$(PYTHON)" || { echo "Crossover needs Python 3.11 or newer; found none (PYTHON=... names one)" >&2; exit 1; }; \
test -x $(1)/bin/python || "$(PYTHON)" -m venv $(1) || { rm -rf $(1); false; } \
	|| { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
$(1)/bin/python $(PIP) --upgrade pip
endef

docs: $(NEWEST)/ready
	@$(NEWEST)/bin/python docs/generate_reference.py

benchmark: $(NEWEST)/ready
	@$(NEWEST)/bin/python -m benchmarks.skeleton.run

clean:
	rm -rf .venv $(NEWEST) $(SPARK35) build pipeline/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache spark-warehouse metastore_db derby.log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
