import { z } from 'zod';
import { instant, sha256, token, unit } from './terms.js';

/**
 * The text that people sign to release a drug library. The dosing service writes it, once, in `library-proposed`; whoever asks for
 * approval at access gives these very bytes. A library that differs in one byte has another hash, so it is another text.
 */
export const libraryReleaseText = z
  .strictObject({
    kind: z.literal('library-release'),
    site: z.string().min(1).max(128),
    proposal: z.uuid(),
    unit,
    library: token,
    version: z.string().min(1).max(32),
    status: z.enum(['example', 'clinical']),
    libraryHash: sha256,
    effectiveFrom: instant,
    reason: z.string().min(1).max(512),
    warnings: z.number().int().min(0).describe('Warnings of the linter that are accepted with it'),
    replacesHash: sha256.optional().describe('The library that was active when it was proposed'),
  })
  .describe('Exactly what two people sign about a drug library');

export type LibraryReleaseText = z.infer<typeof libraryReleaseText>;
