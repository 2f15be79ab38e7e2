# `make run` shows the house, `make test` checks it. Python 3.11 or newer is all they need to begin.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ENGLISH := bourse/translations/en/LC_MESSAGES/messages
INSTALL := $(PY) -m uv pip install --quiet --compile-bytecode --python $(PY)

.PHONY: run test requirements words clean

run: $(VENV)/for-running
	@exec $(PY) -m bourse.develop

test: $(VENV)/for-testing
	$(PY) -m tests.ladders
	$(PY) -m ruff check
	$(PY) -m mypy
	$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal

# Writes the newest versions that the .in files allow, each with its hashes.
requirements: $(VENV)/for-installing
	for name in requirements-install requirements requirements-test; do \
	  $(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url $$name.in -o $$name.txt >/dev/null || exit 1; \
	done

# Brings the English catalogue up to date with what code and templates say, and compiles it.
words: $(VENV)/for-running
	mkdir -p .cache
	$(VENV)/bin/pybabel -q extract -F babel.cfg --project bourse --version 1 --sort-output -k _n:1,2 -k _l -o .cache/messages.pot .
	$(VENV)/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap \
	  -i .cache/messages.pot -l en -o $(ENGLISH).po
	$(VENV)/bin/pybabel -q compile -i $(ENGLISH).po -o $(ENGLISH).mo

clean:
	rm -rf $(VENV) .cache build dist *.egg-info

$(VENV)/for-installing: requirements-install.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements-install.txt
	@touch $@

$(VENV)/for-running: $(VENV)/for-installing requirements.txt setup.cfg
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/for-testing: $(VENV)/for-running requirements-test.txt
	$(INSTALL) --require-hashes -r requirements-test.txt
	@touch $@
