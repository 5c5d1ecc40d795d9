#!/bin/sh
# Previews the stack and writes the review to fal-report/:
#   review.md, review.html, review.json   the review as comment, page and JSON
#   changes                               true or false: whether `up` would change anything
#   result                                ok, gate (a gate in FAIL_ON matched) or error; gate.sh exits accordingly
# Exits with 0 in all three cases, so that the review is shown before the job fails.
#
#   STACK     the stack, as `pulumi --stack` takes it
#   FAIL_ON   the gates, as `pulumi-fal review --fail-on` takes them; empty: none
#   ACCEPTED  true: someone has accepted the change, so FAIL_ON is ignored
#   ACCEPTANCE  how somebody accepts it: the end of "To accept the change, …" in the review
#   PRICES    the prices file; without an existing file the review shows no costs
#   USAGE     the usage file, which the nightly job writes; without an existing file, the review contains a note
set -eu
: "${STACK:?STACK is not set: set it to the name of the stack}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"

# The preview contains every input of the stack, so it is not part of the report.
preview=$(mktemp)
trap 'rm -f "$preview"' EXIT

result=ok
pulumi preview --stack "$STACK" --non-interactive --json --show-sames >"$preview" || result=error

set -- # Optional arguments
if [ -n "${FAIL_ON:-}" ] && [ "${ACCEPTED:-}" != true ]; then set -- "$@" --fail-on "$FAIL_ON"; fi
if [ -n "${ACCEPTANCE:-}" ]; then set -- "$@" --acceptance "$ACCEPTANCE"; fi
if [ -f "${PRICES:-}" ]; then set -- "$@" --prices "$PRICES"; fi
if [ -f "${USAGE:-}" ]; then set -- "$@" --usage "$USAGE"; fi
code=0
npx --no pulumi-fal review --preview "$preview" \
  --out "$out/review.md" --out "$out/review.html" --out "$out/review.json" "$@" || code=$?
case $code in
  0) ;;
  3) if [ "$result" = ok ]; then result=gate; fi ;;
  *) result=error ;;
esac
if [ ! -f "$out/review.md" ]; then
  # The preview failed too early for a review. Write this text, so that the comment does not show an older review.
  echo "**The preview of $STACK or its review failed.** See the log of the job." >"$out/review.md"
fi
if [ -n "${USAGE:-}" ] && [ ! -f "$USAGE" ]; then
  no_usage="There is no usage of the last nights, so the review has no evidence about what the apps did."
  echo "$no_usage" >&2
  printf '\n<sub>%s</sub>\n' "$no_usage" >>"$out/review.md"
fi

# Unchanged resources and reads (`get`) are not changes.
node -e '
  const text = require("fs").readFileSync(process.argv[1], "utf8");
  const { changeSummary = {} } = text.trim() === "" ? {} : JSON.parse(text);
  console.log(Object.keys(changeSummary).some((op) => op !== "same" && op !== "read"));
' "$preview" >"$out/changes" || echo true >"$out/changes"
echo "$result" >"$out/result"
