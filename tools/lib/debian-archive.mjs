import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN_SUITE = /^(old)*(stable|testing|unstable)$|^(bullseye|bookworm|trixie|forky|duke|sid)$/;

/**
 * The base addresses of the Debian archives that this machine itself trusts and reaches, read from its own apt
 * sources, in both of their formats. Empty on a machine without them, and on Ubuntu, whose archive is another one.
 */
export function debianArchives(root = '/') {
  const apt = join(root, 'etc', 'apt');
  const folder = join(apt, 'sources.list.d');
  const files = [
    join(apt, 'sources.list'),
    ...(existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : []),
  ];
  const sources = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      if (file.endsWith('.sources')) return parseDeb822(readFileSync(file, 'utf8'));
      return file.endsWith('.list') ? parseOneLine(readFileSync(file, 'utf8')) : [];
    });
  const addresses = sources
    .filter(
      ({ suites, components }) =>
        components.includes('main') && suites.some((suite) => DEBIAN_SUITE.test(suite)),
    )
    .flatMap(({ uris }) => uris.flatMap((uri) => expandMirrors(uri, root)))
    .filter((uri) => /^https?:\/\//.test(uri))
    .map((uri) => (uri.endsWith('/') ? uri : `${uri}/`));
  return [...new Set(addresses)];
}

/** `deb [options] uri suite component…` */
export function parseOneLine(text) {
  return text
    .split('\n')
    .map((line) => /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line))
    .filter((match) => match !== null)
    .map(([, uri, suite, components]) => ({
      uris: [uri],
      suites: [suite],
      components: components.trim().split(/\s+/),
    }));
}

/** Paragraphs of `Field: value` with continuation lines, as in RFC 822; `Enabled: no` switches one off. */
export function parseDeb822(text) {
  return text
    .split(/\n\s*\n/)
    .map(parseParagraph)
    .filter((fields) => words(fields.types).includes('deb') && fields.enabled?.toLowerCase() !== 'no')
    .map((fields) => ({
      uris: words(fields.uris),
      suites: words(fields.suites),
      components: words(fields.components),
    }));
}

function parseParagraph(paragraph) {
  const fields = {};
  let current;
  for (const line of paragraph.split('\n').filter((candidate) => !candidate.startsWith('#'))) {
    const start = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
    if (start !== null) fields[(current = start[1].toLowerCase())] = start[2];
    else if (current !== undefined) fields[current] += ` ${line.trim()}`;
  }
  return fields;
}

function words(value = '') {
  return value.split(/\s+/).filter((word) => word !== '');
}

/** `mirror+file:/path` names a file with one address per line, as Debian's cloud images have it. */
function expandMirrors(uri, root) {
  const list = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
  if (list === undefined) return [uri];
  const path = join(root, list);
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => words(line)[0] ?? '')
    : [];
}
