/** Paths of the HTTP routes. Apart from `ROUTES`, so that the SDK does not carry every schema. */
export const PATHS = {
  ice: '/api/v1/rtc/ice',
  report: '/api/v1/rtc/report',
  check: '/api/v1/check',
  matrixTurnServer: '/_matrix/client/v3/voip/turnServer',
  methods: '/api/v1/auth/methods',
  nonce: '/api/v1/auth/nonce',
  verify: '/api/v1/auth/verify',
  session: '/api/v1/auth/session',
  logout: '/api/v1/auth/logout',
  contacts: '/api/v1/contacts',
  contactsAsk: '/api/v1/contacts/ask',
  contactsAccept: '/api/v1/contacts/accept',
  contactsRemove: '/api/v1/contacts/remove',
  contactsBlock: '/api/v1/contacts/block',
  devices: '/api/v1/devices',
  devicesRename: '/api/v1/devices/rename',
  devicesRevoke: '/api/v1/devices/revoke',
  enqueue: '/api/v1/relay/enqueue',
  pull: '/api/v1/relay/pull',
  ack: '/api/v1/relay/ack',
  devSignIn: '/api/v1/auth/dev',
  ops: '/api/v1/ops',
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  openapi: '/openapi.json',
  asyncapi: '/asyncapi.json',
} as const;

/** Stands for the socket's handshake where routes are matched, as in `BEARER_ROUTE_WHITELIST`. */
export const SOCKET_ROUTE = '/api/v1/signal';
