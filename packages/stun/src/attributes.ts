import { decodeAddress, encodeAddress, type TransportAddress } from './address.ts';
import {
  type AttributeCodec,
  decodeText,
  encodeText,
  expectLength,
  opaque,
  text,
  uint8,
  uint16,
  uint32,
} from './codecs.ts';
import { StunError } from './errors.ts';
import { MAGIC_COOKIE } from './header.ts';
import { decodeAlgorithms, encodeAlgorithms, type PasswordAlgorithm } from './password-algorithms.ts';

/** The value of ERROR-CODE (RFC 8489 section 14.8). */
export interface ErrorCodeValue {
  /** 300 to 699. */
  readonly code: number;
  /** For people; the server's own words. */
  readonly reason: string;
}

/** The value of CHANGE-REQUEST: answer from the other address, from the other port (RFC 5780 section 7.2). */
export interface ChangeRequest {
  readonly address: boolean;
  readonly port: boolean;
}

const CHANGE_ADDRESS = 4;
const CHANGE_PORT = 2;

const address = (type: number): AttributeCodec<TransportAddress> => ({
  type,
  encode: (value) => encodeAddress(value),
  decode: (bytes) => decodeAddress(bytes),
});

/** RFC 8489 section 14.2: combined by exclusive or with the magic cookie and the transaction id. */
const xorAddress = (type: number): AttributeCodec<TransportAddress> => ({
  type,
  encode: (value, transactionId) => encodeAddress(value, mask(transactionId)),
  decode: (bytes, transactionId) => decodeAddress(bytes, mask(transactionId)),
});

const mask = (transactionId: Uint8Array) => Uint8Array.of(...MAGIC_COOKIE, ...transactionId);

const errorCode = (type: number): AttributeCodec<ErrorCodeValue> => ({
  type,
  encode: ({ code, reason }) => Uint8Array.of(0, 0, Math.floor(code / 100), code % 100, ...encodeText(reason)),
  decode: (bytes) => {
    const hundreds = (bytes[2] ?? 0) & 7;
    const rest = bytes[3] ?? 100;
    if (hundreds < 3 || hundreds > 6 || rest > 99) throw new StunError('malformed', 'an error code is not 300 to 699');
    return { code: hundreds * 100 + rest, reason: decodeText(bytes.subarray(4)) };
  },
});

const changeRequest = (type: number): AttributeCodec<ChangeRequest> => ({
  type,
  encode: (value) => Uint8Array.of(0, 0, 0, (value.address ? CHANGE_ADDRESS : 0) + (value.port ? CHANGE_PORT : 0)),
  decode: (bytes) => {
    const flags = expectLength(bytes, 4).getUint32(0);
    return { address: (flags & CHANGE_ADDRESS) !== 0, port: (flags & CHANGE_PORT) !== 0 };
  },
});

const typeList = (type: number): AttributeCodec<readonly number[]> => ({
  type,
  encode: (types) => Uint8Array.from(types.flatMap((each) => [each >> 8, each & 0xff])),
  decode: (bytes) => {
    if (bytes.length % 2 !== 0) throw new StunError('malformed', 'a list of attribute types ends within one');
    const view = expectLength(bytes, bytes.length);
    return Array.from({ length: bytes.length / 2 }, (_, at) => view.getUint16(2 * at));
  },
});

const algorithms = (type: number): AttributeCodec<readonly PasswordAlgorithm[]> => ({
  type,
  encode: encodeAlgorithms,
  decode: decodeAlgorithms,
});

/** The attributes that this package reads and writes, by the names of the standards. */
export const ATTRIBUTE = {
  mappedAddress: address(0x0001),
  changeRequest: changeRequest(0x0003),
  username: text(0x0006),
  errorCode: errorCode(0x0009),
  unknownAttributes: typeList(0x000a),
  channelNumber: uint16(0x000c),
  /** Seconds. */
  lifetime: uint32(0x000d),
  xorPeerAddress: xorAddress(0x0012),
  data: opaque(0x0013),
  realm: text(0x0014),
  nonce: text(0x0015),
  xorRelayedAddress: xorAddress(0x0016),
  /** 1 for IPv4, 2 for IPv6. */
  requestedAddressFamily: uint8(0x0017),
  /** Protocol number; 17 is UDP, 6 is TCP (RFC 6062). */
  requestedTransport: uint8(0x0019),
  /** Exactly one algorithm. */
  passwordAlgorithm: algorithms(0x001d),
  userhash: opaque(0x001e),
  xorMappedAddress: xorAddress(0x0020),
  reservationToken: opaque(0x0022),
  /** Which connection to a peer (RFC 6062 section 6.2). */
  connectionId: uint32(0x002a),
  passwordAlgorithms: algorithms(0x8002),
  alternateDomain: text(0x8003),
  software: text(0x8022),
  alternateServer: address(0x8023),
  responseOrigin: address(0x802b),
  otherAddress: address(0x802c),
} as const;

/** What servers of RFC 3489 still add: harmless, and never a reason to drop an answer. */
const LEGACY_TYPES = [0x0002, 0x0004, 0x0005, 0x0007, 0x000b] as const;
const KNOWN_TYPES: ReadonlySet<number> = new Set([
  ...Object.values(ATTRIBUTE).map(({ type }) => type),
  ...LEGACY_TYPES,
]);

/** Whether a receiver that does not know this type must drop the message (RFC 8489 section 6.3). */
export const isUnknownButRequired = (type: number): boolean => type < 0x8000 && !KNOWN_TYPES.has(type);
