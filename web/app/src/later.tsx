import { lazy, type ComponentType } from "react";

/** A part of the application did not arrive: there is no connection, or a newer version has taken its place. */
export class NotFetched extends Error {
  constructor(
    cause: unknown,
    readonly forget: () => void,
  ) {
    super("A part of the application could not be fetched.", { cause });
  }
}

/**
 * A part that is fetched when it is shown first. React keeps a failed import for good; once this failure is told to
 * forget itself, the next showing fetches anew.
 */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): ComponentType<Props> {
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
  return function Later(props: Props) {
    const Part = part;
    return <Part {...props} />;
  };
}
