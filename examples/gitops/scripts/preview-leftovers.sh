#!/bin/sh
# Destroys expired previews, and reports those that no open pull request owns. Writes the report to fal-report/:
# leftovers.md, and result (clean or leftovers).
#   PREFIX    what names of stacks and fal environments begin with
#   MAX_AGE   how old a preview may become
#   CLEAN     true: also destroy those that no open pull request owns
# fal-report/open contains the open pull requests, from `post.mjs open`.
set -eu

out=fal-report
open=$(cat "$out/open")
set -- --cwd preview --prefix "$PREFIX"
npx --no pulumi-fal previews clean "$@" --max-age "${MAX_AGE:-7d}" --yes
if [ "${CLEAN:-}" = true ]; then npx --no pulumi-fal previews clean "$@" --open "$open" --yes; fi

code=0
npx --no pulumi-fal previews list "$@" --open "$open" --out "$out/leftovers.md" || code=$?
case $code in
  0) echo clean >"$out/result" ;;
  3) echo leftovers >"$out/result" ;;
  *) exit "$code" ;;
esac
