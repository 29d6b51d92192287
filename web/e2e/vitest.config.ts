import { fileURLToPath, URL } from 'node:url'
import { defineConfig } from 'vitest/config'

// Stories against a real controller, one after the other: `ONECARD_BIN=… npm run e2e`.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/stories/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
