import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';

/** The part of WebAssembly that is used here; its types come only with those of a browser. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object>): Promise<{ readonly exports: Exports }>;
};
interface Exports {
  __wbindgen_start(): void;
}

const require = createRequire(import.meta.url);

/** What wasm-bindgen's generated half exports beside its types. */
interface Bindings {
  readonly SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: Exports): void;
}

let loading: Promise<typeof SchemaEngine> | undefined;

/**
 * Prisma's migration engine as WebAssembly, instantiated once for the process. By hand: the package's own entry imports the
 * module the way bundlers do, which Node offers only as an experiment, with a warning.
 */
export function schemaEngine(): Promise<typeof SchemaEngine> {
  return (loading ??= instantiate());
}

async function instantiate(): Promise<typeof SchemaEngine> {
  // The generated declarations leave the set-up function out.
  const generated = bindings as unknown as Bindings;
  const file = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const module = await WebAssembly.compile(await readFile(file));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': bindings });
  generated.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return generated.SchemaEngine;
}
