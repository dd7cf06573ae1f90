import type { SiteFile } from './export-format.js';

/** What the folder says about itself to somebody who has nothing but the folder. */
export function exportReadme(site: SiteFile): string {
  const example = site.positions === '0' ? 'no position yet' : 'position 1';
  return `# Export of the log of site ${site.site}

${site.positions} positions in ${site.blocks} blocks, exported at ${site.exportedAt}. Every event of the site up to the last block stands
in this folder exactly as it was sealed; ${site.leftOut} newer ones had no block yet and were left out.

## Verify it

    bcmed verify --export . --root-key ${site.rootKeyId}

The root key's thumbprint is the one thing to bring along from elsewhere: compare it with the one that the site printed
at its first start. Everything else follows from it: it opened the epoch (position 1), which names the validators, and it
made every other key known.

## What is where

| path | holds |
| --- | --- |
| \`tile/entries/<N>\` | 256 leaves each, every one behind its length (16 bits, big-endian): seal, line feed, body; or a rejection record |
| \`tile/<L>/<N>\` | the Merkle tree (RFC 6962, SHA-256) in tiles of 256 hashes, layout C2SP tlog-tiles; \`.p/<W>\` is a tile of W hashes |
| \`refused/<position>\` | an entry that the rules refused: one line with subject and seal in JSON, then the body |
| \`blocks.ndjson\` | the confirmation of every block, one a line: subject, seal, body |
| \`checkpoint\` | size and root of the tree |
| \`site.json\` | site, root key, and the chain's facts as they were when this was exported |

Position p of the stream is leaf p-1 of the tree. A block's signatures are secp256k1 over the EIP-712 digest of its header.

## By hand, without our programs

One seal, with openssl. A seal is a detached JWS: the signed bytes are its protected header, a full stop, and the body. P is
the position whose seal is checked, K the position of the event that made its key known: 1 for the root's own events (${example}),
for every other event the \`credential-enrolled\` of its key. Both within the first 256 positions here.

\`\`\`sh
P=\${P:-1} K=\${K:-1} WORK=$(mktemp -d)
entry() { # the bytes of one position
  local file offset=0 length _
  file=$(find tile/entries -path '*/000' -type f -o -path '*/000.p/*' -type f | sort | head -n 1)
  for _ in $(seq 2 "$1"); do offset=$((offset + 2 + 0x$(xxd -s "$offset" -l 2 -p "$file"))); done
  length=$((0x$(xxd -s "$offset" -l 2 -p "$file")))
  tail -c +$((offset + 3)) "$file" | head -c "$length"
}
unbase64url() { local t; t=$(printf '%s' "$1" | tr '_-' '/+'); while [ $((\${#t} % 4)) -ne 0 ]; do t="$t="; done; printf '%s' "$t" | openssl base64 -d -A; }
entry "$P" > "$WORK/entry"
SEAL=$(head -n 1 "$WORK/entry")
{ printf '%s.' "\${SEAL%%.*}"; tail -c +$((\${#SEAL} + 2)) "$WORK/entry"; } > "$WORK/signed"
RS=$(unbase64url "\${SEAL##*.}" | xxd -p -c 64)
printf 'asn1=SEQUENCE:s\\n[s]\\nr=INTEGER:0x%s\\ns=INTEGER:0x%s\\n' "$(echo "$RS" | cut -c1-64)" "$(echo "$RS" | cut -c65-128)" > "$WORK/asn1"
openssl asn1parse -genconf "$WORK/asn1" -noout -out "$WORK/signature"
JWK=$(entry "$K" | tail -n 1 | sed -n 's/.*"\\(rootKey\\|publicKey\\)":{[^}]*"x":"\\([^"]*\\)","y":"\\([^"]*\\)".*/\\2 \\3/p')
X=\${JWK% *} Y=\${JWK#* }
{ printf '3059301306072a8648ce3d020106082a8648ce3d03010703420004' | xxd -r -p; unbase64url "$X"; unbase64url "$Y"; } > "$WORK/key"
echo "key $(printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$X" "$Y" | openssl dgst -sha256 -binary | openssl base64 -A | tr '/+' '_-' | tr -d '=')"
openssl dgst -sha256 -verify "$WORK/key" -keyform DER -signature "$WORK/signature" "$WORK/signed"
rm -r "$WORK"
\`\`\`

The whole tree, with nothing but Python's standard library: the root must be the one in \`checkpoint\`, and in the header of
the last line of \`blocks.ndjson\`.

\`\`\`python
import base64, glob, hashlib, json, re
sha = lambda b: hashlib.sha256(b).digest()
def root(h):
    if len(h) == 1: return h[0]
    k = 1
    while 2 * k < len(h): k *= 2
    return sha(b"\\x01" + root(h[:k]) + root(h[k:]))
def number(path):
    return int("".join(re.findall(r"\\d{3}", path.split("entries", 1)[1].split(".p")[0])))
files = [f for f in glob.glob("tile/entries/**", recursive=True) if re.search(r"(/\\d{3}|\\.p/\\d+)$", f) and not f.endswith(".p")]
leaves = []
for path in sorted(files, key=number):
    data = open(path, "rb").read()
    while data:
        n = int.from_bytes(data[:2], "big")
        leaves.append(sha(b"\\x00" + data[2:2 + n]))
        data = data[2 + n:]
ours = root(leaves) if leaves else sha(b"")
said = base64.b64decode(open("checkpoint").read().split("\\n")[2])
last = [l for l in open("blocks.ndjson").read().split("\\n") if l]
signed = bytes.fromhex(json.loads(json.loads(last[-1])["body"])["data"]["header"]["rootHash"][2:]) if last else ours
print(len(leaves), "leaves", ours.hex(), "OK" if ours == said == signed else "DIFFERS")
\`\`\`
`;
}
