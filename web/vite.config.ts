import { gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Writes assets as `NAME.gz` alone: the server embeds them, and sends them as they are. */
function gzipped(): Plugin {
  return {
    name: 'gzipped',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          if (!fileName.startsWith('assets/')) continue;
          const source = gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 });
          Reflect.deleteProperty(bundle, fileName);
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source });
        }
      },
    },
  };
}

// The server embeds `dist` and serves it at `/`.
export default defineConfig({
  base: '/',
  plugins: [react(), gzipped()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 2048,
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
    // The app, and the description of the API at /api/docs, which shares nothing with it.
    rollupOptions: { input: ['index.html', 'docs.html'] },
  },
  server: {
    port: 5173,
    // The server refuses commands of another origin than its own: it must see the one it is asked by.
    proxy: {
      '/api': { target: process.env.OPERATE_URL ?? 'http://127.0.0.1:7070', changeOrigin: false },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
