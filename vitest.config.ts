import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vitest hands these to Node; 'import' among them would break CommonJS packages that require each other (pg).
  resolve: { conditions: ['guise-source', 'node'] },
  ssr: { resolve: { conditions: ['guise-source', 'node'] } },
  test: {
    include: [
      '{apps,libs}/*/src/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
      'models/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: the model and database suites are heavy, more workers only make them wait on each other.
    maxWorkers: 2,
  },
});
