import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";

import { useConnection } from "./clients/socket";
import { useSession } from "./session/session";

const GRACE_MS = 1200;

/** Says that the page stands still. A short cut is not worth a word. */
export function Banner() {
  const { connected, since } = useConnection();
  const refused = useSession((state) => state.refused);
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (connected || since === null) return setLate(false);
    const timer = setTimeout(() => setLate(true), Math.max(0, since + GRACE_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [connected, since]);
  return (
    <div role="status" aria-live="polite" className={late && !refused ? "banner" : "unseen"}>
      {late && !refused && (
        <>
          <CloudOff size={16} aria-hidden />
          No connection. What happens meanwhile appears as soon as it is back; what you write is kept.
        </>
      )}
    </div>
  );
}
