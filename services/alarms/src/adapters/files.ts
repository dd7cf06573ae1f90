import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Place } from '../domain/ward.js';

const token = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'only a-z, 0-9 and inner hyphens, at most 64');

const wardFile = z.strictObject({
  pumps: z.record(z.string(), z.strictObject({ unit: token.optional(), bed: token.optional() })),
});

/** Where pumps stand, by serial in lower case. Throws what is wrong with the file. */
export function readWardFile(path: string): ReadonlyMap<string, Place> {
  const { pumps } = wardFile.parse(parse(readFileSync(path, 'utf8')));
  return new Map(Object.entries(pumps).map(([serial, place]) => [serial.toLowerCase(), place]));
}

const SECRET_MODE = 0o077;
const LEAST_SECRET_BYTES = 24;

/** A secret from a file that nobody else may read; a line feed at its end does not count. */
export function readSecretFile(path: string, leastBytes = 1): string {
  if ((statSync(path).mode & SECRET_MODE) !== 0) throw new Error('others may read it: chmod 600');
  const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  if (Buffer.byteLength(secret) < leastBytes) throw new Error(`it holds less than ${leastBytes} bytes`);
  return secret;
}

export function readWebhookSecret(path: string): string {
  return readSecretFile(path, LEAST_SECRET_BYTES);
}
