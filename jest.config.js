// Tests run as CommonJS compiled by swc (types are checked by `npm run types`); libraries that ship ES
// modules only are compiled the same way.
const compile = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2023',
      transform: { react: { runtime: 'automatic' } },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.m?[jt]sx?$': compile },
  transformIgnorePatterns: ['/node_modules/(?!(http-proxy-middleware|httpxy|is-plain-obj)/)'],
  modulePathIgnorePatterns: ['<rootDir>/.ark/'],
  testTimeout: 15000,
  maxWorkers: 2,
};
