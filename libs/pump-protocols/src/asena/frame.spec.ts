import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnwritableFrameError } from '../errors.js';
import { CAPTURED_EXCHANGES, CAPTURED_FRAMES } from '../../test/captured-frames.js';
import { crc16CcittFalse } from './crc16.js';
import { formatFrame, frameText, isWritableField, latin1Bytes, MAX_FRAME_BYTES } from './frame.js';
import { AsenaParser, type AsenaFinding } from './parser.js';

const frames = fc.record({
  command: fc.stringMatching(/^[A-Z][A-Z_0-9]{0,20}$/),
  fields: fc.array(
    fc
      .string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
        maxLength: 20,
      })
      .filter(isWritableField),
    { maxLength: 14 },
  ),
});
const bytes = fc.uint8Array({ maxLength: 1500 });

function parseInChunks(line: Uint8Array, cuts: readonly number[]): AsenaFinding[] {
  const parser = new AsenaParser();
  const places = [0, ...cuts.map((cut) => cut % (line.length + 1)).sort((a, b) => a - b), line.length];
  return places.slice(1).flatMap((end, index) => parser.push(line.subarray(places[index], end)));
}

const parseAll = (text: string): AsenaFinding[] => new AsenaParser().push(latin1Bytes(text));

describe('the CRC of a frame', () => {
  it('is CRC-16/CCITT-FALSE: the catalogue check value is 29B1', () => {
    expect(crc16CcittFalse(latin1Bytes('123456789'))).toBe(0x29b1);
  });
});

describe('a frame that was captured from a real exchange', () => {
  it.each(CAPTURED_FRAMES)('%s is accepted and written back byte for byte', (text) => {
    const findings = parseAll(`${text}\r`);
    const [first] = findings;
    expect(findings).toHaveLength(1);
    if (first?.kind !== 'frame') throw new Error(`not a frame: ${JSON.stringify(first)}`);
    expect(frameText(first.frame)).toBe(text);
  });

  it.each(CAPTURED_EXCHANGES.flatMap(([request, text]) => (request === null ? [] : [{ request, text }])))(
    'our request is the recorded $text',
    ({ request, text }) => expect(frameText(request)).toBe(text),
  );
});

describe('a line that delivers a frame', () => {
  it('gives back what was sent, however the bytes were cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 12 }), (frame, cuts) => {
        expect(parseInChunks(formatFrame(frame.command, frame.fields), cuts)).toEqual([
          { kind: 'frame', frame },
        ]);
      }),
    );
  });

  it('gives the same findings for any bytes, however they were cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (line, cuts) => {
        expect(parseInChunks(line, cuts)).toEqual(new AsenaParser().push(line));
      }),
    );
  });

  it('never throws and never holds more than one frame, whatever comes', () => {
    const lively = fc.array(fc.constantFrom(0x21, 0x5e, 0x7c, 0x0d, 0x1b, 0x41, 0x30, 0x00, 0xff), {
      maxLength: 2000,
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            bytes,
            lively.map((codes) => Uint8Array.from(codes)),
          ),
          { maxLength: 8 },
        ),
        (chunks) => {
          const parser = new AsenaParser();
          for (const chunk of chunks) {
            parser.push(chunk);
            expect(parser.pendingBytes).toBeLessThanOrEqual(MAX_FRAME_BYTES);
          }
        },
      ),
    );
  });

  it('finds a whole frame after any garbage, also after an unfinished frame', () => {
    fc.assert(
      fc.property(bytes, frames, (garbage, frame) => {
        const line = Buffer.concat([garbage, formatFrame(frame.command, frame.fields)]);
        expect(new AsenaParser().push(line).at(-1)).toEqual({ kind: 'frame', frame });
      }),
    );
  });

  it('never takes a frame with one wrong bit for another frame', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (frame, position) => {
        const line = formatFrame(frame.command, frame.fields);
        const bit = position % (line.length * 8);
        line[bit >> 3] = (line[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // A flip that makes a start mark is a different frame's beginning: only there is chance (1 in 65,536) left.
        fc.pre(bit >> 3 === 0 || line[bit >> 3] !== 0x21);
        expect(new AsenaParser().push(line).filter((finding) => finding.kind === 'frame')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(CAPTURED_FRAMES)('rejects every single-bit flip of %s', (text) => {
    const original = latin1Bytes(`${text}\r`);
    for (let bit = 0; bit < original.length * 8; bit += 1) {
      const line = original.slice();
      line[bit >> 3] = (line[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(new AsenaParser().push(line).filter((finding) => finding.kind === 'frame')).toEqual([]);
    }
  });
});

describe('a line that delivers something else', () => {
  it('names both values of a wrong CRC', () => {
    expect(parseAll('!REMQUERY^DEACT^^^|E5C9\r')).toEqual([
      { kind: 'wrong-crc', text: 'REMQUERY^DEACT^^^|E5C9', expected: 'B968', received: 'E5C9' },
    ]);
  });

  it('drops a reply that the pump aborts with ESC, and takes the next one', () => {
    expect(parseAll('!INF^8002\x1b!INF_STOP|CD57\r').map(({ kind }) => kind)).toEqual(['aborted', 'frame']);
    expect(parseAll('\x1b')).toEqual([{ kind: 'aborted', bytes: 0 }]);
  });

  it('counts bytes outside frames and says when a tail is missing', () => {
    expect(parseAll('\n\nxy!INF_STO!INF_STOP|CD57\r')).toEqual([
      { kind: 'noise', bytes: 4 },
      { kind: 'interrupted', text: 'INF_STO' },
      { kind: 'frame', frame: { command: 'INF_STOP', fields: [] } },
    ]);
  });

  it('gives up a frame without an end', () => {
    const findings = parseAll(`!${'x'.repeat(3000)}!INF_STOP|CD57\r`);
    expect(findings[0]).toEqual({ kind: 'oversize', bytes: MAX_FRAME_BYTES + 2 });
    expect(findings.at(-1)).toEqual({ kind: 'frame', frame: { command: 'INF_STOP', fields: [] } });
  });

  it.each([
    '!\r',
    '!|FFFF\r',
    '!INF\r',
    '!INF|4961|4961\r',
    '!inf_stop|cd57\r',
    '!INF_STOP|CD5\r',
    '!INF_STOP|cd57\r',
  ])('%j is no frame', (text) => expect(parseAll(text)).toMatchObject([{ kind: 'malformed' }]));

  it('forgets the head of a late answer when asked to', () => {
    const parser = new AsenaParser();
    parser.push(latin1Bytes('zz!INF^8002'));
    expect(parser.reset()).toBe(11 - 2);
    expect(parser.push(latin1Bytes('-51740|0000\r'))).toEqual([]);
    expect(parser.push(latin1Bytes('!INF_STOP|CD57\r')).map(({ kind }) => kind)).toEqual(['noise', 'frame']);
  });
});

describe('a frame that cannot be written', () => {
  it.each(['a!b', 'a^b', 'a|b', 'a\rb', 'a\x1bb', 'Δ'])('refuses the field %j', (field) => {
    expect(() => formatFrame('INF', [field])).toThrow(UnwritableFrameError);
  });

  it('refuses a command that is no word, and a frame that no parser would hold', () => {
    expect(() => formatFrame('')).toThrow(UnwritableFrameError);
    expect(() => formatFrame('INF STOP')).toThrow(UnwritableFrameError);
    expect(() => formatFrame('INF', ['x'.repeat(MAX_FRAME_BYTES)])).toThrow(UnwritableFrameError);
  });
});
