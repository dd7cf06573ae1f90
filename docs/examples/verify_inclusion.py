"""Proves that an entry is in a block, from the block's one message, without any code of BCMed.

    python3 verify_inclusion.py <message of BLOCKS> <entry> <position>

Both files hold an entry as it came: seal, line feed, body. Standard library only. That the message itself is genuine is
another question: verify_seal.py checks the ledger's seal, block-signers.mjs the validators' signatures.
"""

import base64
import hashlib
import json
import pathlib
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def root_of(size, frontier, leaves):
    """RFC 6962: `frontier` are the complete subtrees of the first `size` leaves; adding a leaf is a binary carry."""
    stack = list(frontier)
    for leaf in leaves:
        stack.append(leaf)
        carry = size
        while carry & 1:
            right, left = stack.pop(), stack.pop()
            stack.append(sha256(b"\x01", left, right))
            carry >>= 1
        size += 1
    root = stack.pop()
    while stack:
        root = sha256(b"\x01", stack.pop(), root)
    return root


def main(block_path, entry_path, position):
    block = json.loads(pathlib.Path(block_path).read_bytes().partition(b"\n")[2])["data"]
    header = block["header"]
    leaves = [from_base64url(leaf) for leaf in block["leafHashes"]]
    frontier = [from_base64url(node) for node in block["frontier"]]
    before = int(header["treeSize"]) - len(leaves)
    if bin(before).count("1") != len(frontier):
        sys.exit("the frontier does not fit the size of the tree")
    if "0x" + root_of(before, frontier, leaves).hex() != header["rootHash"]:
        sys.exit("frontier and leaves do not give the root of the header")
    for exception in block["exceptions"]:
        if int(exception["position"]) == position:
            sys.exit(f"position {position} was refused: {exception['reason']}")
    index = position - int(header["firstSequence"])
    leaf = sha256(b"\x00", pathlib.Path(entry_path).read_bytes())
    if not 0 <= index < len(leaves) or leaves[index] != leaf:
        sys.exit(f"block {header['number']} does not hold this entry at position {position}")
    print(f"position {position}: in block {header['number']}, root {header['rootHash']}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
