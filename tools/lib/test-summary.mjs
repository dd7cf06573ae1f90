/**
 * A vitest reporter beside the usual one: writes down what the runner's last line and its list of skipped tests need,
 * into the file that BCMED_TEST_SUMMARY names. Vitest's own JSON leaves out why a test was skipped, and counts a test
 * whose set-up failed as skipped; here it is failed, for nothing was shown to work.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class TestSummary {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: 0, skipped: [], failures: [] };
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      const broken = brokenSuites(module);
      for (const suite of broken)
        if (testsIn(suite) === 0) addFailure(summary, file, suite.fullName ?? '(does not load)');
      for (const test of module.children.allTests()) count(summary, file, test, broken);
    }
    for (const error of unhandledErrors)
      addFailure(summary, '(outside of every test)', error.message ?? String(error));
    writeFileSync(process.env.BCMED_TEST_SUMMARY, JSON.stringify(summary));
  }
}

/** The module or the suites in it whose own code failed: an import, a hook, the collection of the tests. */
function brokenSuites(module) {
  return [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
}

function testsIn(suite) {
  return [...suite.children.allTests()].length;
}

function count(summary, file, test, broken) {
  const { state, note } = test.result();
  if (state === 'passed') summary.passed += 1;
  else if (state === 'skipped' && !isInside(test, broken))
    summary.skipped.push({ file, name: test.fullName, note });
  else addFailure(summary, file, test.fullName);
}

function isInside(test, broken) {
  for (let parent = test.parent; parent !== undefined; parent = parent.parent) {
    if (broken.includes(parent)) return true;
    if (parent.type === 'module') return false;
  }
  return false;
}

function addFailure(summary, file, name) {
  summary.failed += 1;
  summary.failures.push({ file, name });
}
