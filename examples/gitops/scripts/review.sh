#!/bin/sh
# Previews the stack and writes the review to fal-report/:
#   review.md, review.html, review.json   the review, for the comment, as a page, for programs
#   changes                               true or false: whether an `up` has anything to do
#   result                                ok, gate (FAIL_ON matched) or error; gate.sh ends the job with it
# Ends with 0 in all three cases, so that the review is shown before the job fails.
#
#   STACK     the stack, as `pulumi --stack` takes it
#   FAIL_ON   what fails the job, as `pulumi-fal review --fail-on` takes it; empty: nothing
#   ACCEPTED  true: somebody has looked at it, and FAIL_ON is off
#   PRICES    a file of prices, if it exists; without one no costs are told
set -eu
: "${STACK:?STACK is not set: name the stack}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"

# The preview holds every input of the stack, so it stays out of the report.
preview=$(mktemp)
trap 'rm -f "$preview"' EXIT

result=ok
pulumi preview --stack "$STACK" --non-interactive --json --show-sames >"$preview" || result=error

set -- # What follows is optional.
if [ -n "${FAIL_ON:-}" ] && [ "${ACCEPTED:-}" != true ]; then set -- "$@" --fail-on "$FAIL_ON"; fi
if [ -f "${PRICES:-}" ]; then set -- "$@" --prices "$PRICES"; fi
code=0
npx --no pulumi-fal review --preview "$preview" \
  --out "$out/review.md" --out "$out/review.html" --out "$out/review.json" "$@" || code=$?
case $code in
  0) ;;
  3) if [ "$result" = ok ]; then result=gate; fi ;;
  *) result=error ;;
esac
if [ ! -f "$out/review.md" ]; then
  # Nothing to review: the preview did not get far enough. Said all the same, so that no older review stands for it.
  echo "**The preview of $STACK failed, or its review.** The log of the job says why." >"$out/review.md"
fi

# Reading (`get`) and what stays as it is are no changes.
node -e '
  const text = require("fs").readFileSync(process.argv[1], "utf8");
  const { changeSummary = {} } = text.trim() === "" ? {} : JSON.parse(text);
  console.log(Object.keys(changeSummary).some((op) => op !== "same" && op !== "read"));
' "$preview" >"$out/changes" || echo true >"$out/changes"
echo "$result" >"$out/result"
