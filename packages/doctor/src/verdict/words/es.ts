import type { DoctorWords, Params } from './words.ts';

const status = ({ status: code }: Params): string => (code === 0 ? 'sin respuesta' : `con el estado HTTP ${code}`);

/** El diagnóstico en español. */
export const es: DoctorWords = {
  status: {
    good: 'Aquí todo funciona.',
    degraded: 'Aquí se puede conversar, pero hay algo que atender.',
    broken: 'Aquí no pasa nada.',
  },
  network: {
    open: { name: 'Abierta', meaning: 'una dirección pública sin nada en medio' },
    home: {
      name: 'Doméstica',
      meaning: 'un router o cortafuegos que deja entrar lo que se pidió; las partes se alcanzan directamente',
    },
    mobile: {
      name: 'Móvil',
      meaning:
        'un router que usa otro puerto para cada destino, como los operadores; la mayoría de las llamadas necesita TURN',
    },
    corporate: { name: 'Corporativa', meaning: 'un cortafuegos sin UDP; las llamadas van por TURN sobre TCP o TLS' },
    'proxy-only': { name: 'Solo proxy', meaning: 'todo pasa por un proxy HTTP; las llamadas van por TURN sobre TLS' },
    'ultra-restrictive': {
      name: 'Ultrarrestrictiva',
      meaning: 'solo pasa HTTPS auténtico; los mensajes van por el relé y no hay llamadas',
    },
    unknown: { name: 'Desconocida', meaning: 'se pudo averiguar demasiado poco' },
  },
  traits: {
    lossy: 'pierde paquetes',
    'ipv6-only': 'solo tiene IPv6',
    'no-websocket': 'bloquea WebSocket',
    intercepted: 'lee las conexiones cifradas',
    proxied: 'usa un proxy',
    'small-packets': 'pierde los paquetes grandes',
  },
  sure: { sure: 'seguro', likely: 'probable', guess: 'una suposición' },
  who: {
    you: 'usted',
    network: 'quien administra esta red',
    operator: 'quien opera el servidor',
    nobody: 'nadie',
  },
  severity: { problem: 'Problema', warning: 'Aviso', note: 'Nota' },
  paths: {
    direct: 'Directo',
    'turn-udp': 'TURN por UDP',
    'turn-tcp': 'TURN por TCP',
    'turn-tls': 'TURN por TLS',
    'relay-websocket': 'Relé por WebSocket',
    'relay-polling': 'Relé por HTTPS',
  },
  states: { works: 'funciona', limited: 'con algunas redes', fails: 'no funciona', unknown: 'no se sabe' },
  checks: {
    names: 'Nombre',
    addresses: 'Direcciones propias',
    proxy: 'Proxy',
    tcp: 'Puerto TCP',
    tls: 'Certificado',
    web: 'Servidor',
    portal: 'Portal cautivo',
    readiness: 'Lo que ve el servidor',
    ice: 'Credenciales',
    socket: 'Socket.IO',
    relay: 'Ida y vuelta del relé',
    stun: 'STUN',
    turn: 'TURN',
    mtu: 'Tamaño de paquete',
    nat: 'Router',
    range: 'Puertos del relé',
    peers: 'Destinos denegados',
  },
  outcomes: { ok: 'bien', failed: 'falla', unknown: 'no se sabe' },
  reasons: {
    unresolvable: 'el nombre no tiene dirección',
    refused: 'rechazada: nadie escucha ahí',
    unreachable: 'la conexión se cortó o no se puede establecer',
    timeout: 'no hay respuesta',
    deadline: 'se acabó el tiempo',
    tls: 'falló la negociación TLS',
    certificate_expired: 'el certificado ha caducado',
    certificate_not_yet_valid: 'el certificado aún no es válido',
    certificate_name: 'el certificado es para otros nombres',
    certificate_untrusted: 'aquí nadie conoce a quien firmó el certificado',
    certificate_chain: 'falta un certificado intermedio',
    proxy_refused: 'el proxy se niega',
    proxy_auth: 'el proxy pide una contraseña',
    not_anypath: 'responde algo que no es anypath',
    redirected: 'enviado a otro sitio',
    unauthorized: 'rechaza las credenciales',
    rejected: 'el servidor se niega',
    malformed: 'la respuesta no tiene sentido',
    no_echo: 'nada de lo enviado volvió',
    private_address: 'el relé entrega una dirección privada',
    unauthenticated: 'sin sesión iniciada',
    rate_limited: 'demasiadas peticiones',
    feature_disabled: 'desactivado',
    ice_unavailable: 'el servidor no tiene ningún STUN ni TURN que funcione',
    not_tried: 'no se intentó',
    unsupported: 'este servidor no lo ofrece',
    failed: 'falló',
  },
  findings: {
    name_unresolvable: ({ host }) => ({
      cause: `El nombre ${host} no tiene dirección.`,
      todo: 'Revise cómo está escrito y el registro DNS. Donde solo un proxy resuelve nombres, defina HTTPS_PROXY.',
    }),
    host_unreachable: ({ host, port }) => ({
      cause: `No se puede abrir una conexión TCP con ${host}, puerto ${port}.`,
      todo: `Pida a quien administra la red que permita TCP saliente hacia ${host}, puerto ${port}; pregunte a quien opera el servidor si está en marcha.`,
    }),
    server_refuses: ({ host, port }) => ({
      cause: `${host} está ahí, pero nadie escucha en el puerto ${port}.`,
      todo: `Arranque el servidor o el frente TLS y haga que escuche en el puerto ${port}.`,
    }),
    certificate_expired: ({ host, days }) => ({
      cause: `El certificado de ${host} caducó hace ${days} días.`,
      todo: 'Renuévelo en el servidor (certbot renew), recargue lo que lo usa y averigüe por qué no se renovó solo.',
    }),
    certificate_not_yet_valid: ({ host }) => ({
      cause: `El certificado de ${host} aún no es válido, o el reloj de este equipo va atrasado.`,
      todo: 'Compare los relojes de ambas máquinas (timedatectl, o los ajustes de fecha y hora).',
    }),
    certificate_name: ({ host, names }) => ({
      cause: `El certificado que se muestra para ${host} es para ${names || 'otros nombres'}.`,
      todo: `Emita un certificado que nombre ${host} (certbot -d ${host}), o use un nombre para el que valga.`,
    }),
    certificate_untrusted: ({ host, issuer }) => ({
      cause: `El certificado de ${host} está firmado por «${issuer}», en quien este equipo no confía.`,
      todo: 'Si el servidor se firma el suyo: obtenga uno de una autoridad pública. Si esta red lee las conexiones: añada su autoridad a este equipo (NODE_EXTRA_CA_CERTS para esta orden).',
    }),
    certificate_chain: ({ host }) => ({
      cause: `${host} no envía el certificado que está entre el suyo y el de la autoridad.`,
      todo: 'Dé al servidor la cadena completa (fullchain.pem en vez de cert.pem).',
    }),
    certificate_renewal: ({ host, days }) => ({
      cause: `El certificado de ${host} termina en ${days} días y no se ha renovado.`,
      todo: 'Renueve a mano (certbot renew) y lea lo que dice.',
    }),
    tls_intercepted: ({ issuer }) => ({
      cause: `Esta red lee las conexiones cifradas: «${issuer}» vuelve a firmar los certificados, y TURN dentro de TLS no pasa.`,
      todo: 'Pida a quien administra la red que excluya el servidor TURN de la inspección TLS; hasta entonces los mensajes van por el relé.',
    }),
    captive_portal: ({ location }) => ({
      cause: `Esta red quiere que primero inicie sesión${location ? ` (${location})` : ''}.`,
      todo: 'Abra cualquier página http:// en un navegador, acepte o inicie sesión ahí, y vuelva a intentarlo.',
    }),
    proxy_needed: () => ({
      cause: 'Quizá esta red tiene un proxy por el que todo debe pasar.',
      todo: 'Si es así, defina HTTPS_PROXY (como http://proxy.example.com:3128) y vuelva a intentarlo; quien administra la red sabe la dirección.',
    }),
    proxy_auth: ({ proxy }) => ({
      cause: `El proxy ${proxy} pide un nombre y una contraseña.`,
      todo: 'Póngalos en HTTPS_PROXY: http://nombre:contraseña@equipo:puerto.',
    }),
    proxy_unreachable: ({ proxy }) => ({
      cause: `El proxy ${proxy} no responde.`,
      todo: 'Revise HTTPS_PROXY, o quítelo en una red sin proxy.',
    }),
    proxy_refuses: ({ proxy, host, port }) => ({
      cause: `El proxy ${proxy} se niega a conectar con ${host}, puerto ${port}.`,
      todo: `Pida a quien administra la red que permita CONNECT hacia ${host}:${port}.`,
    }),
    not_anypath: ({ url, status: code }) => ({
      cause: `Lo que responde en ${url} no es anypath (estado HTTP ${code}).`,
      todo: 'Revise la dirección. Detrás de un frente TLS, compruebe que pasa /healthz, /api/ y /socket.io/ a anypath.',
    }),
    clock_differs: ({ minutes, direction }) => ({
      cause: `El reloj del servidor va ${minutes} minutos ${direction === 'behind' ? 'atrasado' : 'adelantado'} respecto al de este equipo.`,
      todo: 'Ponga en hora el reloj equivocado y manténgalo así: timedatectl set-ntp true. Las credenciales TURN valen minutos.',
    }),
    credentials_expired: ({ uri }) => ({
      cause: `${uri} rechaza las credenciales, probablemente porque según su reloj han caducado.`,
      todo: 'Ponga en hora el servidor que las emite y el servidor TURN (timedatectl set-ntp true).',
    }),
    credentials_refused: ({ uri, setting }) => ({
      cause: `${uri} rechaza las credenciales: los secretos no coinciden.`,
      todo:
        setting === 'TURN_SECRET'
          ? 'Haga que TURN_SECRET de anypath sea igual a static-auth-secret en turnserver.conf, con use-auth-secret, y reinicie ambos.'
          : `Revise ${setting}: debe ser lo que tiene turnserver.conf (static-auth-secret con use-auth-secret, o user=nombre:contraseña).`,
    }),
    credentials_missing: () => ({
      cause: 'El servidor no da credenciales TURN a quien no ha iniciado sesión, así que no se probó TURN.',
      todo: 'Dé un token (--token), o que quien opera el servidor ponga CHECK_PUBLIC=true.',
    }),
    token_refused: () => ({
      cause: 'El servidor rechaza el token.',
      todo: 'Obtenga uno nuevo. El servidor debe tener ALLOW_BEARER_AUTH=true, y JWT_SECRET o JWKS_URL de quien lo emitió.',
    }),
    rate_limited: () => ({
      cause: 'Se preguntó al servidor demasiadas veces en el último minuto y no dio credenciales.',
      todo: 'Espere un minuto y vuelva a intentarlo.',
    }),
    ice_disabled: () => ({
      cause: 'La función rtc.ice está desactivada en el servidor.',
      todo: 'anypath flags set rtc.ice on',
    }),
    ice_unavailable: () => ({
      cause: 'El servidor no encuentra ningún servidor STUN o TURN que funcione.',
      todo: 'Mire /readyz del servidor: dice por qué para cada dirección.',
    }),
    udp_blocked_here: ({ host, port }) => ({
      cause: 'Esta red no deja salir UDP. Las llamadas van por TCP o TLS, más lento en líneas malas.',
      todo: `Pida a quien administra la red que permita UDP saliente hacia ${host}, puerto ${port}, y las respuestas.`,
    }),
    udp_blocked_server: ({ host, port }) => ({
      cause: `Nada vuelve por UDP desde ${host}, puerto ${port}, ni siquiera a la sonda del propio servidor o donde UDP funciona.`,
      todo: `Ábralo en el servidor TURN y en el cortafuegos de su proveedor: ufw allow ${port}/udp. Revise listening-port=${port} en turnserver.conf, sin no-udp.`,
    }),
    udp_blocked_somewhere: ({ host, port }) => ({
      cause: `Nada vuelve por UDP desde ${host}, puerto ${port}: lo bloquea esta red o el cortafuegos del servidor.`,
      todo: `Pruebe desde otra red, o nombre un servidor que funcione (--reference stun:equipo). En el servidor: ufw allow ${port}/udp. Aquí: permitir UDP saliente hacia ${host}, puerto ${port}.`,
    }),
    turn_unreachable: ({ host, port, transport }) => ({
      cause: `TURN por ${String(transport).toUpperCase()} no responde en ${host}, puerto ${port}.`,
      todo: `Permita aquí TCP saliente hacia ${host}, puerto ${port}; en el servidor: ufw allow ${port}/tcp.`,
    }),
    turn_not_running: ({ uri }) => ({
      cause: `Nadie escucha en ${uri}.`,
      todo: 'Arranque coturn (systemctl status coturn) y revise sus líneas listening-port, tls-listening-port y aux-server.',
    }),
    turn_no_echo: ({ uri }) => ({
      cause: `${uri} concede asignaciones, pero los paquetes enviados por él no vuelven.`,
      todo: 'Revise external-ip y los puertos de relé (min-port, max-port) en turnserver.conf, y que el cortafuegos del servidor los deje pasar.',
    }),
    turn_rejected: ({ uri, detail }) => ({
      cause: `${uri} niega una asignación${detail ? ` (${detail})` : ''}.`,
      todo: 'Mire total-quota, user-quota y denied-peer-ip en turnserver.conf, y su registro.',
    }),
    relay_range_blocked: ({ host, port }) => ({
      cause: `El servidor TURN responde, pero sus puertos de relé están cerrados: nada llega a ${host}, puerto ${port}. Las llamadas por él quedan mudas.`,
      todo: 'Abra los puertos UDP de min-port a max-port de turnserver.conf (49152 a 65535 si no se dice otra cosa) en ambos cortafuegos: ufw allow 49152:65535/udp.',
    }),
    external_ip_missing: ({ private: inner, public: outer }) => ({
      cause: `El servidor TURN está detrás de NAT y entrega su dirección privada ${inner}, a la que nadie llega desde fuera.`,
      todo: `Añada a turnserver.conf: external-ip=${outer}/${inner}, y reinicie coturn.`,
    }),
    peers_not_denied: ({ peers }) => ({
      cause: `El servidor TURN reenviaría a direcciones privadas (${peers}): quien tenga credenciales alcanza su red interna.`,
      todo: 'Añada a turnserver.conf líneas denied-peer-ip para todos los rangos privados (10.0.0.0-10.255.255.255 y los demás) y no-multicast-peers.',
    }),
    socket_blocked: (params) => ({
      cause: `El servidor web responde, pero Socket.IO no pasa (${status(params)}): ni señales ni relé.`,
      todo: 'Haga que el frente o el cortafuegos pase /socket.io/ a anypath, con GET, POST y Upgrade.',
    }),
    websocket_blocked: (params) => ({
      cause: `WebSocket no pasa (${status(params)}); las peticiones normales sí, así que el relé funciona, con más retardo.`,
      todo: 'Haga que el proxy o el frente pase las cabeceras Upgrade y Connection para /socket.io/.',
    }),
    symmetric_nat: () => ({
      cause: 'El router usa otro puerto para cada destino. Solo se alcanza directamente a quien tiene una red abierta.',
      todo: 'Nada: las llamadas van por TURN.',
    }),
    packet_loss: ({ percent }) => ({
      cause: `El ${percent} % de los paquetes por TURN se perdió a la ida o a la vuelta.`,
      todo: 'Pruebe con cable en vez de Wi-Fi, o con otra conexión; si sigue, pregunte al proveedor.',
    }),
    small_packets: ({ bytes }) => ({
      cause: `Los paquetes de más de ${bytes} bytes se pierden. WebRTC envía hasta 1200.`,
      todo: 'Baje la MTU de la VPN o del túnel en ambos extremos, o deje pasar el ICMP «fragmentation needed».',
    }),
    no_ipv4: () => ({
      cause: 'Este equipo solo tiene IPv6; a quien solo tiene IPv4 se llega por TURN.',
      todo: 'Aquí nada. En el servidor TURN: que escuche también en IPv6.',
    }),
    ipv6_fails: ({ host, address }) => ({
      cause: `${host} tiene la dirección IPv6 ${address} y no responde en ella; las conexiones empiezan tarde, o fallan donde solo hay IPv6.`,
      todo: 'Haga que el servidor escuche en IPv6 y abra su cortafuegos (ufw cubre ambos), o quite el registro AAAA. Si otros sitios también fallan por IPv6, es esta red.',
    }),
    ended_early: ({ checks }) => ({
      cause: `${checks} comprobaciones no acabaron a tiempo y quedan sin saber.`,
      todo: 'Repítalo; en una línea muy lenta puede que no dé más.',
    }),
  },
  headings: {
    network: 'Red',
    paths: 'Caminos',
    findings: 'Qué se encontró',
    checks: 'Comprobaciones',
    nothing: 'No hay nada que atender.',
    todo: 'Qué hacer',
  },
};
