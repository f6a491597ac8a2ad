#!/bin/sh
# with-certificate.sh FILE COMMAND [ARGUMENT ...]
#
# Runs COMMAND in the place of this script, and sends it SIGUSR2 whenever FILE has changed: haproxy (-W) and coturn both
# load their certificates again on that. Waits for FILE first; where CERTIFICATE_WAIT_SECONDS is set, for that long at most.
set -eu

file=$1
shift
every=${CERTIFICATE_POLL_SECONDS:-10}
left=${CERTIFICATE_WAIT_SECONDS:--1}

until [ -s "$file" ]; do
  if [ "$left" -eq 0 ]; then
    echo "with-certificate: $file is still missing; starting without" >&2
    break
  fi
  left=$((left - 1))
  sleep 1
done

state() { cksum "$file" 2>/dev/null || true; }

watch() {
  seen=$(state)
  while sleep "$every" && kill -0 "$1" 2>/dev/null; do
    now=$(state)
    if [ -n "$now" ] && [ "$now" != "$seen" ]; then
      seen=$now
      echo "with-certificate: $file has changed" >&2
      kill -USR2 "$1"
    fi
  done
}

# The command takes over the number of this process, so that signals and its end are its own.
watch "$$" &
exec "$@"
