import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Built into `web/dist`, which the gateway serves. Nothing is inlined: the page forbids inline styles and scripts. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
