import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** The same folder seen from `src/views` and from `dist/views`. */
const PAGES = new URL('../../pages/', import.meta.url);
/** The build for pages of @simplewebauthn/browser, beside the module that its package exports. */
const WEBAUTHN = new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser'));

const read = (file: string): string => readFileSync(new URL(file, PAGES), 'utf8');

/** The one page that a person sees here: it makes their passkey. Everything on it comes from this service. */
@ApiExcludeController()
@Controller()
export class PagesController {
  readonly #page = read('enrol.html');
  readonly #script = read('enrol.js');
  readonly #style = read('enrol.css');
  readonly #webauthn = readFileSync(fileURLToPath(WEBAUTHN), 'utf8');

  @Get('enrol')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return this.#page;
  }

  @Get('assets/enrol.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return this.#script;
  }

  @Get('assets/enrol.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return this.#style;
  }

  @Get('assets/webauthn.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  webauthn(): string {
    return this.#webauthn;
  }
}
