#!/bin/sh
# Destroys the preview environment of a pull request. Writes the comment to fal-report/: review.md.
#   PULL_REQUEST   its number; on GitLab it is known
#   PREFIX         what names of stacks and fal environments begin with
set -eu
: "${PULL_REQUEST:=${CI_MERGE_REQUEST_IID:?PULL_REQUEST is not set: set it to the number of the pull request}}"

out=fal-report
rm -rf "$out"
mkdir -p "$out"
npx --no pulumi-fal previews down "$PULL_REQUEST" --cwd preview --prefix "$PREFIX" --yes
echo "**The preview environment $PREFIX$PULL_REQUEST was removed.**" >"$out/review.md"
