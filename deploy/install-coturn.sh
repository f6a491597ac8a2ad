#!/usr/bin/env bash
# install-coturn.sh: coturn on a VPS, with a certificate and the ports open, closed to everything private. `--help` tells how.
#
# It writes down each thing that it changes before it changes it (RECORD), so that it can be run again after any end, and
# `--uninstall` takes back exactly that. Bash 5, Debian 11 and newer, Ubuntu 20.04 and newer.
set -euo pipefail

readonly STATE=/var/lib/anypath-coturn
readonly RECORD=$STATE/record
readonly SELF=$STATE/install-coturn.sh
readonly CONFIG=/etc/turnserver.conf
readonly FOLDER=/var/lib/turn
# Keeps the relay from this machine's own services; loaded with coturn.
readonly RELAY_RULES=/etc/anypath-coturn.nft
readonly DROP_IN=/etc/systemd/system/coturn.service.d/anypath.conf
readonly CERTIFICATE_NAME=anypath-turn
# Where challenges arrive while a certificate is issued: coturn has port 80, whose new connections are led here meanwhile.
readonly CHALLENGE_PORT=8089
readonly TCP_PORTS='80 443 3478 5349'
readonly RULE_COMMENT=anypath-coturn
# The limits of the template, for this many ports of the relay and more.
readonly USER_QUOTA=120 TOTAL_QUOTA=4000 MAX_BPS=2500000

domain='' email='' secret=${TURN_SECRET:-} relay_ports=49152-65535 action=install dry_run=no
external_ips=()

usage() {
  cat <<'HELP'
install-coturn.sh: installs and configures coturn (TURN) on Debian 11+ and Ubuntu 20.04+.

  sudo ./install-coturn.sh --domain turn.example.com --email ops@example.com

  --domain NAME         the name of this machine that clients use; the certificate is for it
  --email ADDRESS       whom Let's Encrypt tells when a renewal fails
  --secret TEXT         static-auth-secret, at least 16 characters (or TURN_SECRET; kept from last time, or made)
  --external-ip ADDR    the public address, or PUBLIC/PRIVATE behind a NAT; once for each family (found by the name)
  --relay-ports MIN-MAX UDP ports of relayed calls (49152-65535)
  --dry-run             say what would be done, and do nothing
  --print-config        print the configuration of coturn, with its secret, and do nothing
  --print-rules         print the nftables rules that keep the relay from this machine's own services, and do nothing
  --uninstall           take back what was done
  -h, --help            this

Ports: UDP and TCP 3478, TLS 443 and 5349, TCP 80, and the relay ports. It may be run again at any time.
It ends with 0 when everything is done, 64 for bad arguments, and 1 with one line otherwise.
HELP
}

say() { printf '%s\n' "$*"; }
die() {
  printf 'install-coturn: %s\n' "$1" >&2
  exit "${2:-1}"
}
bad() { die "$1" 64; }
have() { command -v "$1" >/dev/null 2>&1; }

# What is said goes to the terminal, whatever a command's own output is worth.
exec 3>&1

# Changes something, or says so.
run() {
  if [ "$dry_run" = yes ]; then
    say "would run: $*" >&3
  else
    "$@"
  fi
}

# Remembers a change before it is made.
record() {
  [ "$dry_run" = no ] || return 0
  [ -d "$STATE" ] || (umask 077 && mkdir -p "$STATE")
  grep -qxF -- "$*" "$RECORD" 2>/dev/null || printf '%s\n' "$*" >>"$RECORD"
}
recorded() { grep -qxF -- "$*" "$RECORD" 2>/dev/null; }

# At any end: what is only for a while goes, and a first installation that failed leaves nothing behind.
fresh=no policy=
at_end() {
  local status=$?
  [ -z "$policy" ] || rm -f "$policy"
  if [ "$status" -ne 0 ] && [ "$fresh" = yes ] && [ -s "$RECORD" ]; then
    fresh=no
    take_back
    printf 'install-coturn: everything that was begun is taken back.\n' >&2
  fi
}
trap at_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Puts standard input in the place of a file, whole or not at all. What has changed is remembered.
changed=
put() {
  local file=$1 mode=$2 owner=${3:-root:root} text
  text=$(cat)
  [ "$text" != "$(cat "$file" 2>/dev/null)" ] || return 0
  changed="$changed $file"
  if [ "$dry_run" = yes ]; then
    say "would write: $file"
    return 0
  fi
  mkdir -p "$(dirname "$file")"
  if [ -e "$file" ] && ! recorded "file $file"; then
    mkdir -p "$STATE/before$(dirname "$file")"
    cp -p "$file" "$STATE/before$file"
  fi
  record "file $file"
  (umask 077 && printf '%s\n' "$text" >"$file.anypath-new")
  chown "$owner" "$file.anypath-new"
  chmod "$mode" "$file.anypath-new"
  mv "$file.anypath-new" "$file"
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
    --domain | --email | --secret | --external-ip | --relay-ports)
      [ $# -ge 2 ] || bad "$1: it needs a value."
      case $1 in
      --domain) domain=$2 ;;
      --email) email=$2 ;;
      --secret) secret=$2 ;;
      --external-ip) external_ips+=("$2") ;;
      --relay-ports) relay_ports=$2 ;;
      esac
      shift
      ;;
    --dry-run) dry_run=yes ;;
    --print-config) action=print-config ;;
    --print-rules) action=print-rules ;;
    --uninstall) action=uninstall ;;
    # What certbot calls; not for people.
    --hook)
      action=hook-${2:-}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) bad "$1: there is no such option; --help shows all." ;;
    esac
    shift
  done
}

is_address() { getent ahosts "$1" >/dev/null 2>&1 && [[ $1 =~ ^[0-9.]+$ || $1 == *:* ]]; }
is_own() { grep -qF " $1/" <<<"$(ip -o addr show 2>/dev/null)"; }

check_arguments() {
  [ -n "$domain" ] || bad '--domain: it is missing; give the name that leads to this machine, such as turn.example.com.'
  [[ $domain =~ ^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*$ ]] || bad "--domain: \"$domain\" is not a name such as turn.example.com."
  [[ -z $email || $email =~ ^[^[:space:]@]+@[^[:space:]@]+\.[^[:space:]@]+$ ]] || bad "--email: \"$email\" is not a mail address."
  [[ -z $secret || $secret =~ ^[^[:space:],#\"\']{16,}$ ]] || bad '--secret: a secret has at least 16 characters, and no whitespace, comma, # or quotation mark.'
  local min=${relay_ports%-*} max=${relay_ports#*-} one
  if ! [[ $relay_ports =~ ^[0-9]{1,5}-[0-9]{1,5}$ ]] || [ "$min" -lt 1024 ] || [ "$max" -gt 65535 ] || [ $((max - min)) -lt 15 ]; then
    bad "--relay-ports: \"$relay_ports\" is not a range of at least 16 ports from 1024 to 65535, such as 49152-65535."
  fi
  for one in "${external_ips[@]}"; do
    if ! is_address "${one%/*}" || ! is_address "${one#*/}"; then
      bad "--external-ip: \"$one\" is not PUBLIC or PUBLIC/PRIVATE, two addresses."
    fi
  done
}

check_system() {
  local id='' version=''
  # shellcheck source=/dev/null
  { id=$(. /etc/os-release && echo "$ID") && version=$(. /etc/os-release && echo "${VERSION_ID:-0}"); } 2>/dev/null || true
  case $id in
  debian) [ "${version%%.*}" -ge 11 ] || die "Debian $version is not supported; Debian 11 and newer are." ;;
  ubuntu) [ "${version%%.*}" -ge 20 ] || die "Ubuntu $version is not supported; Ubuntu 20.04 and newer are." ;;
  *) die "this system (${id:-unknown}) is not supported; Debian 11+ and Ubuntu 20.04+ are." ;;
  esac
  [ "$dry_run" = yes ] || [ "$(id -u)" -eq 0 ] || die 'only root may install; run it with sudo.'
}

# The addresses of the name, each as PUBLIC or PUBLIC/PRIVATE.
find_addresses() {
  [ ${#external_ips[@]} -eq 0 ] || return 0
  local address own seen=''
  local -a resolved
  mapfile -t resolved < <(getent ahosts "$domain" | awk '{ print $1 }' | sort -u)
  [ ${#resolved[@]} -gt 0 ] || die "$domain does not resolve; make its A record first (AAAA for IPv6), or give --external-ip."
  for address in "${resolved[@]}"; do
    if is_own "$address"; then
      external_ips+=("$address")
      continue
    fi
    own=$(ip route get "$address" 2>/dev/null | sed -n 's/.* src \([^ ]*\).*/\1/p' | head -n 1)
    # One public address for each of this machine's.
    case $own in '' | 127.* | ::1) continue ;; esac
    case " $seen " in *" $own "*) continue ;; esac
    seen="$seen $own"
    external_ips+=("$address/$own")
    say "$domain is $address, which no interface here has: taken for a NAT in front of $own."
  done
  [ ${#external_ips[@]} -gt 0 ] || die "$domain leads to ${resolved[*]}, which is not this machine; mend its record, or give --external-ip."
}

check_ports() {
  # Without root nobody says whose a port is.
  if ! have ss || [ "$(id -u)" -ne 0 ]; then return 0; fi
  local port line
  for port in $TCP_PORTS; do
    line=$(ss -Hltnp "sport = :$port" | grep -v turnserver | head -n 1 || true)
    [ -z "$line" ] || die "TCP $port is taken by $(sed -n 's/.*users:(("\([^"]*\)".*/\1/p' <<<"$line" | grep . || echo 'another program'); stop it first."
  done
  line=$(ss -Hlunp 'sport = :3478' | grep -v turnserver | head -n 1 || true)
  [ -z "$line" ] || die 'UDP 3478 is taken by another program; stop it first.'
}

check_clock() {
  if have timedatectl && [ "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)" = yes ]; then return 0; fi
  say 'Note: it is not known whether the clock is right. Credentials end by it: see that NTP runs (timedatectl set-ntp true).'
}

choose_secret() {
  [ -n "$secret" ] && return 0
  if recorded "file $CONFIG"; then secret=$(sed -n 's/^static-auth-secret=//p' "$CONFIG" 2>/dev/null | head -n 1); fi
  [ -n "$secret" ] || secret=$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')
}

# What `anypath turn config` renders, with names in place of values. A test keeps the two equal.
template() {
  cat <<'TURNSERVER'
log-file=stdout
simple-log
userdb=/var/lib/turn/turndb
pidfile=/var/lib/turn/turnserver.pid

# Where it listens
listening-ip=@ADDRESS@
relay-ip=@ADDRESS@
external-ip=@PUBLIC@/@ADDRESS@
listening-port=3478
aux-server=@ADDRESS@:80
aux-server=@ADDRESS@:5349
tls-listening-port=443
cert=/var/lib/turn/fullchain.pem
pkey=/var/lib/turn/privkey.pem
no-tlsv1
no-tlsv1_1
no-dtls
min-port=@MIN@
max-port=@MAX@

# Who may use it
realm=@DOMAIN@
use-auth-secret
static-auth-secret=@SECRET@
stale-nonce=600

# How much of it: allocations for a wallet and in all, bytes a second for an allocation and in all
user-quota=@USER_QUOTA@
total-quota=@TOTAL_QUOTA@
max-bps=@MAX_BPS@
bps-capacity=@CAPACITY@

# Whom it relays to
no-tcp-relay
no-multicast-peers
denied-peer-ip=0.0.0.0-0.255.255.255
denied-peer-ip=10.0.0.0-10.255.255.255
denied-peer-ip=100.64.0.0-100.127.255.255
denied-peer-ip=127.0.0.0-127.255.255.255
denied-peer-ip=169.254.0.0-169.254.255.255
denied-peer-ip=172.16.0.0-172.31.255.255
denied-peer-ip=192.0.0.0-192.0.0.255
denied-peer-ip=192.88.99.0-192.88.99.255
denied-peer-ip=192.168.0.0-192.168.255.255
denied-peer-ip=198.18.0.0-198.19.255.255
denied-peer-ip=224.0.0.0-255.255.255.255
denied-peer-ip=168.63.129.16-168.63.129.16
denied-peer-ip=::1-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=4000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
allowed-peer-ip=@ADDRESS@

# What it says and lets others do
fingerprint
no-cli
no-software-attribute
no-rfc5780
no-stun-backward-compatibility
response-origin-only-with-rfc5780
TURNSERVER
}

# A line with an address is there once for each. Listening and relaying come in pairs.
render() {
  local min=${relay_ports%-*} max=${relay_ports#*-} line one pending=''
  # An allocation takes a port, so there are no more of them than ports.
  local total=$((max - min + 1)) user=$USER_QUOTA
  [ "$total" -le $TOTAL_QUOTA ] || total=$TOTAL_QUOTA
  [ "$user" -le "$total" ] || user=$total
  while IFS= read -r line; do
    line=${line//@DOMAIN@/$domain}
    line=${line//@SECRET@/$secret}
    line=${line//@MIN@/$min}
    line=${line//@MAX@/$max}
    line=${line//@USER_QUOTA@/$user}
    line=${line//@TOTAL_QUOTA@/$total}
    line=${line//@CAPACITY@/$((total * MAX_BPS))}
    line=${line//@MAX_BPS@/$MAX_BPS}
    case $line in
    listening-ip=*) pending=$line ;;
    relay-ip=*) for one in "${external_ips[@]}"; do
      printf '%s\n' "${pending//@ADDRESS@/${one#*/}}" "${line//@ADDRESS@/${one#*/}}"
    done ;;
    external-ip=*) for one in "${external_ips[@]}"; do
      [ "${one%/*}" = "${one#*/}" ] || printf 'external-ip=%s\n' "$one"
    done ;;
    aux-server=*) pending_aux+=("$line") ;;
    *@ADDRESS@*) for one in "${external_ips[@]}"; do printf '%s\n' "${line//@ADDRESS@/${one#*/}}"; done ;;
    *)
      if [ ${#pending_aux[@]} -gt 0 ]; then
        print_aux
        pending_aux=()
      fi
      printf '%s\n' "$line"
      ;;
    esac
  done < <(template)
}

# What `anypath turn config --format nft` prints. A test keeps the two equal.
relay_rules() {
  cat <<NFT
table inet anypath_turn
delete table inet anypath_turn
table inet anypath_turn {
  chain output {
    type filter hook output priority filter
    meta skuid "turnserver" oifname "lo" udp sport $relay_ports udp dport != $relay_ports meta mark set 0x616e7970
  }
  chain input {
    type filter hook input priority filter
    iifname "lo" meta mark 0x616e7970 counter drop
  }
}
NFT
}

pending_aux=()
print_aux() {
  local one line own
  for one in "${external_ips[@]}"; do
    own=${one#*/}
    case $own in *:*) own="[$own]" ;; esac
    for line in "${pending_aux[@]}"; do printf '%s\n' "${line//@ADDRESS@/$own}"; done
  done
}

install_packages() {
  local -a missing=()
  have turnserver || missing+=(coturn)
  have certbot || missing+=(certbot)
  have openssl || missing+=(openssl)
  have nft || missing+=(nftables)
  have ip || missing+=(iproute2)
  have setcap || missing+=(libcap2-bin)
  [ ${#missing[@]} -gt 0 ] || return 0
  local one
  for one in "${missing[@]}"; do record "package $one"; done
  # Packages start what they bring; coturn must not run before it is configured.
  if [ "$dry_run" = no ] && [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0)
  run "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    { run apt-get update -qq && run "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null; } ||
    die "apt-get could not install ${missing[*]}; its words are above."
  [ -z "$policy" ] || rm -f "$policy"
  policy=
}

# ---- firewalls: whichever is active, for one protocol and port or range (MIN:MAX)

nft_chain() {
  # The first chain that drops what comes in by default: "family table chain".
  nft list ruleset 2>/dev/null | awk '
    /^table / { family = $2; table = $3 }
    /^[[:space:]]*chain / { chain = $2 }
    /type filter hook input .*policy drop/ { print family, table, chain; exit }'
}

open_port() {
  local protocol=$1 port=$2
  # Nothing is piped into grep -q: it ends at the first hit, and with pipefail the writer's end would count as a failure.
  if have ufw && grep -q '^Status: active' <<<"$(ufw status 2>/dev/null)"; then
    grep -q "^$port/$protocol .*# $RULE_COMMENT" <<<"$(ufw status)" && return 0
    record "ufw $protocol $port"
    run ufw allow "$port/$protocol" comment "$RULE_COMMENT" >/dev/null
  elif have firewall-cmd && firewall-cmd --state >/dev/null 2>&1; then
    firewall-cmd -q --query-port "${port/:/-}/$protocol" && return 0
    record "firewalld $protocol $port"
    run firewall-cmd -q --permanent --add-port "${port/:/-}/$protocol"
    run firewall-cmd -q --add-port "${port/:/-}/$protocol"
  else
    local chain
    chain=$(nft_chain || true)
    [ -n "$chain" ] || return 0
    # shellcheck disable=SC2086
    grep -q "$protocol dport ${port/:/-} .*\"$RULE_COMMENT\"" <<<"$(nft -a list chain $chain)" && return 0
    record "nft $protocol $port"
    # shellcheck disable=SC2086
    run nft insert rule $chain "$protocol" dport "${port/:/-}" accept comment "\"$RULE_COMMENT\""
    nft_changed=yes
  fi
}

close_port() {
  local kind=$1 protocol=$2 port=$3 chain handle
  case $kind in
  ufw) run ufw delete allow "$port/$protocol" >/dev/null 2>&1 || true ;;
  firewalld)
    run firewall-cmd -q --permanent --remove-port "${port/:/-}/$protocol" || true
    run firewall-cmd -q --remove-port "${port/:/-}/$protocol" || true
    ;;
  nft)
    chain=$(nft_chain || true)
    [ -n "$chain" ] || return 0
    # shellcheck disable=SC2086
    for handle in $(nft -a list chain $chain | sed -n "s/.*$protocol dport ${port/:/-} .*\"$RULE_COMMENT\" # handle \([0-9]*\).*/\1/p"); do
      run nft delete rule $chain handle "$handle"
    done
    ;;
  esac
}

nft_changed=no
open_firewall() {
  local port
  for port in $TCP_PORTS; do open_port tcp "$port"; done
  open_port udp 3478
  open_port udp "${relay_ports/-/:}"
  [ "$nft_changed" = no ] || say 'Note: the rules of nftables hold until they are loaded again; add the ones with the comment "anypath-coturn" to /etc/nftables.conf.'
}

# ---- certificate

hook_open() {
  nft -f - <<NFT
table inet anypath_acme {
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    tcp dport 80 redirect to :$CHALLENGE_PORT
  }
}
NFT
  open_port tcp "$CHALLENGE_PORT"
}

hook_close() {
  nft delete table inet anypath_acme 2>/dev/null || true
  local kind
  for kind in ufw firewalld nft; do
    recorded "$kind tcp $CHALLENGE_PORT" || continue
    close_port "$kind" tcp "$CHALLENGE_PORT"
    sed -i "/^$kind tcp $CHALLENGE_PORT\$/d" "$RECORD"
  done
}

hook_renewed() {
  [ "${RENEWED_LINEAGE##*/}" = "$CERTIFICATE_NAME" ] || return 0
  put "$FOLDER/privkey.pem" 600 turnserver:turnserver <"$RENEWED_LINEAGE/privkey.pem"
  put "$FOLDER/fullchain.pem" 600 turnserver:turnserver <"$RENEWED_LINEAGE/fullchain.pem"
  # coturn loads its certificate again on this, and no call ends.
  pkill -USR2 -x turnserver || true
}

get_certificate() {
  record "certificate $CERTIFICATE_NAME"
  put /etc/letsencrypt/renewal-hooks/deploy/anypath-coturn 755 <<HOOK
#!/bin/sh
exec bash $SELF --hook renewed
HOOK
  [ "$dry_run" = yes ] || cp "$0" "$SELF"
  local -a arguments=(certonly --standalone --preferred-challenges http --http-01-port "$CHALLENGE_PORT"
    --cert-name "$CERTIFICATE_NAME" -d "$domain" --non-interactive --agree-tos --keep-until-expiring
    --pre-hook "bash $SELF --hook open" --post-hook "bash $SELF --hook close")
  if [ -n "$email" ]; then arguments+=(--email "$email"); else arguments+=(--register-unsafely-without-email); fi
  run certbot "${arguments[@]}" || die "certbot got no certificate for $domain; its words are above. Is port 80 open towards this machine? Run this again then."
  [ "$dry_run" = yes ] || [ -s "$FOLDER/fullchain.pem" ] || RENEWED_LINEAGE=/etc/letsencrypt/live/$CERTIFICATE_NAME hook_renewed
}

# ---- service

has_systemd() { [ -d /run/systemd/system ]; }

# The script of the package waits for half a minute for a process whose number it looks for elsewhere.
stop_service() {
  if has_systemd; then
    run systemctl stop coturn
    return
  fi
  local left=50
  run pkill -TERM -x turnserver || return 0
  while [ "$dry_run" = no ] && [ $left -gt 0 ] && pgrep -x turnserver >/dev/null; do
    left=$((left - 1))
    sleep 0.2
  done
  [ $left -gt 0 ] || pkill -KILL -x turnserver || true
}

# Calls end with coturn, so it is started again only where it must be.
start_service() {
  put "$RELAY_RULES" 644 < <(relay_rules)
  record 'table anypath_turn'
  if ! run nft -f "$RELAY_RULES"; then die "nft does not take $RELAY_RULES; its words are above."; fi
  if has_systemd; then
    put "$DROP_IN" 644 <<UNIT
# Ports 80 and 443 for the user turnserver.
[Service]
AmbientCapabilities=CAP_NET_BIND_SERVICE
Restart=always
ExecStartPre=+nft -f $RELAY_RULES
UNIT
    run systemctl daemon-reload
    run systemctl enable -q coturn
  else
    say "Note: without systemd nobody loads $RELAY_RULES when the machine starts; have it done with coturn."
    put /etc/default/coturn 644 <<<'TURNSERVER_ENABLED=1'
    record 'capability turnserver'
    run setcap cap_net_bind_service=+ep "$(command -v turnserver || echo /usr/bin/turnserver)"
  fi
  case $changed in
  *$CONFIG* | *$DROP_IN*) stop_service ;;
  esac
  if ! pgrep -x turnserver >/dev/null; then
    if has_systemd; then run systemctl start coturn; else run service coturn start >/dev/null 2>&1; fi
  fi
  [ "$dry_run" = yes ] && return 0
  local left=50 own=${external_ips[0]#*/}
  until [ -n "$(ss -Hltn 'sport = :5349')" ]; do
    left=$((left - 1))
    [ $left -gt 0 ] || die "coturn does not listen; its log says why (journalctl -u coturn)."
    sleep 0.2
  done
  turnutils_stunclient "$own" >/dev/null 2>&1 || say "Note: coturn does not answer a STUN request on $own."
}

# ---- the whole

install() {
  check_arguments
  check_system
  find_addresses
  check_ports
  choose_secret
  check_clock
  if ! [ -s "$RECORD" ]; then
    fresh=yes
  elif ! recorded complete; then
    say 'An earlier run did not finish; this one goes on with it.'
  fi
  if [ "$fresh" = yes ] && pgrep -x turnserver >/dev/null; then record 'running coturn'; fi
  record "domain $domain"
  install_packages
  put "$CONFIG" 640 root:turnserver < <(render)
  open_firewall
  get_certificate
  start_service
  record complete
  fresh=no
  report
}

report() {
  [ "$dry_run" = yes ] && return 0
  printf '\n%s\n\n' "coturn serves $domain. For the environment of the server:"
  say "TURN_URIS=turn:$domain:3478?transport=udp,turn:$domain:3478?transport=tcp,turn:$domain:80?transport=tcp,turns:$domain:443?transport=tcp,turns:$domain:5349?transport=tcp"
  printf 'TURN_SECRET=%s\n\n' "$secret"
  if have anypath; then
    TURN_SECRET=$secret anypath doctor --turn "turn:$domain:3478" --turn "turns:$domain:443?transport=tcp" --server || say 'The doctor found something; see above.'
    local status=0
    TURN_SECRET=$secret anypath turn attack "$domain" || status=$?
    [ "$status" -ne 1 ] || die 'the attack got through; see above. Stop coturn until that is mended.'
    [ "$status" -eq 0 ] || say 'The attack could not find everything out; see above.'
  else
    say "Then, on a machine with anypath: TURN_SECRET=… anypath doctor --turn turn:$domain:3478 --server, and anypath turn attack $domain"
  fi
}

uninstall() {
  check_system
  [ -s "$RECORD" ] || die 'nothing was installed by this script here.'
  take_back
  say 'Everything that this script did is taken back.'
}

take_back() {
  local kind what rest
  stop_service
  while read -r kind what rest; do
    case $kind in
    ufw | firewalld | nft) close_port "$kind" "$what" "$rest" ;;
    certificate) run certbot delete --cert-name "$what" --non-interactive >/dev/null 2>&1 || true ;;
    table) run nft delete table inet "$what" 2>/dev/null || true ;;
    capability) run setcap -r "$(command -v turnserver)" 2>/dev/null || true ;;
    file)
      if [ -e "$STATE/before$what" ]; then run mv "$STATE/before$what" "$what"; else run rm -f "$what"; fi
      ;;
    package) run env DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq -o Dpkg::Use-Pty=0 "$what" >/dev/null 2>&1 || true ;;
    esac
  done < <(tac "$RECORD")
  hook_close
  if has_systemd; then run systemctl daemon-reload; fi
  if recorded 'running coturn'; then run service coturn start >/dev/null 2>&1 || true; fi
  run rm -rf "$STATE"
}

parse "$@"
case $action in
install) install ;;
uninstall) uninstall ;;
print-config)
  check_arguments
  find_addresses >&2
  choose_secret
  render
  ;;
print-rules)
  check_arguments
  relay_rules
  ;;
hook-open) hook_open ;;
hook-close) hook_close ;;
hook-renewed) hook_renewed ;;
*) bad '--hook: it is for certbot.' ;;
esac
