#!/bin/sh
# Deploys a pull request to its preview environment. Writes the comment to fal-report/: review.md.
#   PULL_REQUEST   its number; on GitLab it is known
#   PREFIX         what names of stacks and fal environments begin with
#   MAX_PREVIEWS   how many previews there may be
#   MAX_RUNNERS    how many runners a preview may run
#   PRICES         the prices file; without an existing file the comment shows no costs
set -eu
: "${PULL_REQUEST:=${CI_MERGE_REQUEST_IID:?PULL_REQUEST is not set: set it to the number of the pull request}}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"
# Replaced by a real report, unless the command fails too early.
echo "**The preview environment could not be updated.** See the log of the job." >"$out/review.md"

set -- # Optional arguments
if [ -f "${PRICES:-}" ]; then set -- "$@" --prices "$PRICES"; fi
npx --no pulumi-fal previews up "$PULL_REQUEST" --cwd preview --prefix "$PREFIX" --yes \
  --max-previews "${MAX_PREVIEWS:-5}" --max-runners "${MAX_RUNNERS:-2}" --out "$out/review.md" "$@"
