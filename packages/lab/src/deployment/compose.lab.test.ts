import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ReadyAnswer } from '@anypath/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client } from '../network/client.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { evaluate } from '../network/probe.ts';
import type { Service } from '../network/service.ts';
import { corporate, home } from '../network/topologies.ts';
import { type Visit, type Visited, visit } from '../network/web-probes.ts';
import { type Composed, DEPLOY, here, startComposed } from './compose-services.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const CERTBOT = fileURLToPath(new URL('./stand-in-certbot.mjs', import.meta.url));
const WEB = 'rtc.lab.test';
const TURN = 'turn.rtc.lab.test';
const HOSTS = { machine: [WEB, TURN] } as const;
