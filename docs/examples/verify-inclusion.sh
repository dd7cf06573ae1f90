#!/usr/bin/env bash
# Verifies an RFC 6962 inclusion proof with nothing but openssl and the shell.
#
#   verify-inclusion.sh <entry> <proof>
#
# The proof is a text of lines: leaf index, tree size, root, then the hashes of the path from the leaf upwards, all hashes in
# hexadecimal digits. Root and size come from a block's header that you trust; leaf index = position - 1.
set -euo pipefail

sha256() { printf "$(sed 's/../\\x&/g')" | openssl dgst -sha256 -r | cut -d ' ' -f 1; }

{ read -r index; read -r size; read -r root; } <"$2"
((index >= 0 && index < size)) || { echo "no leaf $index in a tree of $size"; exit 1; }
hash=$({ printf '\x00'; cat "$1"; } | openssl dgst -sha256 -r | cut -d ' ' -f 1)
last=$((size - 1))
while read -r sibling; do # RFC 9162, section 2.1.3.2
  ((last > 0)) || { echo 'the path is too long'; exit 1; }
  if ((index % 2 == 1 || index == last)); then
    hash=$(printf '01%s%s' "$sibling" "$hash" | sha256)
    while ((index % 2 == 0 && index > 0)); do index=$((index / 2)) last=$((last / 2)); done
  else
    hash=$(printf '01%s%s' "$hash" "$sibling" | sha256)
  fi
  index=$((index / 2)) last=$((last / 2))
done < <(tail -n +4 "$2")
((last == 0)) || { echo 'the path is too short'; exit 1; }
[[ $hash == "${root#0x}" ]] || { echo "the path leads to $hash"; exit 1; }
echo "included, leaf hash proven up to root $root"
