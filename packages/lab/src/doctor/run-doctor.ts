import { DoctorReport } from '@anypath/protocol';
import * as v from 'valibot';
import { cliReport } from '../network/cli-report.ts';
import type { Client } from '../network/client.ts';

/** The doctor's own deadline is 9.5 s; what is beyond twice that is a hang. */
const HANG_MS = 20_000;

/** What the doctor is run with. */
export interface Visit {
  /** Where the server is. */
  readonly url: string;
  /** A file with the authorities that this computer trusts. */
  readonly trustFile: string;
  readonly token?: string;
  readonly options?: readonly string[];
}

/** What the doctor said, and what it ended with. */
export interface Said {
  readonly report: DoctorReport;
  readonly exitStatus: number | null;
  /** From the start of the process to its end, milliseconds. */
  readonly tookMs: number;
}

/**
 * Runs the built doctor on a client's computer, as a person there would: the proxy of that network is in its environment.
 *
 * @throws Error with what it printed, where that is no report or it hangs
 */
export async function runDoctor(client: Client, { url, trustFile, token, options = [] }: Visit): Promise<Said> {
  const { proxy } = client;
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: trustFile,
    ...(proxy ? { HTTPS_PROXY: `http://${proxy.host}:${proxy.port}` } : {}),
    ...(token === undefined ? {} : { ANYPATH_TOKEN: token }),
  };
  const startedMs = performance.now();
  const args = ['doctor', url, '--json', ...options];
  const said = await cliReport(client, { args, env, hangMs: HANG_MS }, (json) => v.parse(DoctorReport, json));
  return { ...said, tookMs: Math.round(performance.now() - startedMs) };
}
