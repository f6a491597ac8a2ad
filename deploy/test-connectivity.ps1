#!/usr/bin/env pwsh
# Finds out what this network lets through, why something fails, and what to do about it. Any argument is the doctor's:
#
#   .\test-connectivity.ps1 https://rtc.example.com
#   .\test-connectivity.ps1 --turn turn:turn.example.com:3478 --secret $env:TURN_SECRET --server
#   .\test-connectivity.ps1 --help
#
# It needs Node 20.19 or newer, and ends as the doctor does: 0 all is well, 1 degraded, 2 nothing works, 64 bad arguments.
$built = Join-Path $PSScriptRoot '../packages/cli/dist/main.js'

if (-not (Get-Command node -ErrorAction SilentlyContinue)) {
  [Console]::Error.WriteLine('test-connectivity: Node 20.19 or newer is needed (https://nodejs.org).')
  exit 69
}
if (Test-Path -LiteralPath $built) {
  & node $built doctor @args
} else {
  & npx --yes anypath doctor @args
}
exit $LASTEXITCODE
