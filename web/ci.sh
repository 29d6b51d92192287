#!/usr/bin/env bash
# Everything that must hold of the pages. Needs Node 20.19 or later; the stories also need Chromium and
# a controller, named in ONECARD_BIN.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== web: %s (%ss)\n' "$1" "$SECONDS"; }

step 'packages'
npm ci --no-audit --no-fund

step 'interfaces as their contracts say'
npm run --silent api -- --check

step 'types'
npm run --silent check

step 'lints'
npm run --silent lint

step 'tests'
npm run --silent test

step 'build'
npm run --silent build
npm run --silent size

if [ -n "${ONECARD_BIN:-}" ]; then
    step 'stories in Chromium against the controller'
    npm run --silent e2e
else
    step 'no stories: set ONECARD_BIN to a controller'
fi

step 'done'
