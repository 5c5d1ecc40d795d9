#!/bin/sh
# Puts fal right where it differs from the program: shows the plan, then runs the correcting `up`.
#   STACK  the stack, as `pulumi --stack` takes it
set -eu
: "${STACK:?STACK is not set: name the stack}"
npx --no pulumi-fal drift --stack "$STACK" --fix --yes
