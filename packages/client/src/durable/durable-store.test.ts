import { describe, expect, it } from 'vitest';
import { memoryDurable } from './durable-store.ts';
import { STORE_CONTRACT } from './store-contract.ts';

describe('the memory of the process as a store', () => {
  it.each(STORE_CONTRACT)('$title', async ({ run, expected }) => {
    const store = memoryDurable();
    expect(await run(store, async () => store)).toEqual(expected);
  });
});
