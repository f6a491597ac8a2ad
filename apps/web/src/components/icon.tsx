/** Shapes on a grid of 24, drawn with strokes. */
const SHAPES = {
  none: 'M4 12h2.5M10.7 12h2.6M17.5 12H20',
  direct: 'M7.5 12h9M5 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM19 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
  turn: 'M5.5 16.5 10 9m4 0 4.5 7.5M12 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM4.5 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM19.5 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  relay: 'M4 5h16v5.5H4ZM4 13.5h16V19H4ZM7.5 7.8h.01M7.5 16.2h.01',
  mailbox: 'M4 6h16v12.5H4ZM4 7l8 6.5L20 7',
  device: 'M4 5h16v11H4ZM9 20h6M12 16v4',
  shield: 'M12 3.5 19 6v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6ZM9 12l2.2 2.2L15.2 10',
  rename: 'M5 19l1-4L16.5 4.5l3 3L9 18ZM14.5 6.5l3 3',
  copy: 'M9 9h10.5v10.5H9ZM6 15H4.5V4.5H15V6',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12 20 4.5 15.5 20l-3.6-6.2ZM11.9 13.8 20 4.5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  leave: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4l2.5 2',
  check: 'M5 12.5l4.5 4.5L19 7',
  warning: 'M12 4 3 20h18ZM12 10v4.5M12 17.2v.1',
  again: 'M19 12a7 7 0 1 1-2-5M17.5 3v4h-4',
  chevron: 'M9 6l6 6-6 6',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  remove: 'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M15.5 10H21',
  block: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM6.5 6.5l11 11',
  talk: 'M4 5h16v11H11l-4.5 4v-4H4Z',
  wallet: 'M4 7.5h14.5v11H4ZM4 7.5 15 4v3.5M18.5 11.5H15a1.5 1.5 0 0 0 0 3h3.5',
  phone: 'M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2Z',
  hangup: 'M3.5 14.6v-2c4.6-4.4 12.4-4.4 17 0v2l-4.3.8-1-3c-2.1-.6-4.3-.6-6.4 0l-1 3Z',
  camera: 'M4 7h10.5v10H4ZM14.5 10.8 20 7.8v8.4l-5.5-3',
  cameraOff: 'M4 7h10.5v10H4ZM14.5 10.8 20 7.8v8.4l-5.5-3M3.5 3.5l17 17',
  microphone: 'M12 4a3 3 0 0 0-3 3v4.5a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3ZM6 11.5a6 6 0 0 0 12 0M12 17.5v3',
  microphoneOff: 'M12 4a3 3 0 0 0-3 3v4.5a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3ZM6 11.5a6 6 0 0 0 12 0M12 17.5v3M3.5 3.5l17 17',
  screen: 'M4 5h16v11H4ZM9 20h6M12 13V8M9.5 10.5 12 8l2.5 2.5',
  larger: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  smaller: 'M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5',
  people:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M16 5.5a3.2 3.2 0 0 1 0 6M18 14.8c2 .7 3 2.5 3 5.2',
} as const;

export type IconName = keyof typeof SHAPES;

/** Decoration only: what it means stands beside it in words. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
