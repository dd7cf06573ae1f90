"""Verifies one sealed event, without any code of BCMed.

    python3 verify_seal.py <root kid> <folder of entries> <position>

The folder holds ledger entries (seal, line feed, body) as files that are named by their position in the stream EVENTS: the
one to verify, position 1, and every event of the area `access` before it. Needs the package `cryptography`.
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ROOT_ONLY = ("bcmed.ledger.epoch-opened", "bcmed.access.credential-enrolled", "bcmed.access.credential-revoked")


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def thumbprint(jwk):
    """RFC 7638: the name of a key is a hash of the key, so it cannot lie."""
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return to_base64url(hashlib.sha256(text.encode()).digest())


def seal_holds(seal, body, jwk):
    """RFC 7515 appendix F with RFC 7797: the signature is over `header.` and the body, byte for byte."""
    kid = thumbprint(jwk)
    members = {"alg": "ES256", "kid": kid, "typ": "bcmed-event+json", "b64": False, "crit": ["b64"]}
    header = to_base64url(json.dumps(members, separators=(",", ":")).encode())
    given, _, signature = seal.partition("..")
    raw = from_base64url(signature)
    if given != header or len(raw) != 64:  # there is one header for a key, and nothing else is accepted
        return False
    point = [int.from_bytes(from_base64url(jwk[name]), "big") for name in ("x", "y")]
    key = ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key()
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(der, header.encode() + b"." + body, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def verify(keys, root_kid, entry):
    """Returns the event, or raises ValueError. `keys` are those that were known before this position."""
    seal, _, body = entry.partition(b"\n")
    seal = seal.decode("ascii")
    kid = json.loads(from_base64url(seal.partition("..")[0]))["kid"]
    key = keys.get(kid)
    if key is None and kid == root_kid:  # the first event brings the root key itself; its name is pinned
        key = {"publicKey": json.loads(body)["data"]["rootKey"], "areas": [], "holder": "site/root"}
    if key is None or thumbprint(key["publicKey"]) != kid:
        raise ValueError(f"unknown key {kid}")
    if not seal_holds(seal, body, key["publicKey"]):
        raise ValueError("the seal does not hold")
    event = json.loads(body)
    area = event["type"].split(".")[1]
    allowed = event["type"] in ROOT_ONLY if kid == root_kid else area in key["areas"] and event["type"] not in ROOT_ONLY
    if not allowed or (kid != root_kid and event["source"] != key["holder"]):
        raise ValueError(f"key {kid} may not say this")
    return event


def learn(keys, event):
    """Keeps the keys of the stream as of the position after this event."""
    data = event["data"]
    if event["type"] == "bcmed.ledger.epoch-opened":
        keys[thumbprint(data["rootKey"])] = {"publicKey": data["rootKey"], "areas": [], "holder": "site/root"}
    elif event["type"] == "bcmed.access.credential-enrolled" and not keys.get(data["keyId"], {}).get("revoked"):
        keys[data["keyId"]] = data
    elif event["type"] == "bcmed.access.credential-revoked" and data["keyId"] in keys:
        keys[data["keyId"]] = {**keys[data["keyId"]], "areas": [], "revoked": True}  # for good, and from here on


def main(root_kid, folder, position):
    keys = {}
    for at in sorted(int(path.name) for path in pathlib.Path(folder).iterdir() if path.name.isdigit()):
        event = None
        try:
            event = verify(keys, root_kid, pathlib.Path(folder, str(at)).read_bytes())
        except (ValueError, KeyError) as problem:
            if at == position:
                sys.exit(f"position {at}: {problem}")
        if at == position:
            print(f"position {at}: verified, {event['type']} by {event['actor']}")
            return
        if event is not None:
            learn(keys, event)
    sys.exit(f"position {position}: not in {folder}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
