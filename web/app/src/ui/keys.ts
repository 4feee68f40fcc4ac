const PRESSED = /^(radio|checkbox|button|submit|reset|file|range|color|image)$/;

/** Does the reader type into this element? Then letters are letters, not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !PRESSED.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || target.role === "textbox";
}

/** Do the arrow keys do something of their own here: choose, wind on, or scroll what is read? */
export function usesArrows(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, audio, video, [role=log]") !== null;
}

let pointed = false;
addEventListener("pointerdown", () => (pointed = true), true);
addEventListener("keydown", () => (pointed = false), true);

/** Did the reader come here by pointer? One who came by keys goes on with keys. */
export const byPointer = () => pointed;
