/**
 * Writes what a subscriber reads of the catalogue: `docs/events/asyncapi.json` (AsyncAPI 3) for programs and
 * `docs/events/README.md` for people. Needs the built library (`tsc -b libs/events`).
 *
 *   node libs/events/tools/generate-asyncapi.mjs            writes both
 *   node libs/events/tools/generate-asyncapi.mjs --check    fails when one of them is not what the catalogue says
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import prettier from 'prettier';
import { CATALOGUE, asyncApiDocument } from '../dist/index.js';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, 'docs', 'events');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const document = asyncApiDocument(version);

/** The schema of an event, envelope and data, as the document has it. */
function payloadOf({ type }) {
  return Object.values(document.components.messages).find(({ name }) => name === type).payload;
}

function addressOf({ type }) {
  const name = Object.keys(document.components.messages).find(
    (key) => document.components.messages[key].name === type,
  );
  return document.channels[name].address;
}

/** A table cell is one line, and a bar would end it. */
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeOf(schema) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const format = schema.format && schema.format !== schema.type ? ` (${schema.format})` : '';
  return `${schema.type ?? 'anything'}${format}`;
}

/** One row a field, those of objects inside it after it with their path. */
function rowsOf(schema, path = '') {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const place = `${path}${name}`;
    const inner = field.type === 'array' ? field.items : field;
    const optional = required.has(name) ? '' : ' (optional)';
    const row = `| \`${place}\`${optional} | ${cell(typeOf(field))} | ${cell(field.description ?? '')} |`;
    return [row, ...rowsOf(inner ?? {}, `${place}${field.type === 'array' ? '[]' : ''}.`)];
  });
}

/** The heading's anchor as GitHub makes it. */
const anchorOf = ({ type }) => type.replaceAll('.', '');

function table(title, rows) {
  return [`| ${title} | form | meaning |`, '| --- | --- | --- |', ...rows].join('\n');
}

/** The attributes that all events have; type and data are each event's own. */
function envelopeTable() {
  const { properties, required } = payloadOf(CATALOGUE[0]);
  const { data: _, type: _type, dataschema: _schema, ...rest } = properties;
  const own = {
    type: { type: 'string', description: 'What happened: `bcmed.<area>.<event>`' },
    dataschema: {
      type: 'string',
      description: 'Name and version of the schema of `data`: `urn:bcmed:schema:<area>.<event>:1`',
    },
  };
  return table('attribute', rowsOf({ properties: { ...rest, ...own }, required }));
}

function section(definition) {
  const notes = [
    `Entity: ${definition.entity}.`,
    definition.chained ? 'Numbered by its sender: `chain`, `sequence`, `previous`.' : undefined,
  ].filter((note) => note !== undefined);
  return [
    `### ${definition.type}`,
    `${definition.sentence} ${notes.join(' ')}`,
    `Subject \`${addressOf(definition)}\`, stream \`${definition.stream}\`.`,
    table('field of `data`', rowsOf(payloadOf(definition).properties.data)),
    ['```json', JSON.stringify(definition.example.data), '```'].join('\n'),
  ];
}

function readable() {
  const areas = [...new Set(CATALOGUE.map(({ area }) => area))];
  const overview = CATALOGUE.map((one) => `| [\`${one.type}\`](#${anchorOf(one)}) | ${cell(one.sentence)} |`);
  return [
    '<!-- Written by libs/events/tools/generate-asyncapi.mjs. Change the catalogue in libs/events, then run `npm run generate`. -->',
    '# The events',
    'Every event that crosses a service. [asyncapi.json](asyncapi.json) says the same to programs; [../subscribing.md](../subscribing.md) says how to receive and verify them. Writers are held to these fields exactly; a reader ignores fields that it does not know.',
    ['| event | says |', '| --- | --- |', ...overview].join('\n'),
    '## On every event',
    'The attributes of the envelope (CloudEvents 1.0), all of them inside the seal.',
    envelopeTable(),
    ...areas.flatMap((area) => [
      `## ${area}`,
      ...CATALOGUE.filter((one) => one.area === area).flatMap(section),
    ]),
  ].join('\n\n');
}

async function formatted(path, text) {
  const options = await prettier.resolveConfig(path);
  return prettier.format(text, { ...options, filepath: path });
}

async function main() {
  const wanted = new Map([
    [join(folder, 'asyncapi.json'), `${JSON.stringify(document, null, 2)}\n`],
    [join(folder, 'README.md'), await formatted(join(folder, 'README.md'), readable())],
  ]);
  const check = process.argv.includes('--check');
  mkdirSync(folder, { recursive: true });
  const stale = [...wanted].filter(([path, text]) => read(path) !== text).map(([path]) => path);
  if (!check) for (const path of stale) writeFileSync(path, wanted.get(path));
  if (check && stale.length > 0) {
    console.error(`Not what the catalogue says:\n${stale.join('\n')}`);
    process.exitCode = 1;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

await main();
