#!/bin/sh
# certificates.sh FOLDER: one certificate for DOMAIN and TURN_DOMAIN, got and renewed by certbot.
#
# FOLDER gets turn.crt and turn.key (coturn), and web.pem (the front: chain and key in one). Until the authority has
# issued them they hold a certificate that this script signs itself, so that the front can start and pass the challenge on.
#
# Environment:
#   DOMAIN, TURN_DOMAIN   the names
#   CERTIFICATE_EMAIL     who is told when renewal fails; none where it is empty
#   ACME_DIRECTORY        URL of another authority's directory; Let's Encrypt where it is empty
#   CHALLENGE_PORT        where challenges arrive
#   FRONT                 host:port of the front, which must complete a TLS handshake before anything is asked for
set -eu

folder=$1
live=$folder/certbot/live/anypath
pause=${RENEW_PAUSE_SECONDS:-43200}

# Nobody reads half a file: each is written beside its place and moved there, what is watched last.
publish() {
  umask 077
  cat "$2" >"$folder/turn.key.new"
  cat "$1" >"$folder/turn.crt.new"
  cat "$1" "$2" >"$folder/web.pem.new"
  mv "$folder/turn.key.new" "$folder/turn.key"
  mv "$folder/turn.crt.new" "$folder/turn.crt"
  mv "$folder/web.pem.new" "$folder/web.pem"
}

# certbot runs this script again, with a lineage in its environment, when it has a new certificate.
if [ -n "${RENEWED_LINEAGE:-}" ]; then
  publish "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem"
  exit 0
fi

provisional() {
  temporary=$(mktemp -d)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN,DNS:$TURN_DOMAIN" \
    -keyout "$temporary/key.pem" -out "$temporary/certificate.pem" 2>/dev/null
  publish "$temporary/certificate.pem" "$temporary/key.pem"
  rm -r "$temporary"
}

ask() {
  set -- certonly --standalone --preferred-challenges http --http-01-port "$CHALLENGE_PORT" \
    --cert-name anypath --expand --keep-until-expiring --non-interactive --agree-tos \
    --config-dir "$folder/certbot" --work-dir "$folder/certbot/work" --logs-dir "$folder/certbot/logs" \
    --deploy-hook "/bin/sh '$0' '$folder'" -d "$DOMAIN"
  [ "$TURN_DOMAIN" = "$DOMAIN" ] || set -- "$@" -d "$TURN_DOMAIN"
  if [ -n "${CERTIFICATE_EMAIL:-}" ]; then set -- "$@" --email "$CERTIFICATE_EMAIL"; else set -- "$@" --register-unsafely-without-email; fi
  [ -z "${ACME_DIRECTORY:-}" ] || set -- "$@" --server "$ACME_DIRECTORY"
  certbot "$@"
}

if [ -s "$live/fullchain.pem" ]; then
  publish "$live/fullchain.pem" "$live/privkey.pem"
elif ! openssl x509 -in "$folder/turn.crt" -noout -checkend 86400 >/dev/null 2>&1; then
  provisional
fi

trap 'exit 0' TERM INT
until openssl s_client -connect "$FRONT" </dev/null >/dev/null 2>&1; do sleep 1; done
while :; do
  # An authority counts failures by the hour; the next try is an hour away.
  if ask; then wait_seconds=$pause; else wait_seconds=3600; fi
  sleep "$wait_seconds" &
  wait $!
done
