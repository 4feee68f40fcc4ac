import { lazy, useState, type ComponentType } from "react";

/** A part of the application did not arrive: there is no connection, or a newer version has taken its place. */
export class NotFetched extends Error {
  constructor(
    cause: unknown,
    readonly forget: () => void,
  ) {
    super("A part of the application could not be fetched.", { cause });
  }
}

export interface Ahead {
  /** Fetches it before it is shown, and then it is shown at once. Rejects where it does not arrive; nothing is lost by that. */
  ahead(): Promise<void>;
}

/**
 * A part that is fetched when it is shown first. React keeps a failed import for good; once this failure is told to
 * forget itself, the next showing fetches anew.
 */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): ComponentType<Props> & Ahead {
  let fetched: ComponentType<Props> | null = null;
  const begin = (): ComponentType<Props> => {
    const begun: ComponentType<Props> = lazy(() =>
      load().catch((cause: unknown) => {
        throw new NotFetched(cause, () => {
          if (part === begun) part = begin();
        });
      }),
    );
    return begun;
  };
  let part = begin();
  function Later(props: Props) {
    // One and the same for as long as it is shown: what is in it would be lost with a change.
    const [Part] = useState(() => fetched ?? part);
    return <Part {...props} />;
  }
  const ahead = async () => {
    fetched = (await load()).default;
  };
  return Object.assign(Later, { ahead });
}
