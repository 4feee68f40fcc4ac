# `make` alone lists the verbs.
PYTHON_IN := .venv/bin/python
# Widely used variables of a person's shell that would lead our Python elsewhere.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
# docs/decisions/0039: never for a promise, at most three tests, and both outcomes are shown.
ONCE_MORE := --reruns 1 --max-suite-reruns 3 --rerun-exclude-path tests/promises --rerun-show-tracebacks

.DEFAULT_GOAL := help
.PHONY: help run test soak check format schema lambda lock clean install pages screenshots browser conformance
.NOTPARALLEL:

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install pages  ## start everything on this machine, embedded; PORT (8000) and DATA_DIR (.data) from the environment
	@exec $(PYTHON_IN) -m services.cli dev --end-with-parent

test: install pages browser conformance check  ## install and run everything that CI runs
	$(PYTHON_IN) -m pytest -n 2 --dist worksteal $(ONCE_MORE)

soak: install  ## minutes of kills, cuts and lies with real processes; SOAK="--messages 10000 --kills 200 --minutes 15"
	$(PYTHON_IN) -m bench.soak $(SOAK)

check: install  ## format, lint, types and import contracts, without the tests
	$(PYTHON_IN) -m ruff format --check .
	$(PYTHON_IN) -m ruff check .
	$(PYTHON_IN) -m mypy
	$(PYTHON_IN) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'

format: install  ## put the code into its form
	$(PYTHON_IN) -m ruff check --fix --quiet .
	$(PYTHON_IN) -m ruff format .

schema: install  ## write schema/schema.graphql anew, after a change of the API
	$(PYTHON_IN) -m resolvers.export

lambda: install  ## package the worker for AWS Lambda, as build/huntaze-lambda.zip
	$(PYTHON_IN) deploy/aws/package.py

lock: install  ## resolve the dependencies of pyproject.toml anew, with hashes
	$(PYTHON_IN) -m uv pip compile --quiet --generate-hashes --universal --no-header --python-version 3.11 \
		pyproject.toml -o requirements.txt
	$(PYTHON_IN) -m uv pip compile --quiet --generate-hashes --universal --no-header --python-version 3.11 \
		--extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

install:  ## make .venv hold what requirements-dev.txt says
	@.ci/install

pages:  ## build the pages whose sources have changed
	@.ci/build-pages

screenshots: install pages browser  ## take the pictures of the pages in docs/images anew
	$(PYTHON_IN) -m tests.web.app.screenshots

browser:
	@.ci/install-browser

conformance: pages
	@.ci/install-conformance

clean:  ## remove what can be made again; DATA_DIR stays
	rm -rf build .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf web/node_modules web/dist web/*/node_modules web/*/dist tests/conformance/node_modules
