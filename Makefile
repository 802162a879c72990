# One command on a fresh machine: `make demo` or `make test`. Needs Python 3.11+; uses uv if present.
.DEFAULT_GOAL := help
VENV ?= .venv
BIN  := $(VENV)/bin
UV   := $(shell command -v uv 2>/dev/null)
# The extras that the container brings; networks, with gigabytes of PyTorch, are for whoever wants them.
IMAGE := build cluster codecs dicom-seg fetch register web
LOCK  := $(UV) pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
  --quiet pyproject.toml
# The first interpreter that really runs (version-manager shims may not) and can make an environment.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && { echo $$p; break; }; done)

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
ifdef UV
	@$(UV) venv --quiet --python '>=3.11' $(VENV)
else
	@test -n "$(PYTHON)" || { echo "Python 3.11+ with venv is needed (Debian: apt install python3-venv);" \
	  "or install uv, which brings its own."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
endif

# A stamp per lock: reinstalled only when the lock or the package's own metadata change. Everything
# that is installed is locked with its hash, the build backend too; the locks are complete.
$(VENV)/.stamp-%: locks/%.txt pyproject.toml | $(BIN)/python
ifdef UV
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $<
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@$(BIN)/python -m breastdce.run.compile_kernels # about a minute, once
	@touch $@

# PyTorch's build for the CPU where one can be found, else the build of the registry with CUDA (3 GB).
$(VENV)/.stamp-dev: $(VENV)/.stamp-torch
$(VENV)/.stamp-torch: locks/torch-cpu.txt locks/torch.txt | $(BIN)/python
ifdef UV
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes --torch-backend cpu -r $< \
	  || $(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r locks/torch.txt
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $< \
	  || $(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r locks/torch.txt
endif
	@touch $@

demo: $(VENV)/.stamp-build ## phantom cohort from DICOM to report, no download of data
	@$(BIN)/breastdce demo
test: $(VENV)/.stamp-dev ## all tests that need no GPU and no network
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not gpu and not network" $(ARGS)
test-fast: $(VENV)/.stamp-dev ## without slow tests and real data
	@$(BIN)/python -m pytest -n auto -m "not slow and not data and not gpu and not network" $(ARGS)
coverage: $(VENV)/.stamp-dev ## branches that the tests take; core, run and store must be whole
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --dist loadgroup -m "not gpu and not network" $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@$(BIN)/coverage json --quiet -o - | $(BIN)/python tools/branches.py
lint: $(VENV)/.stamp-dev ## format, rules, types, floors
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
docs: $(VENV)/.stamp-docs ## the documentation as HTML; a warning is an error
	@$(BIN)/python -m sphinx -n -W -E --keep-going -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html
viewer: $(VENV)/.stamp-build ## NiiVue for the optional 3D panel of the review (needs npm)
	@$(BIN)/python tools/niivue.py
audit: | $(BIN)/python ## known vulnerabilities of what is locked (asks OSV)
	@$(BIN)/python tools/audit.py $(ARGS)
licenses: $(VENV)/.stamp-dev ## docs/licenses.md from what is locked
	@$(BIN)/python tools/licenses.py
wheel: $(VENV)/.stamp-build ## wheel and source archive, into dist/
	@$(BIN)/python -m hatchling build -d dist
lock: ## renew the locks (needs uv)
	@sed 's/+cpu.*//;/^ /d' locks/torch-cpu.txt > $(VENV)/torch-pin.txt
	@$(LOCK) -c $(VENV)/torch-pin.txt --extra dev -o locks/dev.txt
	@$(LOCK) -c locks/dev.txt --extra build -o locks/build.txt
	@$(LOCK) -c locks/dev.txt --extra docs -o locks/docs.txt
	@$(LOCK) -c locks/dev.txt $(IMAGE:%=--extra %) -o locks/image.txt
	@awk '/^[a-z]/ { f = /^(torch|triton|nvidia-|cuda-)/ ? "torch" : "dev" } { print > ("locks/" f ".new") }' \
	  locks/dev.txt && mv locks/dev.new locks/dev.txt && mv locks/torch.new locks/torch.txt
.PHONY: help demo test test-fast coverage lint docs viewer audit licenses wheel lock
