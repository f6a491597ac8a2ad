import type { AttackWords } from './words.ts';

/** Spanish. */
export const es: AttackWords = {
  attacks: {
    credentials: 'credenciales malas',
    permission: 'permiso para',
    channel: 'canal hacia',
    tcp_relay: 'conexión TCP hacia',
    machine: 'detrás del retransmisor',
    unpermitted: 'sin permiso',
    console: 'desde fuera',
    tls: 'cifrado antiguo',
    amplification: 'amplificación',
    quota: 'más que su parte',
  },
  outcomes: { refused: 'rechazado', through: 'HA PASADO', unknown: 'se desconoce' },
  todo: {
    credentials:
      'Cualquiera puede retransmitir. Quite no-auth de la configuración y ponga use-auth-secret o lt-cred-mech.',
    permission: 'Deniegue estas direcciones con denied-peer-ip; el archivo de «anypath turn config» las tiene todas.',
    channel: 'Deniegue estas direcciones con denied-peer-ip; el archivo de «anypath turn config» las tiene todas.',
    tcp_relay: 'Ponga no-tcp-relay: los navegadores nunca lo usan.',
    machine:
      'Servicios de la máquina responden al retransmisor, por detrás del cortafuegos. Ponga no-tcp-relay y cierre los servicios UDP a la dirección de la máquina.',
    unpermitted: 'Quite server-relay de la configuración.',
    console: 'Ponga no-cli, sirva las métricas en una dirección interna y cierre ambos puertos en el cortafuegos.',
    tls: 'Ponga no-tlsv1 y no-tlsv1_1.',
    amplification: 'Ponga no-rfc5780, no-stun-backward-compatibility y no-software-attribute, y un realm corto.',
    quota: 'Ponga user-quota y total-quota, o suba --allocations a lo que usted permite.',
  },
  headings: { todo: 'Qué hacer', all: 'Lo que se ha probado' },
  summary: (tried, through, unknown) => {
    const doubt = unknown > 0 ? ` De ${unknown} no se sabe nada: no hubo respuesta.` : '';
    if (through > 0) return `Han pasado ${through} de ${tried} ataques.${doubt}`;
    return unknown > 0
      ? `No consta que haya pasado ninguno de ${tried} ataques.${doubt}`
      : `Los ${tried} ataques fueron rechazados.`;
  },
  useless: (host, reason) => `${host} no se puede usar con estas credenciales, así que no se probó nada: ${reason}.`,
};
