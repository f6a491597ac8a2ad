import {
  AnypathError,
  type DeviceList,
  DeviceRegistration,
  DeviceRename,
  DeviceRevocation,
  DevicesQuery,
  ROUTES,
  type Route,
} from '@anypath/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import { bodyOf, faultOf } from '../http/body.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import type { Devices } from './devices.ts';
import { visibleDevices } from './visible.ts';

/** What the routes answer from. */
export interface DeviceRouteParts extends GuardParts {
  readonly devices: Pick<Devices, 'list' | 'register' | 'rename' | 'revoke'>;
  readonly acquaintances: Pick<Acquaintances, 'areMutual'>;
}

/** The devices of the signed-in wallet or of a contact, and what changes its own. */
export function deviceRoutes(app: FastifyInstance, { devices, acquaintances, ...guard }: DeviceRouteParts): void {
  const serve = (route: Route, answer: (wallet: string, request: FastifyRequest) => Promise<DeviceList>) => {
    sessionRoute(app, guard, route, { limit: 'devices' }, ({ wallet }, request, reply) => {
      reply.header('cache-control', 'no-store');
      return answer(wallet, request);
    });
  };
  const own = (wallet: string) => visibleDevices(devices, acquaintances, wallet);
  serve(ROUTES.devices, (wallet, request) => visibleDevices(devices, acquaintances, wallet, walletIn(request)));
  serve(ROUTES.devicesRegister, async (wallet, request) => {
    await devices.register(wallet, bodyOf(request, DeviceRegistration));
    return own(wallet);
  });
  serve(ROUTES.devicesRename, async (wallet, request) => {
    await devices.rename(wallet, bodyOf(request, DeviceRename));
    return own(wallet);
  });
  serve(ROUTES.devicesRevoke, async (wallet, request) => {
    await devices.revoke(wallet, bodyOf(request, DeviceRevocation).keyId);
    return own(wallet);
  });
}

function walletIn(request: FastifyRequest): string | undefined {
  const query = v.safeParse(DevicesQuery, request.query);
  if (query.success) return query.output.wallet;
  throw new AnypathError('invalid_payload', faultOf(query.issues));
}
