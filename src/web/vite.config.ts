import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // The pages run under `default-src 'self'`, which refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
