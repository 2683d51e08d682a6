# Two commands: `make run` and `make test`. The rest is for those who work on aclue. GNU make 3.81 will do.
PY = .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT
# Without kept bytecode each process would compile all it imports anew, which takes three seconds.
unexport PYTHONDONTWRITEBYTECODE
WORKERS ?= 2

.PHONY: help run test check format lint install install-dev migrate migrate-create demo-reset lock bench faults fuzz screenshots data

help:
	@echo "make run    start aclue with a demo shop (http://$(HOST):$(PORT))"
	@echo "make test   run the tests"
	@echo "Also: check format lint install install-dev migrate migrate-create demo-reset lock bench faults fuzz screenshots data"

run: install
	@exec $(PY) -m aclue.launcher

install:
	@sh scripts/install.sh run

install-dev:
	@sh scripts/install.sh dev

test: install-dev
	@$(PY) scripts/test.py

check: install-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports --no-logo
	$(PY) manage.py makemigrations --check --dry-run
	ENVIRONMENT=production DEBUG=false SECRET_KEY=checked-only-checked-only-checked-only-checked-only $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

format: install-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lint: install-dev
	$(PY) -m ruff check .
	.venv/bin/lint-imports --no-logo

migrate: install
	$(PY) manage.py migrate

# make migrate-create APP=catalogue NAME=product_colour
migrate-create: install
	$(PY) manage.py makemigrations $(APP) --name $(NAME)

demo-reset: install
	$(PY) manage.py migrate
	$(PY) manage.py demo --reset

# Resolve the requirements anew, for every Python and system, with hashes.
lock: install-dev
	$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

bench: install-dev
	$(PY) -m bench

faults: install-dev
	$(PY) -m pytest bench/faults --timeout 300 --override-ini addopts=

fuzz: install-dev
	ACLUE_FUZZ_EXAMPLES=200 $(PY) -m pytest -m fuzz --timeout 1200

data: install
	@$(PY) scripts/data.py

screenshots: install-dev
	$(PY) scripts/screenshots.py http://$(HOST):$(PORT)
