/** Ctrl-C while a command reads much: it stops at the next opportunity and says so, and the second one ends it at once. */

export interface Interrupt extends Disposable {
  /** Ctrl-C was pressed. */
  readonly hit: boolean;
}

/** Watches until it is disposed of. Who watches must let the event loop turn now and then, or nothing is ever seen. */
export function watchInterrupt(): Interrupt {
  let hit = false;
  const onInterrupt = (): void => {
    hit = true;
  };
  process.once('SIGINT', onInterrupt);
  return {
    get hit() {
      return hit;
    },
    [Symbol.dispose]: () => process.off('SIGINT', onInterrupt),
  };
}
