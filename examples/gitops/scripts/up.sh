#!/bin/sh
# Brings fal to what the program says. What it will do has been reviewed, so no second preview.
#   STACK  the stack, as `pulumi --stack` takes it
set -eu
: "${STACK:?STACK is not set: name the stack}"
pulumi up --stack "$STACK" --non-interactive --yes --skip-preview
