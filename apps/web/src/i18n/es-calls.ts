import type { enCalls } from './en-calls.ts';

/** What the page says of calls in Spanish. */
export const esCalls: typeof enCalls = {
  start: { sound: (name) => `Llamar a ${name}`, video: (name) => `Videollamada con ${name}` },
  title: { sound: (name) => `Llamada con ${name}`, video: (name) => `Videollamada con ${name}` },
  incoming: {
    title: (name) => `Te llama ${name}`,
    kind: { sound: 'Llamada', video: 'Videollamada' },
    accept: 'Aceptar',
    acceptSound: 'Aceptar sin cámara',
    listen: 'Solo escuchar y mirar',
    decline: 'Rechazar',
    keys: 'Tab pasa de una respuesta a otra, Esc rechaza.',
    opening: 'Abriendo el micrófono…',
    page: (name) => `Te llama ${name} – anypath`,
  },
  state: {
    opening: 'Puede que el navegador pida ahora el micrófono y la cámara. Permítelo.',
    calling: 'Llamando…',
    callingAway: 'Llamando… Ahora no está en línea. Si no viene, verá una llamada perdida.',
    alerting: 'Sonando…',
    connecting: 'Conectando…',
    still: 'Recuperando la conexión…',
  },
  duration: (time) => `Duración: ${time}`,
  protocol: (name) => `por ${name}`,
  theirs: {
    mutedAudio: (name) => `${name} ha silenciado el micrófono`,
    noVideo: (name) => `${name} no envía imagen`,
    picture: (name) => `Imagen de ${name}`,
  },
  own: {
    picture: 'Tu imagen',
    sharing: 'Compartes tu pantalla',
    screen: 'Tu pantalla',
  },
  controls: {
    label: 'Controles de la llamada',
    mute: 'Silenciar el micrófono',
    unmute: 'Activar el micrófono',
    cameraOff: 'Apagar la cámara',
    cameraOn: 'Encender la cámara',
    cameraBehind: 'Cámara: no mientras compartes la pantalla',
    share: 'Compartir la pantalla',
    unshare: 'Dejar de compartir la pantalla',
    settings: 'Ajustes y teclas de la llamada',
    hangup: 'Colgar',
    cancel: 'Cancelar la llamada',
    larger: 'Agrandar la llamada',
    smaller: 'Reducir la llamada',
    short: {
      mute: 'Silenciar',
      unmute: 'Activar',
      camera: 'Cámara',
      share: 'Pantalla',
      settings: 'Ajustes',
      hangup: 'Colgar',
      cancel: 'Cancelar',
    },
  },
  problems: {
    microphone: {
      media_refused:
        'Esta página no puede usar el micrófono. Permítelo en el candado o la cámara de la barra de direcciones y actívalo de nuevo.',
      media_unavailable:
        'No hay micrófono o lo usa otro programa. Conecta uno o cierra ese programa y actívalo de nuevo.',
    },
    camera: {
      media_refused:
        'Esta página no puede usar la cámara. Permítelo en el candado o la cámara de la barra de direcciones y enciéndela de nuevo.',
      media_unavailable:
        'No hay cámara o la usa otro programa. Conecta una o cierra ese programa y enciéndela de nuevo.',
    },
    screen: {
      media_refused:
        'No se ha compartido nada. Si no has cancelado tú: permite en los ajustes del sistema que el navegador grabe la pantalla e inténtalo de nuevo.',
      media_unavailable: 'El navegador no ha podido abrir esa pantalla o ventana. Elige otra.',
    },
  },
  over: {
    title: {
      declined: (name) => `${name} ha rechazado la llamada`,
      engaged: (name) => `${name} está en otra llamada`,
      'no-answer': (name) => `${name} no contesta`,
      gone: (name) => `Se ha ido la conexión con ${name}`,
      fingerprint_mismatch: () => 'Llamada cortada por tu seguridad',
      failed: (name) => `No hay llamada con ${name}`,
    },
    text: {
      declined: 'Puedes escribirle un mensaje.',
      engaged: 'Verá una llamada perdida. Inténtalo más tarde.',
      'no-answer': 'Verá una llamada perdida.',
      gone: 'Su página se ha cerrado o se ha quedado sin red. Puedes llamar de nuevo.',
      media_refused:
        'Esta página no puede usar el micrófono o la cámara. Permítelo en el candado o la cámara de la barra de direcciones e inténtalo de nuevo.',
      media_unavailable:
        'No hay micrófono o cámara, o los usa otro programa. Conecta uno o cierra ese programa e inténtalo de nuevo.',
      fingerprint_mismatch:
        'La llamada no estaba protegida de extremo a extremo: puede que haya alguien en medio. Se ha cortado antes de que se viera u oyera nada. Comparad el número de seguridad por otra vía.',
      insecure:
        'Los navegadores solo abren el micrófono y la cámara por HTTPS. Abre esta página con su dirección HTTPS.',
      'relay-only': 'Las llamadas necesitan WebRTC y la red elegida es «Solo relé». Elige otra en los ajustes.',
    },
    again: 'Llamar de nuevo',
    withoutCamera: 'Llamar sin cámara',
    safety: 'Número de seguridad',
    close: 'Cerrar',
  },
  announced: {
    opening: (name) => `Llamando a ${name}.`,
    alerting: 'Está sonando.',
    talking: (name) => `Conectado con ${name}.`,
    still: 'La conexión se ha parado. Se recupera sola.',
    direct: 'La llamada va ahora directa.',
    turn: 'La llamada va ahora por un servidor TURN.',
    ended: (name) => `La llamada con ${name} ha terminado.`,
    missed: (name) => `Has perdido una llamada de ${name}.`,
    elsewhere: (name) => `Se ha respondido a ${name} en otro de tus dispositivos.`,
  },
  settings: {
    title: 'Ajustes de la llamada',
    kinds: { audioinput: 'Micrófono', videoinput: 'Cámara', audiooutput: 'Altavoz' },
    usual: 'El habitual de este dispositivo',
    nameless: (kind, number) => `${kind} ${number}`,
    none: 'no hay ninguno',
    noSpeaker: 'Este navegador suena por el altavoz que ha elegido el sistema.',
    keys: 'Teclas durante una llamada',
    close: 'Cerrar',
  },
  keys: {
    microphone: 'Activar o silenciar el micrófono',
    camera: 'Encender o apagar la cámara',
    share: 'Compartir la pantalla o dejar de hacerlo',
    hangup: 'Colgar o cancelar',
    escape: 'Rechazar una llamada que suena aquí o reducir la llamada',
  },
  keyNames: { control: 'Ctrl', shift: 'Mayús', escape: 'Esc' },
  record: {
    talked: { sound: 'Llamada', video: 'Videollamada' },
    declined: { outgoing: 'Ha rechazado tu llamada', incoming: 'Has rechazado una llamada' },
    busy: 'Estaba en otra llamada',
    unanswered: 'No ha contestado',
    cancelled: 'Has cancelado la llamada',
    missed: { sound: 'Llamada perdida', video: 'Videollamada perdida' },
    missedByThem: { sound: 'No ha visto tu llamada', video: 'No ha visto tu videollamada' },
    elsewhere: 'Respondida en otro de tus dispositivos',
    failed: 'La llamada no ha funcionado',
    callBack: 'Devolver la llamada',
  },
};
