# Every target makes the environment it needs; Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
FOR ?=

.PHONY: demo test nightly faults bench bench-outputs lint lock clean

# Ctrl-C is how a demo ends: the shell waits for the agent's own end, and its exit code 130 is no error.
demo: $(VENV)/agent.stamp
	@trap : INT; $(BIN)/rtu-agent run --config devices.yaml --simulate $(if $(FOR),--for $(FOR)) || test $$? = 130

test: $(VENV)/dev.stamp
	$(BIN)/pytest $(ARGS)

# More than a million transactions on broken buses, then five minutes on ptys, then databases and agents that are killed
# for some ten minutes. SEED replays a night.
SEED ?= $(shell date +%Y%m%d)
nightly: $(VENV)/dev.stamp
	@echo "seed $(SEED)"
	RTU_AGENT_NIGHTLY=$(SEED) $(BIN)/pytest tests/faults tests/servers/test_chaos.py $(ARGS)

# Measures this agent and other masters under the same faults, and writes docs/reliability.md.
faults: $(VENV)/dev.stamp
	PYTHONPATH=tests $(BIN)/python tests/faults/compare.py docs/reliability.md

# All benchmarks, or those named in ARGS; what they print becomes a section of docs/benchmarks.md.
bench: $(VENV)/dev.stamp
	PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)
	$(if $(ARGS),,$(MAKE) bench-outputs)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What docs/benchmarks.md shows; ARGS names some of the parts.
bench-outputs: $(VENV)/dev.stamp
	PYTHONPATH=tests $(BIN)/python -m bench.outputs $(ARGS)

# Locks what is installed, with hashes; the wanted ranges stand in pyproject.toml.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

$(VENV)/python.stamp:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/agent.stamp: $(VENV)/python.stamp requirements.lock pyproject.toml
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/agent.stamp requirements-dev.lock
	$(PIP) --require-hashes --requirement requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV)
