import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { readLibraryFile } from '../adapters/library-file.js';
import { LibraryShelf } from '../adapters/library-shelf.js';
import { DosingError } from '../errors.js';
import { libraryAnswer, libraryText, lintAnswer, problem, type LibraryText } from '../views/api-schemas.js';

/** The drug library that orders are checked against, and the linter for the next one. */
@ApiTags('library')
@Controller('library')
export class LibraryController {
  constructor(private readonly shelf: LibraryShelf) {}

  @Get()
  @ApiOperation({ summary: 'The library in force, with its hash' })
  @ApiOkResponse({ standardSchema: libraryAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  library(): z.infer<typeof libraryAnswer> {
    const found = this.shelf.now();
    if (found instanceof DosingError) throw found;
    const { name, version, status, effectiveFrom } = found.content;
    return {
      hash: found.hash,
      name,
      version,
      status,
      unit: this.shelf.unit,
      effectiveFrom,
      text: found.text,
    };
  }

  @Post('lint')
  @HttpCode(200)
  @ApiOperation({ summary: 'What the linter says of a library; nothing is kept' })
  @ApiOkResponse({ standardSchema: lintAnswer })
  @ApiBadRequestResponse({ standardSchema: problem })
  lint(@Body({ schema: libraryText }) { text }: LibraryText): z.infer<typeof lintAnswer> {
    const { hash, library, problems } = readLibraryFile(Buffer.from(text, 'utf8'));
    return { hash, releasable: library !== undefined, problems: problems.map((one) => ({ ...one })) };
  }
}
