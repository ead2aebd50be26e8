import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The server embeds `dist` and serves it at `/`; it compresses on its own, so the build does not.
export default defineConfig({
  base: '/',
  plugins: [react()],
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
