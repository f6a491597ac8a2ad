import type { NetworkClass, NetworkTrait } from '@anypath/protocol';
import type { ClassName } from '../matrix/plan.ts';

/** What the doctor is to say of a class of the lab. */
export interface ExpectedClass {
  readonly name: NetworkClass;
  /** What it must say beside the class. */
  readonly traits: readonly NetworkTrait[];
  /** What the command must end with. */
  readonly exitStatus: 0 | 1;
}

const expected = (name: NetworkClass, traits: readonly NetworkTrait[] = [], exitStatus: 0 | 1 = 0): ExpectedClass => ({
  name,
  traits,
  exitStatus,
});

/**
 * The class and the traits that the doctor has to find in each network of the lab. From within, two NATs that map alike
 * cannot be told from one, and a firewall that lets in what was asked for cannot be told from a home router.
 */
export const EXPECTED: Readonly<Record<ClassName, ExpectedClass>> = {
  open: expected('open'),
  home: expected('home'),
  mobile: expected('mobile'),
  cgnat: expected('home'),
  corporate: expected('corporate'),
  corporateProxy: expected('proxy-only', ['proxied']),
  ultra: expected('ultra-restrictive', ['proxied', 'intercepted'], 1),
  ultraNoWs: expected('ultra-restrictive', ['proxied', 'intercepted', 'no-websocket'], 1),
  lossy: expected('home', ['lossy']),
  ipv6only: expected('home', ['ipv6-only']),
};
