#!/bin/sh
# Corrects drift: shows the plan, then runs `pulumi up --refresh`.
#   STACK  the stack, as `pulumi --stack` takes it
set -eu
: "${STACK:?STACK is not set: set it to the name of the stack}"
npx --no pulumi-fal drift --stack "$STACK" --fix --yes
