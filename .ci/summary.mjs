// Prints what jest counted, last `N passed, N failed`, and exits with 1 unless everything is fine.
// usage: summary.mjs RESULTS.json OTHER_FAILURES
import { existsSync, readFileSync } from 'node:fs';

const [path = '', others = '0'] = process.argv.slice(2);
const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const { numPassedTests: passed = 0, numFailedTests = 0, numFailedTestSuites = 0 } = results;

for (const { name, status, message } of results.testResults ?? []) {
  if (status === 'failed') process.stdout.write(`failed: ${name}\n${message.slice(0, 4000)}\n`);
}
// a suite that does not even load counts as a failure, and so does a stage besides the tests
const failed = Math.max(numFailedTests, numFailedTestSuites, Number(others) > 0 || passed === 0 ? 1 : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
