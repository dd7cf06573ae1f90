import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON, minutes, orderText } from '../../test/ward.js';
import {
  answerApproval,
  approvalDecider,
  textHashOf,
  type ApprovalCommand,
  type ApprovalEvent,
  type ApprovalState,
} from '../index.js';

const TEXT = orderText();
const people = fc.constantFrom('person-a', 'person-b', 'person-c', 'person-d');
const hashes = fc.oneof(
  { arbitrary: fc.constant(textHashOf(TEXT)), weight: 8 },
  { arbitrary: fc.constant(textHashOf('another')), weight: 1 },
);
const moments = fc.integer({ min: 0, max: 12 }).map(minutes);
const signatureOf = (person: string) =>
  ({ kind: 'key', person, credentialId: 'A'.repeat(43), signature: 'A'.repeat(86) }) as const;

const commands: fc.Arbitrary<ApprovalCommand> = fc.oneof(
  { weight: 1, arbitrary: moments.map((at) => ({ kind: 'expire', at }) as const) },
  {
    weight: 6,
    arbitrary: fc.tuple(moments, hashes, people, people).map(([at, textHash, person, signer]) => ({
      kind: 'grant' as const,
      at,
      textHash,
      person,
      signature: signatureOf(at > minutes(6) ? signer : person),
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('refuse' as const, 'withdraw' as const), moments, people)
      .map(([kind, at, person]) => ({ kind, at, person, reason: 'no' })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(moments, hashes, fc.uuid(), fc.subarray(['person-a', 'person-b', 'person-c', 'person-d']))
      .map(([at, textHash, consumedBy, standing]) => ({
        kind: 'consume' as const,
        at,
        textHash,
        consumedBy,
        standing,
      })),
  },
);

function requested(approvalsNeeded: number): ApprovalState {
  const command: ApprovalCommand = {
    kind: 'request',
    at: NOON,
    text: TEXT,
    requestedBy: 'person-a',
    signature: signatureOf('person-a'),
    purpose: 'pump-order',
    unit: 'icu-1',
    approvalsNeeded,
    expiresAt: minutes(10),
  };
  return approvalDecider
    .decide(command, approvalDecider.initialState)
    .reduce(approvalDecider.evolve, approvalDecider.initialState);
}

interface Told {
  readonly command: ApprovalCommand;
  readonly event: ApprovalEvent;
}

/** Every event that these commands lead to, and what was asked. */
function run(needed: number, asked: readonly ApprovalCommand[]): { told: Told[]; state: ApprovalState } {
  let state = requested(needed);
  const told: Told[] = [];
  for (const command of asked) {
    for (const event of approvalDecider.decide(command, state)) {
      told.push({ command, event });
      state = approvalDecider.evolve(state, event);
    }
  }
  return { told, state };
}

describe('whatever is asked of an approval, in whatever order', () => {
  const needed = fc.integer({ min: 1, max: 3 });
  const asked = fc.array(commands, { maxLength: 25 });

  it('is consumed at most once, in time, for its text, by enough different people who did not ask', () => {
    let consumptions = 0;
    fc.assert(
      fc.property(needed, asked, (count, list) => {
        const { told } = run(count, list);
        const consumed = told.filter(({ event }) => event.name === 'approval-consumed');
        expect(consumed.length).toBeLessThanOrEqual(1);
        for (const { command, event } of consumed) {
          consumptions++;
          if (event.name !== 'approval-consumed' || command.kind !== 'consume')
            throw new Error('not consumed');
          const granted = told.flatMap(({ event: earlier }) =>
            earlier.name === 'approval-granted' ? [earlier.data.grantedBy] : [],
          );
          const { approvedBy, textHash } = event.data;
          expect(new Set(approvedBy).size).toBe(approvedBy.length);
          expect(approvedBy.length).toBeGreaterThanOrEqual(count);
          expect(approvedBy).not.toContain('person-a');
          for (const person of approvedBy)
            expect([granted, command.standing]).toEqual([
              expect.arrayContaining([person]),
              expect.arrayContaining([person]),
            ]);
          expect(command.standing).toContain('person-a');
          expect(textHash).toBe(textHashOf(TEXT));
          expect(Date.parse(command.at)).toBeLessThan(Date.parse(minutes(10)));
        }
      }),
      { numRuns: 500 },
    );
    // The property says something only where it comes to a consumption.
    expect(consumptions).toBeGreaterThan(10);
  });

  it('says nothing more after its end', () => {
    fc.assert(
      fc.property(needed, asked, (count, list) => {
        const { told } = run(count, list);
        const end = told.findIndex(({ event }) => event.name !== 'approval-granted');
        expect(end === -1 || end === told.length - 1).toBe(true);
      }),
    );
  });

  it('answers the same to the same, and refuses with a word', () => {
    fc.assert(
      fc.property(needed, asked, commands, (count, list, command) => {
        const { state } = run(count, list);
        const answer = answerApproval(command, state);
        expect(answerApproval(command, JSON.parse(JSON.stringify(state)) as ApprovalState)).toEqual(answer);
        if (answer.outcome === 'refused') expect(approvalDecider.decide(command, state)).toEqual([]);
      }),
    );
  });
});
