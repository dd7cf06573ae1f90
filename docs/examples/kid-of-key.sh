#!/usr/bin/env bash
# Prints the thumbprint (RFC 7638) of a P-256 key file, private or public, with nothing but openssl and the shell.
#
#   kid-of-key.sh <PEM file>
set -euo pipefail

encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
point() { openssl pkey "${kind[@]}" -in "$file" -pubout -outform DER | tail -c 64; } # x and y, 32 bytes each

file=$1 kind=()
grep -q 'BEGIN PUBLIC KEY' "$file" && kind=(-pubin)
x=$(point | head -c 32 | encode) y=$(point | tail -c 32 | encode)
printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | encode
echo
