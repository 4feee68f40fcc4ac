import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "./Button";

interface Props {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
}

/** Nothing here yet, and what to do about it. */
export function Empty({ icon, title, children }: Props) {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something could not be fetched: why, in words, and the way to try again. */
export function Trouble({ words, onRetry }: { words: string; onRetry(): void }) {
  return (
    <div className="empty" role="alert">
      <CircleAlert aria-hidden />
      <p>{words}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

/** Grey shapes where text will be; `label` is what a person who hears the page is told. */
export function Bones({ label, heights }: { label: string; heights: readonly number[] }) {
  return (
    <div role="status" aria-label={label} className="form">
      {heights.map((height, index) => (
        <div key={index} className="bone" style={{ height }} />
      ))}
    </div>
  );
}
