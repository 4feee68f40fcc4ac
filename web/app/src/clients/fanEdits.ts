import type { UpdateFanInput } from "../generated/operations";
import type { Fan } from "../store/entities";
import { useInbox } from "../store/inbox";
import { fetchFan, updateFan } from "./fans";
import { Refused } from "./http";

type Editable = Pick<Fan, "name" | "handle" | "email" | "avatar" | "tags" | "notes" | "valueCents" | "lastSeenAt">;
const TRIES = 4;

/** Somebody else changed the same field meanwhile. */
export class ChangedMeanwhile extends Error {
  constructor(readonly fan: Fan) {
    super("Somebody else changed this meanwhile. Look at it before you save yours.");
  }
}

/**
 * Changes fields of a fan, unless somebody else changed one of them after `base` was shown. What changes by itself, such
 * as the day a fan was last seen, is no reason to stop. Throws ChangedMeanwhile.
 */
export async function saveFan(base: Fan, changed: Partial<Editable>, fetchOptions?: RequestInit): Promise<Fan | null> {
  for (let tries = 0; ; tries += 1) {
    const held = useInbox.getState().fans[base.id] ?? base;
    const touched = (Object.keys(changed) as (keyof Editable)[]).filter((name) => !same(held[name], base[name]));
    if (touched.length > 0) throw new ChangedMeanwhile(held);
    try {
      return await updateFan({ id: base.id, expectedVersion: held.version, ...changed } as UpdateFanInput, fetchOptions);
    } catch (fault) {
      const conflict = fault instanceof Refused && fault.problems[0]?.path?.at(-1) === "expectedVersion";
      if (!conflict || tries >= TRIES) throw fault;
      await fetchFan(base.id);
    }
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
