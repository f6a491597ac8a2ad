import type { ErrorCode } from '@anypath/client';
import type { NameProblem } from '../model/wallet-name.ts';

const errors = {
  invalid_payload: 'The server did not accept that.',
  invalid_json: 'The server did not accept that.',
  unauthenticated: 'Your sign-in has ended. Please sign in again.',
  forbidden: 'You are not allowed to do that here.',
  feature_disabled: 'This feature is switched off on this server.',
  not_found: 'The server does not know that address.',
  target_offline: 'They are not online now.',
  payload_too_large: 'This message is too long. Please send less at a time (63 kB at most).',
  unsupported_media_type: 'The server did not accept that kind of data.',
  unknown_event: 'The server did not understand the page. Please reload it.',
  signal_reused: 'The server did not accept that.',
  recipient_busy: 'They cannot keep up right now. Please try again in a moment.',
  replaced: 'This tab was opened in another place.',
  outbox_full: 'Too many messages are waiting. Please wait until some have arrived.',
  link_closed: 'Not connected right now. Please try again in a moment.',
  ice_unavailable: 'No helper for direct connections is available. Messages still go through the server.',
  unreachable: 'The server does not answer. Check that it runs and that you are online.',
  shutting_down: 'The server is restarting. Please try again in a moment.',
  internal: 'Something went wrong. Please try again.',
} satisfies Record<ErrorCode, string>;

const signInProblems = {
  empty: 'Please enter a name.',
  too_long: 'A name has at most 128 characters.',
  bad_character: 'A name has no spaces and no “:”.',
  no_dev_sign_in: 'This server has no development sign-in. It is offered on the server’s own machine only.',
} satisfies Record<NameProblem | 'no_dev_sign_in', string>;

/** The page in English. Every other language has the same keys. */
export const en = {
  tagline: 'Two people, any network. Direct when it works, relayed when it does not.',
  errors,
  signIn: {
    title: 'Sign in',
    name: 'Your name',
    hint: 'Any name you like, without spaces.',
    submit: 'Start',
    submitting: 'Signing in…',
    problems: signInProblems,
  },
  signOut: 'Sign out',
  settings: {
    title: 'Settings',
    network: 'Network',
    networks: {
      auto: { name: 'Automatic', hint: 'The best path that works.' },
      turn: { name: 'TURN only', hint: 'WebRTC, but never straight between the two.' },
      relay: { name: 'Relay only', hint: 'No WebRTC. All through the server.' },
    },
    language: 'Language',
    theme: 'Colours',
    themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  },
  people: {
    title: 'People',
    signedInAs: 'Signed in as',
    online: 'Online',
    offline: 'Offline',
    you: 'You:',
    unread: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
    emptyTitle: 'Nobody else is here yet',
    emptyText: 'Open this page in a second tab or window and sign in with another name.',
    emptyLink: 'Open a second tab',
    waiting: 'The list comes back with the connection.',
  },
  conversation: {
    choose: 'Choose somebody to talk to',
    chooseText: 'The conversation starts on whatever path works and moves to a better one by itself.',
    back: 'Back to people',
    with: (peer: string) => `Conversation with ${peer}`,
    messages: (peer: string) => `Messages with ${peer}`,
    empty: 'No messages yet. Say hello!',
    you: 'You',
    sending: 'Sending…',
    delivered: 'Delivered',
    failed: 'Not sent',
    sendAgain: 'Send again',
    binary: (bytes: number) => `Data, ${bytes} bytes`,
    placeholder: 'Message',
    write: (peer: string) => `Message to ${peer}`,
    send: 'Send',
    keys: 'Enter sends, Shift + Enter starts a new line.',
    waitsForPeer: (peer: string) =>
      `${peer} cannot be reached now. Your messages wait in this tab and go out as soon as it works.`,
  },
  path: {
    label: 'Path',
    names: { none: 'No path', relay: 'Relay', turn: 'TURN', direct: 'Direct' },
    explained: {
      none: 'Nothing gets through now',
      relay: 'Through the server',
      turn: 'Through a TURN server',
      direct: 'Straight between you',
    },
    announced: {
      none: 'No path right now.',
      relay: 'Now connected through the relay.',
      turn: 'Now connected through TURN.',
      direct: 'Now connected directly.',
    },
  },
  details: {
    title: 'Connection',
    wallet: 'Your wallet',
    device: 'This device',
    path: 'Path',
    pair: 'Candidates',
    noPair: 'No WebRTC connection is in use.',
    local: 'here',
    remote: 'there',
    roundTrip: 'Round trip',
    unknown: 'not known yet',
  },
  status: {
    connecting: 'Connecting…',
    reconnecting: 'Connection lost. Reconnecting by itself…',
    stopped: 'Not connected',
    replaced: 'Open in another place',
    replacedText: 'This conversation goes on in another tab. You can take it back here.',
    useHere: 'Use here',
    unreachable: 'The server cannot be reached',
    retry: 'Try again',
  },
};

/** The keys that every language has. */
export type Dictionary = typeof en;
