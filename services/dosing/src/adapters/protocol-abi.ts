import { drugProtocolArtifact } from '@bcmed/contracts';
import { Interface, keccak256 } from 'ethers';
import {
  PROTOCOL_VERDICTS,
  PROTOCOL_WIDTHS,
  type DrugProtocol,
  type ProtocolAnswer,
  type ProtocolRequest,
} from '../domain/protocol/index.js';

/** DrugProtocol's calls and errors, from the committed artefact. */
export const drugProtocol = new Interface(JSON.stringify(drugProtocolArtifact.abi));

/** The id under which the contract knows a protocol: keccak256 of its ABI encoding. Throws what does not fit its integers. */
export function protocolIdOf(protocol: DrugProtocol): string {
  // The arguments of `idOf` are the encoding that the contract hashes; the four bytes before them name the function.
  return keccak256(`0x${drugProtocol.encodeFunctionData('idOf', [protocol]).slice(10)}`);
}

export function encodeEvaluate(id: string, request: ProtocolRequest): string {
  return drugProtocol.encodeFunctionData('evaluate', [id, request]);
}

/** Throws when the bytes are no answer. */
export function decodeEvaluate(bytes: string): ProtocolAnswer {
  return readAnswer(drugProtocol.decodeFunctionResult('evaluate', bytes)[0]);
}

export function encodeProtocolOf(id: string): string {
  return drugProtocol.encodeFunctionData('protocolOf', [id]);
}

/** The numbers of a protocol as the contract holds them. Throws when the bytes are none. */
export function decodeProtocol(bytes: string): DrugProtocol {
  return readProtocol(drugProtocol.decodeFunctionResult('protocolOf', bytes)[0]);
}

function readProtocol(value: unknown): DrugProtocol {
  const fields: unknown[] = Array.isArray(value) ? value : [];
  const [documentHash, ...numbers] = fields;
  const names = Object.keys(PROTOCOL_WIDTHS);
  const whole = numbers.length === names.length && numbers.every((number) => typeof number === 'bigint');
  if (typeof documentHash !== 'string' || !whole)
    throw new TypeError('the contract answered with no protocol');
  const entries = names.map((name, index) => [name, numbers[index]] as const);
  const protocol: unknown = { documentHash, ...Object.fromEntries<unknown>(entries) };
  // Every name of the table has its number: the table has the fields of the struct, in its order.
  return protocol as DrugProtocol;
}

/** ethers hands out `any`; each value is looked at. */
export function readAnswer(value: unknown): ProtocolAnswer {
  const fields: unknown[] = Array.isArray(value) ? value : [];
  const [verdictNumber, limits, accumulator, linearDose, dose] = fields.map((field) => {
    if (typeof field !== 'bigint') throw new TypeError('the contract did not answer with numbers');
    return field;
  });
  const verdict = PROTOCOL_VERDICTS[Number(verdictNumber)];
  if (
    verdict === undefined ||
    limits === undefined ||
    accumulator === undefined ||
    linearDose === undefined ||
    dose === undefined
  ) {
    throw new TypeError('the contract answered with a verdict or a form that nobody knows');
  }
  return { verdict, limits, accumulator, linearDose, dose };
}
