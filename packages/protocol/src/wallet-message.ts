/**
 * The whole message, and nothing around or between its lines (EIP-4361, "ABNF Message Format"). Parsers look for the fields they
 * know and would overlook what else a wallet showed to its owner.
 */
const SHAPE = new RegExp(
  [
    '^\\S{1,300} wants you to sign in with your Ethereum account:\\n(0x[0-9a-fA-F]{40})\\n\\n(?:[\\x20-\\x7e]+\\n)?\\n',
    'URI: \\S+\\nVersion: 1\\nChain ID: \\d{1,15}\\nNonce: [0-9a-zA-Z]{8,64}\\nIssued At: \\S+',
    '(?:\\nExpiration Time: \\S+)?(?:\\nNot Before: \\S+)?(?:\\nRequest ID: \\S*)?(?:\\nResources:((?:\\n- \\S+)*))?$',
  ].join(''),
);

/** What a signed message says about keys. */
export interface SignedMessage {
  /** The account that is to sign it, as it is written there. */
  readonly address: string;
  /** What the owner agrees to beside the sign-in, in their order. */
  readonly resources: readonly string[];
}

/**
 * Reads a message of EIP-4361, version 1.
 *
 * @param text as the wallet showed and signed it
 * @returns `undefined` for anything that is not exactly such a message
 */
export function readSignedMessage(text: string): SignedMessage | undefined {
  const [, address, resources = ''] = SHAPE.exec(text) ?? [];
  return address === undefined ? undefined : { address, resources: resources.split('\n- ').slice(1) };
}

const DEVICE_KEY = 'anypath:device-key:';

/** @param publicKey of a device, base64url @returns the resource by which a message binds it to the account */
export const deviceKeyResource = (publicKey: string): string => `${DEVICE_KEY}${publicKey}`;

/** Whether a message binds this key, and no other one. */
export function bindsDeviceKey({ resources }: SignedMessage, publicKey: string): boolean {
  const keys = resources.filter((resource) => resource.startsWith(DEVICE_KEY));
  return keys.length === 1 && keys[0] === deviceKeyResource(publicKey);
}
