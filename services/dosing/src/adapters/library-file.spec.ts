import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LibraryInvalidError, LibraryUnreadableError } from '../errors.js';
import { libraryHash, openLibraryFile, readLibraryFile } from './library-file.js';

const FILE = join(import.meta.dirname, '../../library/example.yaml');
const EXAMPLE = readFileSync(FILE);

describe('a library as a file', () => {
  it('is named by the SHA-256 of its bytes, as sha256sum says it', () => {
    const hex = execFileSync('sha256sum', [FILE], { encoding: 'utf8' }).slice(0, 64);
    expect(openLibraryFile(EXAMPLE).hash).toBe(Buffer.from(hex, 'hex').toString('base64url'));
  });

  it('is another library with one more blank line', () => {
    const longer = Buffer.concat([EXAMPLE, Buffer.from('\n')]);
    expect(readLibraryFile(longer).library).toEqual(readLibraryFile(EXAMPLE).library);
    expect(libraryHash(longer)).not.toBe(libraryHash(EXAMPLE));
  });

  it('is not read when it is not UTF-8', () => {
    const latin = Buffer.concat([EXAMPLE, Buffer.from([0xb5, 0x67])]);
    expect(() => readLibraryFile(latin)).toThrow(LibraryUnreadableError);
  });

  it('is not opened with errors, and says each with its line', () => {
    const wrong = Buffer.from(EXAMPLE.toString().replace('30 unit/h', '30 mg/h'));
    expect(() => openLibraryFile(wrong)).toThrow(LibraryInvalidError);
    expect(() => openLibraryFile(wrong)).toThrow(/line \d+, insulin\/adult-icu\/limits\/hardHigh/);
  });
});
