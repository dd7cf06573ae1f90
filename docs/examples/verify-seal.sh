#!/usr/bin/env bash
# Verifies one seal with nothing but openssl and the shell.
#
#   verify-seal.sh <entry that names the key> <entry to verify>
#
# An entry is a file with the seal, a line feed and the body. The first one may be position 1 of the stream (it names the root
# key) or the enrolment of a key; its own seal is checked by calling this program with it as the second one. Prints the
# thumbprint of the key: compare the one of position 1 with the root kid that you pinned.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

hex() { od -An -v -tx1 | tr -d ' \n'; }                       # bytes to hexadecimal digits
unhex() { printf "$(sed 's/../\\x&/g')"; }                    # and back
decode() { local t; t=$(tr -- '-_' '+/'); while ((${#t} % 4)); do t+='='; done; printf '%s' "$t" | openssl base64 -d -A; }
encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
member() { grep -ao "\"$1\":\"[A-Za-z0-9_-]*\"" "$2" | head -n 1 | cut -d '"' -f 4; }
integer() { local n=$1; while [[ $n == 00* && ${n:2:1} < 8 ]]; do n=${n:2}; done   # DER: no needless zeros in front,
  [[ ${n:0:1} > 7 ]] && n=00$n; printf '02%02x%s' $((${#n} / 2)) "$n"; }           # and a zero where the sign bit would be set

# The public key: 26 bytes that say "point on P-256, uncompressed" (RFC 5480), then x and y.
x=$(member x "$1") y=$(member y "$1")
printf '3059301306072a8648ce3d020106082a8648ce3d03010703420004%s%s' \
  "$(printf %s "$x" | decode | hex)" "$(printf %s "$y" | decode | hex)" | unhex |
  openssl pkey -pubin -inform DER -out "$tmp/key.pem"
kid=$(printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | encode)

# The seal: the one header that there is for this key, two dots, 64 bytes r and s.
header=$(printf '{"alg":"ES256","kid":"%s","typ":"bcmed-event+json","b64":false,"crit":["b64"]}' "$kid" | encode)
seal=$(head -n 1 "$2")
[[ ${seal%%..*} == "$header" ]] || { echo "sealed by another key than $kid"; exit 1; }
raw=$(printf %s "${seal#*..}" | decode | hex)
[[ ${#raw} == 128 ]] || { echo 'the signature is not 64 bytes'; exit 1; }
pair=$(integer "${raw:0:64}")$(integer "${raw:64}")
printf '30%02x%s' $((${#pair} / 2)) "$pair" | unhex >"$tmp/signature.der"

# What was signed: the header, a dot, and the body exactly as it came.
{ printf '%s.' "$header"; tail -c +$((${#seal} + 2)) "$2"; } >"$tmp/signed"
openssl dgst -sha256 -verify "$tmp/key.pem" -signature "$tmp/signature.der" "$tmp/signed" >/dev/null ||
  { echo 'the seal does not hold'; exit 1; }
echo "verified, key $kid"
