#!/bin/sh
# Applies the program to fal. The changes have been reviewed, so it does not preview again.
#   STACK  the stack, as `pulumi --stack` takes it
set -eu
: "${STACK:?STACK is not set: set it to the name of the stack}"
pulumi up --stack "$STACK" --non-interactive --yes --skip-preview
