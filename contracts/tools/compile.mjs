/**
 * Compiles the contracts with the WASM build of solc, from packages alone, and writes what a program needs to deploy
 * and call each as one TypeScript file, which is committed: starting the product does not compile anything.
 *
 *   node tools/compile.mjs                       writes src/generated/<contract>.ts
 *   node tools/compile.mjs --check               compiles again and fails when a file is not what comes out
 *   node tools/compile.mjs --print <file.sol>    prints ABI and byte code as JSON, writes nothing (for tests)
 *
 * Deterministic: pinned compiler, fixed settings, no metadata in the byte code, source names relative to this folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, relative, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const root = resolve(import.meta.dirname, '..');

/** The contracts of the product: `BlockAnchor` becomes `src/generated/block-anchor.ts` with `blockAnchorArtifact`. */
const CONTRACTS = ['AccessRegistry', 'BlockAnchor', 'DrugProtocol', 'LibraryRegister'];

/** Cancun: an instruction set that anvil and every Besu in support have; nothing newer is needed. */
const settings = {
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: {
    '*': {
      '*': [
        'abi',
        'evm.bytecode.object',
        'evm.deployedBytecode.object',
        'evm.deployedBytecode.immutableReferences',
      ],
    },
  },
};

function compile(file) {
  const solc = require('solc');
  const name = relative(root, resolve(file)).replaceAll('\\', '/');
  const sources = { [name]: { content: read(file) } };
  const readImport = (path) => {
    try {
      const contents = read(require.resolve(path));
      sources[path] = { content: contents };
      return { contents };
    } catch (cause) {
      return { error: String(cause) };
    }
  };
  const input = { language: 'Solidity', sources: { [name]: { content: read(file) } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  for (const problem of output.errors ?? []) console.error(problem.formattedMessage);
  if ((output.errors ?? []).length > 0) throw new Error(`${name}: the compiler has something to say`);

  const contract = output.contracts[name][basename(file, '.sol')];
  const ordered = Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1));
  const immutables = Object.values(contract.evm.deployedBytecode.immutableReferences).flat();
  return {
    contractName: basename(file, '.sol'),
    compiler: solc.version(),
    evmVersion: settings.evmVersion,
    sourceHash: createHash('sha256')
      .update(JSON.stringify({ sources: ordered, settings }))
      .digest('hex'),
    abi: contract.abi,
    bytecode: `0x${contract.evm.bytecode.object}`,
    deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    immutables: immutables.sort((a, b) => a.start - b.start),
  };
}

function read(file) {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}

function render(artifact) {
  const { contractName: name } = artifact;
  return [
    `// Made by tools/compile.mjs from solidity/${name}.sol. Do not edit: \`--check\` compiles it again.`,
    '',
    '/**',
    ` * ABI and byte code of ${name}. \`sourceHash\` is the SHA-256 of all sources and settings that went in;`,
    ' * `immutables` are the byte ranges of `deployedBytecode` that the constructor fills in, zero here.',
    ' */',
    `export const ${name[0].toLowerCase()}${name.slice(1)}Artifact = ${JSON.stringify(artifact, undefined, 2)} as const;`,
    '',
  ].join('\n');
}

function generate(name, check) {
  const file = `src/generated/${name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()}.ts`;
  const text = render(compile(resolve(root, `solidity/${name}.sol`)));
  if (!check) writeFileSync(resolve(root, file), text);
  else if (!existsSync(resolve(root, file)) || text !== read(resolve(root, file))) {
    console.error(`${file} is not what solidity/${name}.sol compiles to.`);
    console.error('Run: node contracts/tools/compile.mjs');
    process.exitCode = 1;
  }
}

const [mode, file] = process.argv.slice(2);
if (mode === '--print' && file !== undefined) {
  process.stdout.write(JSON.stringify(compile(file)));
} else if (mode === undefined || mode === '--check') {
  for (const name of CONTRACTS) generate(name, mode === '--check');
} else {
  console.error('usage: compile.mjs [--check | --print <file.sol>]');
  process.exitCode = 2;
}
