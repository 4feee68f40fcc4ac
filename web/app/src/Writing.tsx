import { useEffect } from "react";
import { useLocation } from "wouter";

import { stopWriting, useWriting } from "./hooks/useWriting";
import { WriteDialog } from "./pages/fans/WriteDialog";

/** The first message to somebody is written above whatever page is open; another page closes it. */
export function Writing() {
  const fan = useWriting((state) => state.fan);
  const [here] = useLocation();
  useEffect(() => stopWriting, [here]);
  return fan && <WriteDialog key={fan.id} fan={fan} onClose={stopWriting} />;
}
