import { SetupError } from './terminal.mjs';

const OLDEST_NODE = 20;
const SUPPORTED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Refuses at once, before anything is downloaded, where the parts of the house do not exist. */
export function checkPlatform() {
  const here = `${process.platform}-${process.arch}`;
  if (!SUPPORTED.includes(here)) {
    throw new SetupError(`BCMed does not run on ${process.platform} (${process.arch}).`, {
      remedy: 'use Linux on x64 or arm64 (a virtual machine or WSL 2 will do), or macOS.',
    });
  }
  if (process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined) {
    throw new SetupError('This Linux has no glibc; PostgreSQL and the EVM node come as glibc programs.', {
      remedy: 'use a distribution such as Debian, Ubuntu or Fedora instead of Alpine.',
    });
  }
  const [major] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE) {
    throw new SetupError(`Node ${process.versions.node} is too old to begin with.`, {
      remedy: `install Node ${OLDEST_NODE} or newer; the exact version that BCMed runs on is installed from there.`,
    });
  }
}
