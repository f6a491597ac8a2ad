import { describe, expect, it } from 'vitest';
import { announced, Wallets, withWallet } from './wallets.ts';

const provider = { request: async () => undefined };
const info = { uuid: 'u1', rdns: 'com.example', name: 'Example', icon: 'data:image/svg+xml,<svg/>' };
const example = { id: 'com.example', name: 'Example', icon: info.icon, provider };

describe('an announcement of a wallet (EIP-6963)', () => {
  it('gives its name, its picture and the wallet', () => {
    expect(announced({ info, provider })).toEqual(example);
  });

  it('has no picture that would be fetched from somewhere', () => {
    expect(announced({ info: { ...info, icon: 'https://tracker.example/p.png' }, provider })).not.toHaveProperty(
      'icon',
    );
  });

  it.each([
    ['nothing', undefined],
    ['no wallet in it', { info }],
    ['no name', { info: { ...info, name: '' }, provider }],
    ['a wallet that cannot be asked', { info, provider: {} }],
  ])('is none with %s', (_, detail) => {
    expect(announced(detail)).toBeUndefined();
  });
});

/** A stand-in for the page's `window`. */
class StandInPage extends EventTarget {
  ethereum?: unknown;

  announce(detail: unknown) {
    this.dispatchEvent(Object.assign(new Event('eip6963:announceProvider'), { detail }));
  }
}

const lookedFor = (page: StandInPage) => new Wallets(page as unknown as Window).found;

describe('the wallets of this browser (the page is a stand-in)', () => {
  it('are asked to announce themselves, and counted once each', () => {
    const page = new StandInPage();
    page.addEventListener('eip6963:requestProvider', () => page.announce({ info, provider }));
    const found = lookedFor(page);
    page.announce({ info, provider });
    page.announce({ info: { ...info, rdns: 'org.other', name: 'Other' }, provider });
    expect(found.value.map(({ name }) => name)).toEqual(['Example', 'Other']);
  });

  it('are the one of window.ethereum where none announces itself', () => {
    const page = Object.assign(new StandInPage(), { ethereum: provider });
    const found = lookedFor(page);
    expect(found.value).toEqual([{ id: 'window.ethereum', provider }]);
    page.announce({ info, provider });
    expect(found.value).toEqual([example]);
  });

  it('may come late', () => {
    const page = new StandInPage();
    const found = lookedFor(page);
    expect(found.value).toEqual([]);
    page.ethereum = provider;
    page.dispatchEvent(new Event('ethereum#initialized'));
    expect(found.value).toHaveLength(1);
  });
});

it('puts the newer of the same wallet in the place of the older', () => {
  const newer = { ...example, provider: { request: async () => 'newer' } };
  expect(withWallet([example], newer)).toEqual([newer]);
});
