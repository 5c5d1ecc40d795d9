#!/bin/sh
# Compares fal with the stack, changes nothing, and writes the report to fal-report/: drift.md, drift.html, drift.json,
# and result: clean or drift. Fails only where it could not compare.
#   STACK  the stack, as `pulumi --stack` takes it
set -eu
: "${STACK:?STACK is not set: name the stack}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"

# 2 is drift, and also a wrong command line: only a report tells which.
code=0
npx --no pulumi-fal drift --stack "$STACK" --out "$out/drift.md" --out "$out/drift.html" --out "$out/drift.json" || code=$?
if [ "$code" -ne 0 ] && { [ "$code" -ne 2 ] || [ ! -f "$out/drift.json" ]; }; then exit "$code"; fi
if [ "$code" -eq 2 ]; then echo drift >"$out/result"; else echo clean >"$out/result"; fi
