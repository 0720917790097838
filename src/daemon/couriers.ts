/** The couriers of a worker as one: each target goes to the one that knows its kind. */
import type { Courier, Target } from '../deliver/mod.ts';

export type Couriers = { readonly [K in Target['kind']]: Courier };

export function oneCourier(couriers: Couriers): Courier {
  return {
    attempt: (attempt, signal) => couriers[attempt.target.kind].attempt(attempt, signal),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [...new Set(Object.values(couriers))].map((courier) => courier[Symbol.asyncDispose]()),
      );
    },
  };
}
