#!/bin/sh
# Make .venv with what aclue runs on (`install.sh run`) or with the tools for tests and checks too (`install.sh dev`).
# Does nothing when the requirements are installed already. Every way to fail ends in a sentence.
set -eu
cd "$(dirname "$0")/.."
kind="${1:-run}"
stamp=".venv/.installed-$kind"

say() { printf '%s\n' "$*" >&2; }
stop() { say "aclue: $*"; exit 1; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    stop "Python 3.11, 3.12 or 3.13 is needed and none was found. Install one, or name it: make run PYTHON=/path/to/python3.12"
}

if [ -x .venv/bin/python ] && ! fits .venv/bin/python; then
    say "The Python behind .venv is gone or too old; making it anew."
    rm -rf .venv
fi
if [ ! -x .venv/bin/python ]; then
    python=$(find_python) || exit 1
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        stop "$python lacks the venv module. On Debian and Ubuntu: apt install python3-venv"
    "$python" -m venv .venv || stop "$python could not make .venv; see the lines above."
fi

wanted=$(cat requirements.txt requirements-dev.txt | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
files="-r requirements.txt"
if [ "$kind" = dev ]; then
    files="$files -r requirements-dev.txt"
fi
say "Installing what aclue needs into .venv (about a minute) ..."
# The files name everything down to the last dependency, so pip has nothing to resolve; resolving, it trips over
# a newer release of `coverage[toml]` than the pinned `coverage`.
# Not compiled at once: a third of the space would go to modules that never run.
# shellcheck disable=SC2086
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes $files ||
    stop "pip could not install the requirements; see the lines above."
if [ "$kind" = dev ]; then
    printf '%s\n' "$wanted" >.venv/.installed-run
else
    # Python 3.11 puts it beside pip; nothing here asks for it, and it is ten megabytes.
    .venv/bin/python -m pip uninstall --quiet --disable-pip-version-check --yes setuptools >/dev/null 2>&1 || true
fi
printf '%s\n' "$wanted" >"$stamp"
