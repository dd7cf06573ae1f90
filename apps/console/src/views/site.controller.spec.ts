import { describe, expect, it } from 'vitest';
import { adviceFor } from './site.controller.js';

const HOSPITAL = 'https://console.hospital.example';
const HERE = 'http://localhost:7090';

describe('where passkeys work', () => {
  it('is the origin of the console, and nothing has to be said there', () => {
    expect(adviceFor('console.hospital.example', HOSPITAL)).toBeNull();
    expect(adviceFor('localhost:7090', HERE)).toBeNull();
  });

  it.each([
    ['10.0.0.7', HOSPITAL, 'ip-address'],
    ['127.0.0.1:7090', HERE, 'ip-address'],
    ['[::1]:7090', HERE, 'ip-address'],
    ['ward-pc:7090', HERE, 'insecure-origin'],
    ['localhost:7091', HERE, 'other-origin'],
    ['old.hospital.example', HOSPITAL, 'other-origin'],
    ['', HOSPITAL, 'other-origin'],
  ])('is not %s where the console is %s: %s', (host, origin, reason) => {
    const advice = adviceFor(host, origin);
    expect(advice).toMatchObject({ reason, open: `${origin}/` });
    expect(advice?.words).toContain(`${origin}/`);
  });
});
