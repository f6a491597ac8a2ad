/**
 * `npm run docs`: writes docs/reference.md, docs/comparison.md from the committed result of `npm run bench`, and the generated parts of docs/protocol.md and docs/doctor.md, from the code. `--check` writes
 * nothing and fails where one is stale.
 * Needs built packages (`npm run build`).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { RTC_TABLE } from '../packages/client/dist/link/rtc-phase.js';
import { CLIENT_EVENTS, ERRORS, LIMITS, RATE_LIMITS, ROUTES } from '../packages/protocol/dist/index.js';
import { FLAGS, Metrics, SETTINGS } from '../packages/server/dist/index.js';
import { comparisonPage } from './docs-comparison.mjs';
import { withDoctorParts } from './docs-doctor.mjs';
import { withGeneratedParts } from './docs-protocol.mjs';
import { ROOT } from './setup.mjs';

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** @param {string} text */
const code = (text) => `\`${text}\``;

/** The comment above each entry of an object literal in a source file. @param {string} file */
function commentsOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const entries = [...text.matchAll(/\/\*\* ([^*]+) \*\/\nexport const (\w+) =/g)];
  return Object.fromEntries(entries.map(([, comment = '', name = '']) => [name, comment.trim()]));
}

const ACCESS = { anyone: 'anyone', session: 'signed in', operator: 'the operator' };

const settings = table(
  ['variable', 'default', 'what for', 'may be'],
  Object.entries(SETTINGS).map(([name, { doc, may, fallback }]) => [
    code(name),
    fallback ? code(fallback) : '',
    doc,
    may,
  ]),
);
const routes = table(
  ['route', 'also at', 'what for', 'who', 'refuses with'],
  Object.values(ROUTES).map(({ method, path, aliases, doc, access, errors }) => [
    code(`${method} ${path}`),
    aliases.map(code).join(' '),
    doc,
    ACCESS[access],
    errors.map(code).join(' '),
  ]),
);
const errors = table(
  ['code', 'HTTP status', 'may help to retry', 'what to do'],
  Object.entries(ERRORS).map(([name, { status, retry, advice }]) => [
    code(name),
    String(status),
    retry ? 'yes' : 'no',
    advice,
  ]),
);
const rateLimits = table(
  ['limit', 'how many', 'in seconds', 'of what'],
  Object.entries(RATE_LIMITS).map(([name, { points, windowMs, doc }]) => [
    code(name),
    points.toLocaleString('en'),
    String(windowMs / 1000),
    doc,
  ]),
);
const flags = table(
  ['flag', 'default', 'switches'],
  Object.entries(FLAGS).map(([key, { enabled, doc }]) => [code(key), enabled ? 'on' : 'off', doc]),
);
const limitDocs = commentsOf('packages/protocol/src/limits.ts');
const limits = table(
  ['limit', 'value', 'meaning'],
  Object.entries(limitDocs).map(([name, meaning]) => {
    return [code(name), LIMITS[/** @type {keyof typeof LIMITS} */ (name)].toLocaleString('en'), meaning];
  }),
);
const clientEvents = table(
  ['event', 'fields', 'answer'],
  Object.entries(CLIENT_EVENTS).map(([name, schema]) => [
    code(name),
    ('entries' in schema ? Object.keys(schema.entries) : []).map(code).join(' '),
    '`{ ok: true }` or `{ ok: false, error, message }`',
  ]),
);
const metrics = table(
  ['metric', 'labels', 'what'],
  new Metrics().describe().map(({ name, labels, help }) => [code(name), labels.map(code).join(' '), help]),
);
const transitions = Object.entries(RTC_TABLE)
  .flatMap(([phase, row]) => Object.entries(row).map(([trigger, next]) => `  ${phase} --> ${next}: ${trigger}`))
  .join('\n');

const text = `<!-- Written by \`npm run docs\`; edit the code instead. -->

# Reference

## Settings

Environment variables of \`anypath serve\`. An empty variable counts as unset.

${settings}

## HTTP

${routes}

Every error has the body \`{ "error": code, "message", "requestId" }\`; the Matrix route has that of Matrix. The same as an OpenAPI 3.1
document is at \`/openapi.json\` of every server, the events of the socket as an AsyncAPI 3.0 document at \`/asyncapi.json\`.

Who must be signed in sends the session cookie with the header \`X-CSRF-Token\`, or \`Authorization: Bearer\` where
\`ALLOW_BEARER_AUTH\` and \`BEARER_ROUTE_WHITELIST\` allow it.

## Socket events

[The protocol](protocol.md) explains them in their order. One Socket.IO connection (default parser) at \`/socket.io/\`, over WebSocket or HTTP long-polling. The handshake's \`auth\` carries
\`deviceId\`, and \`token\` or, with the session cookie, \`csrfToken\`. The first event is \`session:start\` with \`{ wallet, serverTime }\`; \`session:end\` with
\`{ error, message }\` comes before the server closes a connection. \`presence:update\` with \`{ wallet, online, devices }\` comes for each
wallet that is online, then at each change.

A client may send these. The recipient gets the same event with \`from\` and \`fromDevice\`. A client without acknowledgement
callbacks gets refusals as the event \`rtc:error\` with \`{ ok: false, error, message, event, signalId }\`.

${clientEvents}

## Errors

${errors}

## Limits

${limits}

## Rate limits

HTTP answers carry \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds); a refusal is \`429 rate_limited\` with
\`Retry-After\`. An IPv6 client counts by its /64.

${rateLimits}

## Feature flags

Switched by \`anypath flags set\` while the server runs: for everyone, for a percentage of the wallets, or for one wallet.

${flags}

## Metrics

At \`GET /metrics\`, in the exposition format of Prometheus; beside them those of Node, as \`anypath_nodejs_…\` and \`anypath_process_…\`. [Operations](operations.md) says
what to make of them.

${metrics}

## How a link upgrades to WebRTC

Messages go over the live relay from the first moment. Beside it the link tries WebRTC; these are the phases, from
\`packages/client/src/link/rtc-phase.ts\`.

\`\`\`mermaid
stateDiagram-v2
  [*] --> idle
${transitions}
\`\`\`
`;

const protocolFile = join(ROOT, 'docs', 'protocol.md');
const protocol = readFileSync(protocolFile, 'utf8');
const doctorFile = join(ROOT, 'docs', 'doctor.md');
const written = new Map([
  [join(ROOT, 'docs', 'reference.md'), text],
  [join(ROOT, 'docs', 'comparison.md'), comparisonPage()],
  [protocolFile, withGeneratedParts(protocol)],
  [doctorFile, withDoctorParts(readFileSync(doctorFile, 'utf8'))],
]);

for (const [file, current] of written) {
  const name = relative(ROOT, file);
  if (existsSync(file) && readFileSync(file, 'utf8') === current) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is stale: run \`npm run build && npm run docs\` and commit the result.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, current);
    console.log(`wrote ${name}`);
  }
}
