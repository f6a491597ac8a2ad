/**
 * Keeps this process from sleeping while it waits for a server, until it is disposed of. To wake another process takes a server on a virtual
 * machine several microseconds of its own, in the call that sends; only the slower of two servers, whose clients have time to fall asleep,
 * would pay that, and over a real network neither does.
 */
export function stayAwake(): Disposable {
  let isOver = false;
  const turn = () => {
    if (!isOver) setImmediate(turn);
  };
  turn();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
    },
  };
}
