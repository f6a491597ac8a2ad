import type { InitWords } from './words.ts';

/** Spanish. */
export const es: InitWords = {
  title: 'anypath: un despliegue en esta máquina',
  questions: {
    domain: '¿Con qué nombre se encontrará el servidor?',
    turnDomain: '¿Y TURN, en la misma máquina? Otro nombre que lleve aquí.',
    email: '¿Adónde puede escribir la autoridad de certificados si falla una renovación? (vacío: a nadie)',
    adminWallets: '¿Qué wallets pueden ver la página de operaciones? (con comas; vacío: ninguno)',
    accountSid: 'Account SID de Twilio',
    apiKey: 'Clave de API de Twilio (SK…)',
    apiSecret: 'Secreto de esa clave',
  },
  wrong: {
    domain: 'un nombre de host como rtc.example.com',
    turnDomain: 'un nombre de host distinto del servidor, como turn.rtc.example.com',
    email: 'una dirección de correo, o vacío',
    adminWallets: 'wallets de 1 a 128 caracteres sin «:», separados por comas',
    accountSid: 'AC y 32 dígitos hexadecimales',
    apiKey: 'SK y 32 dígitos hexadecimales',
    apiSecret: 'al menos 16 letras y dígitos',
  },
  useTwilio: '¿Usar también Twilio, para cuando falle el TURN de esta máquina?',
  notSaved: 'No se ha escrito nada.',
  files: {
    env: 'nombres y direcciones, los lee docker compose',
    server: 'los secretos del servidor: TURN, métricas, Twilio',
    coturn: 'la configuración de coturn, con su secreto: toda dirección privada está denegada',
    metrics: 'con esto lee Prometheus las métricas',
    grafana: 'contraseña de «admin» en Grafana, http://127.0.0.1:3001 en esta máquina',
    mongodb: 'contraseña de «anypath» en MongoDB',
    mongodbKey: 'con esto se reconocen los miembros de MongoDB',
    redis: 'configuración de Redis, con su contraseña',
  },
  secretsAreNew:
    'Los secretos son nuevos, de 256 bits cada uno. Solo el dueño de los archivos puede leerlos; guarde una copia de «secrets».',
  secretsAreKept: 'Los secretos que ya había se conservan.',
  next: 'Siguiente:',
  nextUp: 'docker compose up -d',
  nextDoctor: 'después, desde cualquier sitio:',
  needsTerminal: 'no hay terminal en el que preguntar; use --domain y --yes',
  needsDomain: '--yes: necesita --domain',
  smallCluster: '--cluster: no se combina con --small',
  noComposeFile: (folder) => `--folder: no hay compose.yaml en ${folder}; indique la carpeta «deploy» de un clon`,
  filesExist: (files) =>
    `ya hay un despliegue (${files.join(', ')}); --force lo escribe de nuevo y conserva sus secretos`,
  unresolved: (name) => `${name} no se resuelve; cree antes su registro A (y AAAA para IPv6), o siga con --skip-dns`,
  noAddress: 'esta máquina no tiene ninguna dirección desde la que alcance algo',
  portsTaken: (ports) => `otro programa tiene ${ports.join(', ')}; deténgalo, o siga con --skip-ports`,
  behindNat: (name, publicAddress, privateAddress) =>
    `${name} es ${publicAddress}, que no está en ninguna interfaz de aquí. Es correcto si un NAT pasa sus puertos a ${privateAddress}; así se le dice a coturn.`,
  elsewhere: (name, addresses) => `${name} es ${addresses.join(', ')}, que no está en ninguna interfaz de aquí.`,
  notWritten: (reason) => `no se pudieron escribir los archivos (${reason}); no ha cambiado nada`,
};
