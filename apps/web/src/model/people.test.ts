import { describe, expect, it } from 'vitest';
import type { Standing } from './contact-book.ts';
import { everybody, isAlone, obstacleTo, waitingIn } from './people.ts';
import { appended, emptyThread, type Thread } from './thread.ts';

const said = { id: '1', body: 'hi', at: 0, mine: true, state: 'failed' } as const;
const threadWith = (peer: string, unread = 0): Thread => ({ ...appended(emptyThread(peer), said), unread });

/** Everybody, where these are online, these have a conversation with us, and these stand to us in some way. */
function seen(online: string[], talked: string[] = [], standings: Record<string, Standing> = {}) {
  const threads = new Map(talked.map((peer) => [peer, threadWith(peer, 1)]));
  const standingOf = (wallet: string) => standings[wallet];
  return everybody({ online, threads, related: Object.keys(standings), standingOf });
}

const names = (people: readonly { wallet: string }[]) => people.map(({ wallet }) => wallet);

describe('everybody', () => {
  it('who can be talked to is listed, who is online first, each half by name', () => {
    const { people } = seen(['carla', 'bob'], ['dora'], {
      bob: 'mutual',
      carla: 'mutual',
      anna: 'mutual',
      dora: 'former',
    });
    expect(names(people)).toEqual(['bob', 'carla', 'anna', 'dora']);
  });

  it('is listed once who is online, is a contact and has a conversation', () => {
    expect(names(seen(['bob'], ['bob'], { bob: 'mutual' }).people)).toEqual(['bob']);
  });

  it.each([
    ['asks us', 'asking'],
    ['is asked', 'asked'],
    ['is blocked', 'blocked'],
  ] as const)('has one place of their own who %s', (_, standing) => {
    const { people, ...others } = seen([], [], { bob: standing });
    expect({ people, ...others }).toEqual({ people: [], asking: [], asked: [], blocked: [], [standing]: ['bob'] });
  });

  it('stays among the people who is asked again after a conversation, and not who was blocked after one', () => {
    const { people, asked, blocked } = seen([], ['bob', 'carla'], { bob: 'asked', carla: 'blocked' });
    expect([names(people), asked, blocked]).toEqual([['bob'], [], ['carla']]);
  });

  it('can be talked to who is online, also where nobody is a contact', () => {
    expect(names(seen(['bob', 'carla'], [], { carla: 'asking' }).people)).toEqual(['bob', 'carla']);
  });

  it('waits for the person with what is unread and with requests', () => {
    expect(waitingIn(seen(['bob'], ['bob', 'carla'], { carla: 'mutual', dora: 'asking' }))).toBe(3);
  });

  it.each<[string, boolean, ReturnType<typeof seen>]>([
    ['is nobody', true, seen([])],
    ['is somebody who was asked', true, seen([], [], { bob: 'asked' })],
    ['is a former contact', true, seen([], ['bob'], { bob: 'former' })],
    ['is a contact who is away', false, seen([], [], { bob: 'mutual' })],
    ['is somebody who asks', false, seen([], [], { bob: 'asking' })],
    ['is anybody online', false, seen(['bob'])],
  ])('where there %s, the person is alone: %s', (_, expected, all) => {
    expect(isAlone(all)).toBe(expected);
  });
});

it.each<[Standing | undefined, boolean, Standing | undefined]>([
  [undefined, false, undefined],
  ['mutual', false, undefined],
  ['former', false, 'former'],
  ['former', true, undefined],
  ['asked', false, 'asked'],
  ['asking', true, undefined],
  ['blocked', true, 'blocked'],
])('what is written to somebody who is %s (online: %s) is kept back by: %s', (standing, isOnline, expected) => {
  expect(obstacleTo(standing, isOnline)).toBe(expected);
});
