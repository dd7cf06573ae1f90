/**
 * Says which validators signed a block, and whether they are a quorum. Needs the package `ethers`.
 *
 *   node block-signers.mjs <message of BLOCKS> <position 1 of EVENTS>
 *
 * Both files hold an entry as it came: seal, line feed, body. Position 1 names the validators; verify its seal first.
 */
import { readFileSync } from 'node:fs';
import { TypedDataEncoder, id, recoverAddress } from 'ethers';

const dataOf = (path) => {
  const entry = readFileSync(path);
  return JSON.parse(entry.subarray(entry.indexOf(0x0a) + 1).toString('utf8')).data;
};

const types = {
  BlockHeader: [
    { name: 'site', type: 'string' },
    { name: 'number', type: 'uint64' },
    { name: 'firstSequence', type: 'uint64' },
    { name: 'lastSequence', type: 'uint64' },
    { name: 'treeSize', type: 'uint64' },
    { name: 'rootHash', type: 'bytes32' },
    { name: 'previousHash', type: 'bytes32' },
    { name: 'timeMs', type: 'uint64' },
  ],
};

const { header, signatures, blockHash } = dataOf(process.argv[2]);
const { validators, quorum } = dataOf(process.argv[3]);

if (TypedDataEncoder.hashStruct('BlockHeader', types, header) !== blockHash)
  throw new Error('the header does not hash to the block hash');
const domain = { name: 'BCMed block', version: '1', salt: id(header.site) };
const digest = TypedDataEncoder.hash(domain, types, header);
const known = new Set(validators.map((address) => address.toLowerCase()));
const signers = new Set(signatures.map(({ signature }) => recoverAddress(digest, signature).toLowerCase()));
const count = [...signers].filter((signer) => known.has(signer)).length;

console.log(`block ${header.number}: signed by ${count} of ${known.size} validators, ${quorum} are needed`);
process.exitCode = count >= quorum ? 0 : 1;
