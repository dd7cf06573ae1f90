import { computeAddress, getAddress, getBytes, hexlify, type BaseWallet } from 'ethers';
import { recover as recoverPoint } from 'tiny-secp256k1';
import { headerDigest, hex, type BlockHeader, type Hex } from './block-header.js';
import { signDigest } from './sign-digest.js';

/** One validator's word for one header. */
export interface HeaderSignature {
  /** The validator's address, with the capitals of its checksum. */
  readonly signer: Hex;
  /** 65 bytes `r ‖ s ‖ v`, low s, v 27 or 28. */
  readonly signature: Hex;
}

/** Who may sign for a site, and how many must. The contract holds the same two facts and never changes them. */
export interface ValidatorSet {
  readonly validators: readonly string[];
  readonly quorum: number;
}

/** Why a signature is not one, before anybody asks who made it. */
export type SignatureFault = 'wrong-length' | 'wrong-recovery-id' | 'high-s' | 'not-recoverable';

/** What the contract would say to these signatures; every refusal names the first entry that is at fault. */
export type QuorumOutcome =
  | { readonly kind: 'quorum'; readonly signers: readonly Hex[] }
  | { readonly kind: 'too-few'; readonly needed: number; readonly given: number }
  | { readonly kind: 'malformed'; readonly index: number; readonly fault: SignatureFault }
  | {
      readonly kind: 'not-ascending';
      readonly index: number;
      readonly previous: Hex;
      readonly signer: Hex;
      readonly duplicate: boolean;
    }
  | { readonly kind: 'not-a-validator'; readonly index: number; readonly signer: Hex };

/** Half the order of secp256k1 (SEC 2, 2.4.1): of the two valid values of s, only the lower one is taken (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * Signs as one validator, deterministically (RFC 6979). It does not ask whether the header is true nor whether another
 * was signed for the same number: that is the validator's decision and its safety store's, before it calls this.
 */
export function signHeader(header: BlockHeader, wallet: BaseWallet): HeaderSignature {
  const { serialized } = signDigest(wallet, headerDigest(header));
  return { signer: hex(getAddress(wallet.address)), signature: hex(serialized) };
}

/** Orders signatures as the contract demands: by signer, strictly ascending. A validator that signed twice counts once. */
export function sortSignatures(signatures: readonly HeaderSignature[]): HeaderSignature[] {
  const bySigner = new Map(signatures.map((entry) => [entry.signer.toLowerCase(), entry]));
  return [...bySigner].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** Who made each signature, in the order given; a fault where nobody can have. Membership is not looked at. */
export function recoverSigners(
  header: BlockHeader,
  signatures: readonly string[],
): ({ readonly signer: Hex } | { readonly fault: SignatureFault })[] {
  const digest = headerDigest(header);
  return signatures.map((signature) => recover(digest, signature));
}

/**
 * Whether these signatures carry the header: well formed, by validators only, strictly ascending by signer, at least
 * a quorum. The order of the checks is the contract's, so that a refusal here predicts its refusal there.
 */
export function checkQuorum(
  header: BlockHeader,
  signatures: readonly string[],
  set: ValidatorSet,
): QuorumOutcome {
  if (signatures.length < set.quorum) {
    return { kind: 'too-few', needed: set.quorum, given: signatures.length };
  }
  const allowed = new Set(set.validators.map((address) => address.toLowerCase()));
  const digest = headerDigest(header);
  const signers: Hex[] = [];
  for (const [index, signature] of signatures.entries()) {
    const found = recover(digest, signature);
    if ('fault' in found) return { kind: 'malformed', index, fault: found.fault };
    const { signer } = found;
    const previous = signers.at(-1);
    if (previous !== undefined && signer.toLowerCase() <= previous.toLowerCase()) {
      return { kind: 'not-ascending', index, previous, signer, duplicate: signer === previous };
    }
    if (!allowed.has(signer.toLowerCase())) return { kind: 'not-a-validator', index, signer };
    signers.push(signer);
  }
  return { kind: 'quorum', signers };
}

function recover(digest: Hex, signature: string): { signer: Hex } | { fault: SignatureFault } {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return { fault: 'wrong-length' };
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER) return { fault: 'high-s' };
  if (!/(?:1b|1c)$/i.test(signature)) return { fault: 'wrong-recovery-id' };
  try {
    const bytes = getBytes(signature);
    const recoveryId = bytes[64] === 28 ? 1 : 0;
    const point = recoverPoint(getBytes(digest), bytes.subarray(0, 64), recoveryId, false);
    return point === null ? { fault: 'not-recoverable' } : { signer: hex(computeAddress(hexlify(point))) };
  } catch {
    return { fault: 'not-recoverable' };
  }
}
