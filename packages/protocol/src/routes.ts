import type * as v from 'valibot';
import { ContactRequest } from './contact-requests.ts';
import { ContactList, ContactUpdate } from './contacts.ts';
import { DeviceRegistration, DeviceRename, DeviceRevocation, DevicesQuery } from './device-requests.ts';
import { DeviceList } from './devices.ts';
import { CheckAnswer } from './doctor.ts';
import type { ErrorCode } from './errors.ts';
import { DevSignIn, Health, IceQuery, MatrixTurnServer, Readiness, WalletSignIn } from './http.ts';
import { IceAnswer } from './ice.ts';
import { Enqueued, EnqueueRequest, MailAcked, MailAckRequest, MailAnswer, PullQuery } from './mailbox.ts';
import { OpsAnswer, OpsQuery } from './ops.ts';
import * as PATHS from './paths.ts';
import { RtcReport } from './report.ts';
import { Nonce, Session, SignInMethods } from './session.ts';

/** Stands for the socket's handshake where routes are matched, as in `BEARER_ROUTE_WHITELIST`. */
export const SOCKET_ROUTE = '/api/v1/signal';

/** A route: method, path, the older paths that answer the same (SPEC S1.2), what goes in and what comes out. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly aliases: readonly string[];
  readonly doc: string;
  /** Who may call it: `session` needs a session cookie with its CSRF token, or a Bearer token where the server allows it. */
  readonly access: 'anyone' | 'session' | 'operator';
  readonly query?: v.GenericSchema;
  readonly body?: v.GenericSchema;
  /** The JSON that it answers with; `text` for plain text, `none` for an empty answer (204). */
  readonly answer: v.GenericSchema | 'text' | 'json' | 'none';
  /** What it may refuse with, beside `not_found` and `internal`. */
  readonly errors: readonly ErrorCode[];
}

const BODY_ERRORS = ['invalid_payload', 'invalid_json', 'payload_too_large', 'unsupported_media_type'] as const;
/** Of whoever must be signed in; `unreachable` where the keys of the operator's own issuer cannot be had. */
const SESSION_ERRORS = ['unauthenticated', 'session_ended', 'unreachable', 'rate_limited'] as const;
const ICE_ERRORS = [...SESSION_ERRORS, 'csrf_failed', 'feature_disabled', 'ice_unavailable'] as const;

const CONTACT_ERRORS = [...SESSION_ERRORS, 'csrf_failed'] as const;
const CONTACT_CHANGE_ERRORS = [...CONTACT_ERRORS, ...BODY_ERRORS] as const;
const DEVICE_CHANGE_ERRORS = [...CONTACT_CHANGE_ERRORS, 'device_unknown'] as const;
const MAILBOX_ERRORS = [...CONTACT_ERRORS, 'invalid_payload', 'device_unknown', 'store_unavailable'] as const;

/** Every HTTP route of the server. */
export const ROUTES = {
  ice: {
    method: 'GET',
    path: PATHS.ice,
    aliases: ['/api/rtc/ice', '/api/rtc/v1/ice', '/api/ice'],
    doc: 'ICE servers with short-lived credentials for the signed-in wallet; only servers that work.',
    access: 'session',
    query: IceQuery,
    answer: IceAnswer,
    errors: ['invalid_payload', ...ICE_ERRORS],
  },
  report: {
    method: 'POST',
    path: PATHS.report,
    aliases: ['/api/rtc/report', '/api/rtc/v1/report'],
    doc: 'How an attempt to connect by WebRTC went, for the metrics of the operator. Nothing of it is stored.',
    access: 'session',
    body: RtcReport,
    answer: 'none',
    errors: [...CONTACT_CHANGE_ERRORS, 'feature_disabled'],
  },
  check: {
    method: 'GET',
    path: PATHS.check,
    aliases: [],
    doc: 'What the connectivity check needs: credentials for a minute. To anyone where CHECK_PUBLIC is true; else to who is signed in.',
    access: 'session',
    answer: CheckAnswer,
    errors: [...SESSION_ERRORS, 'feature_disabled'],
  },
  matrixTurnServer: {
    method: 'GET',
    path: PATHS.matrixTurnServer,
    aliases: ['/_matrix/client/r0/voip/turnServer'],
    doc: 'The same credentials in the shape that Matrix clients ask for. Errors have the shape of Matrix, too.',
    access: 'session',
    answer: MatrixTurnServer,
    errors: ICE_ERRORS,
  },
  methods: {
    method: 'GET',
    path: PATHS.methods,
    aliases: [],
    doc: 'How one may sign in at this server.',
    access: 'anyone',
    answer: SignInMethods,
    errors: ['rate_limited'],
  },
  nonce: {
    method: 'GET',
    path: PATHS.nonce,
    aliases: [],
    doc: 'A nonce for the wallet sign-in (EIP-4361).',
    access: 'anyone',
    answer: Nonce,
    errors: ['rate_limited'],
  },
  verify: {
    method: 'POST',
    path: PATHS.verify,
    aliases: [],
    doc: 'Wallet sign-in: a signed EIP-4361 message opens a session. The wallet is the address in lower case.',
    access: 'anyone',
    body: WalletSignIn,
    answer: Session,
    errors: [...BODY_ERRORS, 'nonce_invalid', 'signature_invalid', 'forbidden', 'rate_limited'],
  },
  session: {
    method: 'GET',
    path: PATHS.session,
    aliases: [],
    doc: 'The session of the cookie, with its CSRF token.',
    access: 'session',
    answer: Session,
    errors: SESSION_ERRORS,
  },
  logout: {
    method: 'POST',
    path: PATHS.logout,
    aliases: [],
    doc: 'Ends the session now: its cookie or token is refused from here on, and its sockets are closed.',
    access: 'session',
    answer: 'none',
    errors: [...SESSION_ERRORS, 'csrf_failed'],
  },
  devSignIn: {
    method: 'POST',
    path: PATHS.devSignIn,
    aliases: [],
    doc: 'Development sign-in: any wallet, no proof. Served on loopback only.',
    access: 'anyone',
    body: DevSignIn,
    answer: Session,
    errors: [...BODY_ERRORS, 'forbidden', 'rate_limited'],
  },
  contacts: {
    method: 'GET',
    path: PATHS.contacts,
    aliases: [],
    doc: 'The contacts of the signed-in wallet: mutual, asked, asking and blocked.',
    access: 'session',
    answer: ContactList,
    errors: CONTACT_ERRORS,
  },
  contactsAsk: {
    method: 'POST',
    path: PATHS.contactsAsk,
    aliases: [],
    doc: 'Asks a wallet to be a contact; where it has asked already, the two are mutual from now on.',
    access: 'session',
    body: ContactRequest,
    answer: ContactUpdate,
    errors: [...CONTACT_CHANGE_ERRORS, 'contacts_full'],
  },
  contactsAccept: {
    method: 'POST',
    path: PATHS.contactsAccept,
    aliases: [],
    doc: 'Accepts the request of a wallet.',
    access: 'session',
    body: ContactRequest,
    answer: ContactUpdate,
    errors: [...CONTACT_CHANGE_ERRORS, 'not_asking'],
  },
  contactsRemove: {
    method: 'POST',
    path: PATHS.contactsRemove,
    aliases: [],
    doc: 'Ends whatever there is: removes a contact, withdraws or declines a request, lifts a block.',
    access: 'session',
    body: ContactRequest,
    answer: ContactUpdate,
    errors: CONTACT_CHANGE_ERRORS,
  },
  contactsBlock: {
    method: 'POST',
    path: PATHS.contactsBlock,
    aliases: [],
    doc: 'Blocks a wallet, which is not told: its requests and signals go nowhere.',
    access: 'session',
    body: ContactRequest,
    answer: ContactUpdate,
    errors: [...CONTACT_CHANGE_ERRORS, 'contacts_full'],
  },
  devices: {
    method: 'GET',
    path: PATHS.devices,
    aliases: [],
    doc: 'The devices of the signed-in wallet, or of a mutual contact, with the keys that messages are sealed for.',
    access: 'session',
    query: DevicesQuery,
    answer: DeviceList,
    errors: [...CONTACT_ERRORS, 'invalid_payload', 'forbidden'],
  },
  devicesRegister: {
    method: 'POST',
    path: PATHS.devices,
    aliases: [],
    doc: 'Registers a device of the signed-in wallet by its public key, or updates its name and proof.',
    access: 'session',
    body: DeviceRegistration,
    answer: DeviceList,
    errors: [...CONTACT_CHANGE_ERRORS, 'devices_full', 'device_revoked', 'signature_invalid'],
  },
  devicesRename: {
    method: 'POST',
    path: PATHS.devicesRename,
    aliases: [],
    doc: 'Names a device of the signed-in wallet.',
    access: 'session',
    body: DeviceRename,
    answer: DeviceList,
    errors: DEVICE_CHANGE_ERRORS,
  },
  devicesRevoke: {
    method: 'POST',
    path: PATHS.devicesRevoke,
    aliases: [],
    doc: 'Revokes a device of the signed-in wallet: it is disconnected, its mail is removed, its key is refused from then on.',
    access: 'session',
    body: DeviceRevocation,
    answer: DeviceList,
    errors: DEVICE_CHANGE_ERRORS,
  },
  enqueue: {
    method: 'POST',
    path: PATHS.enqueue,
    aliases: ['/api/relay/enqueue'],
    doc: 'A message for the mailbox of a wallet, online or not (SPEC S5.2). Answered once it is synced to disk.',
    access: 'session',
    body: EnqueueRequest,
    answer: Enqueued,
    errors: [
      ...CONTACT_CHANGE_ERRORS,
      'forbidden',
      'feature_disabled',
      'rtc_available',
      'mailbox_full',
      'device_unknown',
      'devices_changed',
      'no_devices',
      'store_unavailable',
    ],
  },
  pull: {
    method: 'GET',
    path: PATHS.pull,
    aliases: ['/api/relay/pull'],
    doc: 'The oldest messages that wait for a device of the signed-in wallet. Reading removes nothing.',
    access: 'session',
    query: PullQuery,
    answer: MailAnswer,
    errors: MAILBOX_ERRORS,
  },
  ack: {
    method: 'POST',
    path: PATHS.ack,
    aliases: ['/api/relay/ack'],
    doc: 'Acknowledges messages for a device; what every device has acknowledged is removed.',
    access: 'session',
    body: MailAckRequest,
    answer: MailAcked,
    errors: [...CONTACT_CHANGE_ERRORS, 'device_unknown', 'store_unavailable'],
  },
  ops: {
    method: 'GET',
    path: PATHS.ops,
    aliases: [],
    doc: 'How the server does, minute by minute for a day, for the wallets of ADMIN_WALLETS. What the page /ops shows.',
    access: 'session',
    query: OpsQuery,
    answer: OpsAnswer,
    errors: [...SESSION_ERRORS, 'csrf_failed', 'invalid_payload', 'forbidden'],
  },
  health: {
    method: 'GET',
    path: PATHS.health,
    aliases: [],
    doc: 'Whether the process serves.',
    access: 'anyone',
    answer: Health,
    errors: [],
  },
  ready: {
    method: 'GET',
    path: PATHS.ready,
    aliases: [],
    doc: 'Whether what it depends on works: each provider with its circuit breaker, each STUN and TURN address. Refused from the moment on at which the server is told to stop.',
    access: 'anyone',
    answer: Readiness,
    errors: ['shutting_down'],
  },
  metrics: {
    method: 'GET',
    path: PATHS.metrics,
    aliases: [],
    doc: 'Metrics for Prometheus: to this machine itself, or to who sends METRICS_TOKEN as a Bearer token.',
    access: 'operator',
    answer: 'text',
    errors: ['forbidden'],
  },
  openapi: {
    method: 'GET',
    path: PATHS.openapi,
    aliases: [],
    doc: 'This description, as an OpenAPI document.',
    access: 'anyone',
    answer: 'json',
    errors: [],
  },
  asyncapi: {
    method: 'GET',
    path: PATHS.asyncapi,
    aliases: [],
    doc: 'The events of the socket, as an AsyncAPI document.',
    access: 'anyone',
    answer: 'json',
    errors: [],
  },
} as const satisfies Record<string, Route>;
