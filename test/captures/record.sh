#!/usr/bin/env bash
# Records the captures of this directory anew: see README.md. As root, with iproute2, dumpcap, curl, ping and python3.
# Everything happens in network namespaces that are made here and removed at the end.
set -euo pipefail
cd "$(dirname "$0")"

a=weir-a-$$
b=weir-b-$$
switch=weir-s-$$
work=$(mktemp -d)
running=()

cleanup() {
  [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true
  for ns in "$a" "$b" "$switch"; do ip netns del "$ns" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

# within NAMESPACE COMMAND...
within() { ip netns exec "$@"; }

start() {
  # no `within`: a function would be a process of its own around the one to end
  ip netns exec "$@" &
  running+=($!)
}

# port NAMESPACE INTERFACE [ADDRESS...]
port() {
  local ns=$1 interface=$2 address
  shift 2
  within "$ns" sysctl -qw "net.ipv6.conf.$interface.accept_dad=0" "net.ipv6.conf.$interface.router_solicitations=0"
  # segments and checksums as they would be on a wire
  within "$ns" python3 talk.py plain "$interface"
  ip -n "$ns" link set dev "$interface" up
  for address in "$@"; do ip -n "$ns" address add "$address" dev "$interface"; done
}

# pair NAMESPACE INTERFACE NAMESPACE INTERFACE
pair() { ip link add name "$2" netns "$1" address 02:00:00:00:00:0$((++macs)) type veth peer name "$4" netns "$3" address 02:00:00:00:00:0$((++macs)); }
macs=0

# record NAMESPACE FILE DUMPCAP-OPTIONS...: what `talk` says
record() {
  local ns=$1 file=$2 dumpcap
  shift 2
  ip netns exec "$ns" dumpcap -q -w "$work/$file" "$@" 2>"$work/log" &
  dumpcap=$!
  running+=("$dumpcap")
  until grep -q '^File:' "$work/log"; do sleep 0.1; done
  sleep 0.5
  talk
  sleep 0.5
  kill "$dumpcap"
  wait "$dumpcap"
  python3 talk.py strip "$work/$file" "$file"
}

for ns in "$a" "$b" "$switch"; do
  ip netns add "$ns"
  ip -n "$ns" link set lo up
done

# a and b on one wire
pair "$a" veth0 "$b" veth0
port "$a" veth0 192.0.2.1/24 2001:db8::1/64
port "$b" veth0 192.0.2.2/24 2001:db8::2/64

# and in one VLAN, between two switches with a trunk
pair "$a" veth1 "$switch" a
pair "$b" veth1 "$switch" b
pair "$switch" trunk0 "$switch" trunk1
for interface in a b trunk0 trunk1; do port "$switch" "$interface"; done
port "$a" veth1 198.51.100.1/24 2001:db8:7::1/64
port "$b" veth1 198.51.100.2/24 2001:db8:7::2/64
start "$switch" python3 talk.py switch a trunk0 7
start "$switch" python3 talk.py switch b trunk1 7

start "$b" python3 talk.py serve
sleep 1

get() { within "$a" curl -sS -A weir -o /dev/null "$@"; }
ask() { within "$a" python3 talk.py ask "$@"; }
ping3() { within "$a" ping -q -c 3 -i 0.2 "$1" >/dev/null; }

talk() {
  get http://192.0.2.2:8080/12000
  get 'http://[2001:db8::2]:8080/12000'
  get http://192.0.2.2:8080/10 -o /dev/null http://192.0.2.2:8080/20     # two requests, one connection
  ask 192.0.2.2
  ask 2001:db8::2
  ping3 192.0.2.2
  ping3 2001:db8::2
  get http://192.0.2.2:81/ 2>/dev/null || true                           # refused
  get 'http://[2001:db8::2]:81/' 2>/dev/null || true
}
record "$b" web.pcap -P -i veth0

talk() {
  get http://198.51.100.2:8080/3000
  get 'http://[2001:db8:7::2]:8080/3000'
  ask 198.51.100.2
  ask 198.51.100.2 54                                                    # nobody listens: ICMP port unreachable
  ask 2001:db8:7::2 54
  ping3 198.51.100.2
}
record "$switch" vlan.pcapng -i trunk1

# one exchange seen on three interfaces, of two link types
talk() {
  get http://192.0.2.2:8080/1000
  get 'http://[2001:db8:7::2]:8080/1000'
}
record "$b" interfaces.pcapng -i veth0 -i any -i veth1
