import { useEffect, useState } from "react";

import { fetchTags } from "../clients/fans";

/** The tags in use, most used first, to choose from. Without them tags can still be typed. */
export function useTags(): readonly string[] {
  const [tags, setTags] = useState<readonly string[]>([]);
  useEffect(() => {
    let wanted = true;
    fetchTags("").then(
      (found) => wanted && setTags(found.map((each) => each.tag)),
      () => undefined,
    );
    return () => void (wanted = false);
  }, []);
  return tags;
}
