#!/bin/sh
# Finds out what this network lets through, why something fails, and what to do about it. Any argument is the doctor's:
#
#   ./test-connectivity.sh https://rtc.example.com
#   ./test-connectivity.sh --turn turn:turn.example.com:3478 --secret "$TURN_SECRET" --server
#   ./test-connectivity.sh --help
#
# It needs Node 20.19 or newer, and ends as the doctor does: 0 all is well, 1 degraded, 2 nothing works, 64 bad arguments.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
built="$here/../packages/cli/dist/main.js"

if ! command -v node >/dev/null 2>&1; then
  echo 'test-connectivity: Node 20.19 or newer is needed (https://nodejs.org).' >&2
  exit 69
fi
if [ -f "$built" ]; then
  exec node "$built" doctor "$@"
fi
exec npx --yes anypath doctor "$@"
