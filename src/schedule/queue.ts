/** First in, first out, with constant cost for both ends whatever its length. */
export interface Queue<T> {
  readonly size: number;
  push(item: T): void;
  shift(): T | undefined;
  /** Takes everything, oldest first. */
  takeAll(): T[];
}

/** Below this many empty places at the front it is not worth moving the rest. */
const SLACK = 256;

export function createQueue<T>(): Queue<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    get size() {
      return items.length - head;
    },
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined; // what has left must not be kept alive from here
      head += 1;
      // Moving the rest costs as much as was taken since the last move, so each item is moved about once.
      if (head === items.length || (head > SLACK && head * 2 > items.length)) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    takeAll() {
      const rest = items.slice(head).filter((item) => item !== undefined);
      items = [];
      head = 0;
      return rest;
    },
  };
}
