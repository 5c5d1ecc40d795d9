#!/bin/sh
# Compares fal with the stack and changes nothing. Writes the report to fal-report/: drift.md, drift.html, drift.json,
# and result (clean or drift). Fails only if it could not compare.
#   STACK  the stack, as `pulumi --stack` takes it
# If usage.sh wrote fal-usage/usage.json, the report contains what drift costs by usage.
set -eu
: "${STACK:?STACK is not set: set it to the name of the stack}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"

set -- # Optional arguments
if [ -f fal-usage/usage.json ]; then set -- --usage fal-usage/usage.json; fi
code=0
npx --no pulumi-fal drift --stack "$STACK" \
  --out "$out/drift.md" --out "$out/drift.html" --out "$out/drift.json" "$@" || code=$?
case $code in
  0) echo clean >"$out/result" ;;
  3) echo drift >"$out/result" ;;
  *)
    # Something could not be read. Show the partial report in the log only, and leave the issue unchanged.
    if [ -f "$out/drift.md" ]; then cat "$out/drift.md"; fi
    exit "$code"
    ;;
esac
