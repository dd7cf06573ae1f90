import { afterAll, beforeAll, describe, it } from 'vitest';
import { BusyWard, VICTIMS, expectNothingLost, expectOneEndEach } from './kill-rounds.js';

describe('a ward whose machinery is killed with orders in flight', () => {
  let ward: BusyWard;
  beforeAll(async () => {
    ward = await BusyWard.open();
  });
  afterAll(async () => {
    await ward.stack.stop();
  });

  it.each(VICTIMS)('goes on after kill -9 of %s', async (victim) => {
    await ward.killOnce(victim);
  });

  it('comes to rest with nothing waiting', async () => {
    await ward.comeToRest();
  });

  it('has carried out every command at most once, and tells one end of each', async () => {
    await expectOneEndEach(ward);
  });

  it('has lost nothing, counted nothing twice, and verifies, as the audit service finds too', async () => {
    await expectNothingLost(ward.stack);
  });
});
