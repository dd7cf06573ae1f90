export { LogFixture, flipBit, sealed, type FixtureMessage, type LogFixtureOptions } from './log-fixture.js';
export { fixtureKey, fixtureSealer, fixtureWallet } from './log-keys.js';
export { SmallDisk } from './small-disk.js';
