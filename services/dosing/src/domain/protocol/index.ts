/** Algorithm 2's protocol in BigInt: the mirror of contracts/solidity/DrugProtocol.sol. */
export { evaluateProtocol } from './evaluate.js';
export {
  LIMIT,
  PROTOCOL_VERDICTS,
  PROTOCOL_WIDTHS,
  REQUEST_WIDTHS,
  boundsOf,
  fieldsOutOfRange,
  type DrugProtocol,
  type ProtocolAnswer,
  type ProtocolRequest,
  type ProtocolVerdict,
  type Width,
} from './protocol.js';
