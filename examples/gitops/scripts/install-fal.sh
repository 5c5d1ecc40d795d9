#!/bin/sh
# Installs fal's CLI, which deploys the code of apps, to .venv. pulumi-fal finds it there. Add what the code imports.
set -eu
if ! python3 -c "import ensurepip" 2>/dev/null; then
  apt-get update
  apt-get install --yes --no-install-recommends python3-venv
fi
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check fal==1.83.0
