import { ByPerson, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import { Body, Controller, Get, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { readLibraryFile } from '../adapters/library-file.js';
import { libraryDifferences, type ProposedLibrary } from '../domain/library/index.js';
import { NotFoundError } from '../errors.js';
import {
  againstQuery,
  differencesAnswer,
  problem,
  proposalAnswer,
  proposalParam,
  proposalsAnswer,
  proposalTextAnswer,
  proposedLibrary,
  type AgainstQuery,
  type ProposalAnswer,
  type ProposalParam,
  type ProposedLibraryBody,
} from '../views/api-schemas.js';
import type { Libraries } from '../views/libraries.js';
import { Ward } from '../views/ward.js';
import { LibraryDesk } from './library-desk.js';

/** The release of a drug library, for people who are signed in. What they sign goes to access, as an approval of `releaseText`. */
@ApiTags('library')
@ApiBearerAuth()
@ApiUnauthorizedResponse({ standardSchema: problem })
@UseGuards(PersonGuard)
@Controller('libraries')
export class LibrariesController {
  readonly #libraries: Libraries;

  constructor(
    private readonly desk: LibraryDesk,
    { libraries }: Ward,
  ) {
    this.#libraries = libraries;
  }

  @Post()
  @ApiOperation({ summary: 'Propose a library; the same bytes that wait already give the same answer' })
  @ApiCreatedResponse({ standardSchema: proposalAnswer })
  @ApiBadRequestResponse({ standardSchema: problem })
  @ApiForbiddenResponse({ standardSchema: problem })
  @ApiUnprocessableEntityResponse({ standardSchema: problem })
  async propose(
    @ByPerson() by: PassPerson,
    @Body({ schema: proposedLibrary }) { text }: ProposedLibraryBody,
  ): Promise<ProposalAnswer> {
    return this.#shown(await this.desk.propose(by.person, text));
  }

  @Get()
  @ApiOperation({ summary: 'Every library that was proposed, and how far it came' })
  @ApiOkResponse({ standardSchema: proposalsAnswer })
  list(): z.infer<typeof proposalsAnswer> {
    const libraries = this.#libraries.proposals.map((one) => this.#shown(one));
    return { libraries: libraries.sort((a, b) => (a.proposedAt < b.proposedAt ? 1 : -1)) };
  }

  @Get(':proposal')
  @ApiOperation({ summary: 'One of them, with its bytes and what the linter says' })
  @ApiOkResponse({ standardSchema: proposalTextAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  one(@Param({ schema: proposalParam }) { proposal }: ProposalParam): z.infer<typeof proposalTextAnswer> {
    const found = this.#find(proposal);
    const { problems } = readLibraryFile(Buffer.from(found.text, 'utf8'));
    return { ...this.#shown(found), text: found.text, problems: problems.map((each) => ({ ...each })) };
  }

  @Get(':proposal/differences')
  @ApiOperation({ summary: 'What it changes, against the active library or another proposal' })
  @ApiOkResponse({ standardSchema: differencesAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  differences(
    @Param({ schema: proposalParam }) { proposal }: ProposalParam,
    @Query({ schema: againstQuery }) { against }: AgainstQuery,
  ): z.infer<typeof differencesAnswer> {
    const to = this.#find(proposal);
    const from = against === undefined ? this.#libraries.inForce(to.unit) : this.#find(against);
    const differences = libraryDifferences(from?.text ?? '', to.text).map(({ path, before, after }) => ({
      path,
      before: before ?? null,
      after: after ?? null,
    }));
    return { from: from?.proposal ?? null, to: to.proposal, differences };
  }

  #find(proposal: string): ProposedLibrary {
    const found = this.#libraries.with(proposal);
    if (found === undefined) throw new NotFoundError('There is no such proposal of a library.');
    return found;
  }

  #shown(one: ProposedLibrary): ProposalAnswer {
    const { proposal, unit, library: name, release, text: _text, decidedBy: _decidedBy, ...about } = one;
    const active = this.#libraries.actives.get(unit);
    const isActive = active?.proposal === proposal;
    const newer = BigInt(this.#libraries.inForce(unit)?.release?.number ?? 0);
    const replaced = release !== undefined && newer > BigInt(release.number);
    return {
      ...about,
      proposal,
      unit,
      name,
      state: isActive ? 'active' : replaced ? 'replaced' : release ? 'released' : 'proposed',
      releasedBy: release ? [...release.releasedBy] : null,
      releasedAt: release?.releasedAt ?? null,
      onChain: (isActive && active.onChain) || null,
    };
  }
}
