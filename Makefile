# Everything a newcomer does, from a machine with Python 3.11 and make: make demo, make test, make prove, make bench, make lint.

PORT ?=
# The interpreter itself, not a shim in front of it: uv would take the shim for another one and make the environment anew, under a running site.
PYTHON ?= $(shell p=$$(command -v python3.11 || command -v python3) && "$$p" -c 'import sys; print(sys.executable)')
UV := $(or $(shell command -v uv),.tools/uv/bin/uv)
SYNC = UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(UV) sync --frozen --quiet --inexact --python $(PYTHON)
# As many test processes as processors, four at most: each holds a browser and a share of one database server.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 4 ] && echo 4 || echo $$n)
PYTEST = .venv/bin/pytest -n $(WORKERS) --dist worksteal

.PHONY: demo serve test prove bench lint browser clean

demo: .venv/.for-use
	@.venv/bin/millrace demo $(PORT)

serve: .venv/.for-use
	@.venv/bin/millrace serve $(if $(PORT),--port $(PORT))

test: .venv/.for-work browser
	$(PYTEST) -m "not prove"

prove: .venv/.for-work browser
	$(PYTEST) -m "prove and not alone"
	.venv/bin/pytest -m "prove and alone"

bench: .venv/.for-work
	.venv/bin/python -m bench

lint: .venv/.for-work
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy millrace/core millrace/registers

# Chromium and Chinese fonts, where this user may install them; says so plainly where not.
browser:
	@.ci/browser

.venv/.for-use: pyproject.toml uv.lock | $(UV)
	@$(SYNC) --no-dev
	@touch $@

.venv/.for-work: pyproject.toml uv.lock | $(UV)
	@$(SYNC)
	@touch $@ .venv/.for-use

# uv itself, from a requirement pinned by hash, when the machine has none. The interpreter's own pip puts it there where it can: an
# environment with a pip of its own takes ten times as long to make.
UV_ALONE = --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/uv.txt
.tools/uv/bin/uv: .ci/uv.txt
	@{ $(PYTHON) -m venv --without-pip .tools/uv && $(PYTHON) -m pip --python .tools/uv/bin/python install $(UV_ALONE); } 2>/dev/null \
		|| { $(PYTHON) -m venv .tools/uv || { echo "Python's venv module is missing (on Debian: apt-get install python3-venv)."; exit 1; }; \
		.tools/uv/bin/pip install $(UV_ALONE); }
	@touch $@

clean:
	rm -rf .venv .tools build
