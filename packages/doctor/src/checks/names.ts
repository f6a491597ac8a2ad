import { lookup } from 'node:dns/promises';
import type { RowOf } from '@anypath/protocol';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { CHECK_MS, type Scene } from '../scene.ts';

/** Looks a name up as every program here does: A and AAAA, and what the system's own files say. */
export async function checkNames(scene: Scene, host: string): Promise<RowOf<'names'>> {
  const result = await attempt(scene.signal, CHECK_MS, () => lookup(host, { all: true }));
  const found = result.ok ? result.value : [];
  const of = (family: number) => found.filter((each) => each.family === family).map(({ address }) => address);
  return { check: 'names', subject: host, ...outcomeOf(result), ipv4: of(4), ipv6: of(6) };
}
