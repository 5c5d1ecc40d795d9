#!/bin/sh
# Installs the program's packages. They run no install scripts. Further arguments are passed to npm.
set -eu

# pulumi-fal is not on npm yet: package.json refers to its tarball, which is part of the repository.
tarball=$(node -p 'const { dependencies } = require("./package.json"); (/^file:(.*)/.exec(dependencies["pulumi-fal"]) ?? [])[1] ?? ""')
if [ -n "$tarball" ] && [ ! -f "$tarball" ]; then
  echo "$tarball is missing, and package.json installs pulumi-fal from it. Create it with \`npm pack\` in a clone of pulumi-fal, and commit it beside package.json." >&2
  exit 1
fi

npm ci --ignore-scripts "$@"
