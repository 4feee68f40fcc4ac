import { useState } from "react";

import { usePreferences } from "../hooks/usePreferences";

interface Props {
  name: string;
  url?: string | null;
  size?: number;
}

/** A face: the picture where there is one, else initials on a colour that stays the same for a name. */
export function Avatar({ name, url, size = 44 }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const load = usePreferences((state) => state.pictures === "load");
  const shown = load && url?.startsWith("https:") && url !== broken ? url : null;
  return (
    <span
      className={`avatar hue-${hue(name)}`}
      style={{ width: size, height: size, fontSize: size * 0.38 }}
      aria-hidden="true"
    >
      {initials(name)}
      {shown !== null && (
        <img src={shown} alt="" width={size} height={size} loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(shown)} />
      )}
    </span>
  );
}

function initials(name: string): string {
  const words = name.replace(/^@/, "").split(/[\s._-]+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}

function hue(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % 8;
}
