import { expect, it } from 'vitest';
import { Permit } from './paced-client.js';

const settle = () => new Promise(resolve => setTimeout(resolve));

it('lets off one attempt for each permit, whichever comes first', async () => {
  const permit = new Permit();
  permit.grant();
  await permit.taken();
  let begun = 0;
  const attempt = () => permit.taken().then(() => (begun += 1));
  attempt();
  await settle();
  expect(begun).toBe(0);
  permit.grant();
  await settle();
  expect(begun).toBe(1);
});

it('can be taken back, and ends for good', async () => {
  const permit = new Permit();
  permit.grant();
  permit.revoke();
  const attempt = permit.taken();
  permit.refuse(new Error('closed'));
  await expect(attempt).rejects.toThrow('closed');
});
