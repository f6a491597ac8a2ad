/** What the page says of calls in English. Every other language has the same keys. */
export const enCalls = {
  start: {
    sound: (name: string) => `Call ${name}`,
    video: (name: string) => `Video call with ${name}`,
  },
  title: { sound: (name: string) => `Call with ${name}`, video: (name: string) => `Video call with ${name}` },
  incoming: {
    title: (name: string) => `${name} is calling`,
    kind: { sound: 'Call', video: 'Video call' },
    accept: 'Accept',
    acceptSound: 'Accept without camera',
    listen: 'Only listen and watch',
    decline: 'Decline',
    keys: 'Tab moves between the answers, Esc declines.',
    opening: 'Opening the microphone…',
    page: (name: string) => `${name} is calling – anypath`,
  },
  state: {
    opening: 'The browser may ask for the microphone and the camera now. Please allow them.',
    calling: 'Calling…',
    callingAway: 'Calling… They are offline now. If they do not come, they will find a missed call.',
    alerting: 'Ringing…',
    connecting: 'Connecting…',
    still: 'Reconnecting…',
  },
  duration: (time: string) => `Duration: ${time}`,
  protocol: (name: string) => `over ${name}`,
  theirs: {
    mutedAudio: (name: string) => `${name} has muted the microphone`,
    noVideo: (name: string) => `${name} sends no picture`,
    picture: (name: string) => `Picture of ${name}`,
  },
  own: {
    picture: 'Your picture',
    sharing: 'You are sharing your screen',
    screen: 'Your screen',
  },
  controls: {
    label: 'Call controls',
    mute: 'Mute microphone',
    unmute: 'Unmute microphone',
    cameraOff: 'Turn camera off',
    cameraOn: 'Turn camera on',
    cameraBehind: 'Camera: not while you share your screen',
    share: 'Share screen',
    unshare: 'Stop sharing screen',
    settings: 'Call settings and keys',
    hangup: 'Hang up',
    cancel: 'Cancel call',
    larger: 'Enlarge call',
    smaller: 'Make call smaller',
    short: {
      mute: 'Mute',
      unmute: 'Unmute',
      camera: 'Camera',
      share: 'Screen',
      settings: 'Settings',
      hangup: 'Hang up',
      cancel: 'Cancel',
    },
  },
  problems: {
    microphone: {
      media_refused:
        'This page may not use the microphone. Allow it at the lock or camera sign in the address bar, then unmute again.',
      media_unavailable:
        'No microphone was found, or another program uses it. Connect one or close that program, then unmute again.',
    },
    camera: {
      media_refused:
        'This page may not use the camera. Allow it at the lock or camera sign in the address bar, then turn it on again.',
      media_unavailable:
        'No camera was found, or another program uses it. Connect one or close that program, then turn it on again.',
    },
    screen: {
      media_refused:
        'No screen was shared. If you did not cancel: allow the browser to record the screen in the system settings, then try again.',
      media_unavailable: 'The browser could not open that screen or window. Please choose another one.',
    },
  },
  over: {
    title: {
      declined: (name: string) => `${name} declined`,
      engaged: (name: string) => `${name} is in another call`,
      'no-answer': (name: string) => `${name} did not answer`,
      gone: (name: string) => `The connection to ${name} is gone`,
      fingerprint_mismatch: () => 'Call ended for your safety',
      failed: (name: string) => `No call with ${name}`,
    },
    text: {
      declined: 'You can write to them instead.',
      engaged: 'They will find a missed call. Try again later.',
      'no-answer': 'They will find a missed call.',
      gone: 'Their page was closed or has lost its network. You can call again.',
      media_refused:
        'This page may not use the microphone or the camera. Allow it at the lock or camera sign in the address bar, then try again.',
      media_unavailable:
        'No microphone or camera was found, or another program uses it. Connect one or close that program, then try again.',
      fingerprint_mismatch:
        'The call was not protected from end to end: somebody may sit between the two of you. It was ended before anything was seen or heard. Compare the safety number with them another way.',
      insecure: 'Browsers open the microphone and the camera over HTTPS only. Open this page by its HTTPS address.',
      'relay-only': 'Calls need WebRTC, and “Relay only” is chosen as the network. Choose another one in the settings.',
    },
    again: 'Call again',
    withoutCamera: 'Call without camera',
    safety: 'Safety number',
    close: 'Close',
  },
  announced: {
    opening: (name: string) => `Calling ${name}.`,
    alerting: 'It rings.',
    talking: (name: string) => `Connected with ${name}.`,
    still: 'The connection stands still. Reconnecting.',
    direct: 'The media goes directly now.',
    turn: 'The media goes through a TURN server now.',
    ended: (name: string) => `The call with ${name} has ended.`,
    missed: (name: string) => `You missed a call by ${name}.`,
    elsewhere: (name: string) => `The call by ${name} was answered on another device of yours.`,
  },
  settings: {
    title: 'Call settings',
    kinds: { audioinput: 'Microphone', videoinput: 'Camera', audiooutput: 'Speaker' },
    usual: 'The usual one of this device',
    nameless: (kind: string, number: number) => `${kind} ${number}`,
    none: 'none found',
    noSpeaker: 'This browser plays on the speaker that the system has chosen.',
    keys: 'Keys during a call',
    close: 'Close',
  },
  keys: {
    microphone: 'Microphone on or off',
    camera: 'Camera on or off',
    share: 'Share the screen, or stop',
    hangup: 'Hang up or cancel',
    escape: 'Decline a call that rings here, or make a call smaller',
  },
  /** How keys are called on a keyboard. */
  keyNames: { control: 'Ctrl', shift: 'Shift', escape: 'Esc' },
  record: {
    talked: { sound: 'Call', video: 'Video call' },
    declined: { outgoing: 'They declined your call', incoming: 'You declined a call' },
    busy: 'They were in another call',
    unanswered: 'They did not answer',
    cancelled: 'You cancelled the call',
    missed: { sound: 'Missed call', video: 'Missed video call' },
    missedByThem: { sound: 'They missed your call', video: 'They missed your video call' },
    elsewhere: 'Answered on another device of yours',
    failed: 'The call did not work',
    callBack: 'Call back',
  },
};
