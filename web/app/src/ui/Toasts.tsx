import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";

import { IconButton } from "./Button";

interface Action {
  words: string;
  onAct(): void;
}

const manager = Toast.createToastManager();

/** A sentence that is shown for a while, and read out. */
export function say(words: string, action?: Action): void {
  manager.add({ title: words, timeout: 7000, ...(action ? { actionProps: propsOf(action) } : {}) });
}

/** The same, but it stays until it is closed or hushed; told again under its name it takes the place of the one before. */
export function tell(name: string, words: string, action: Action): void {
  manager.add({ id: name, title: words, timeout: 0, actionProps: propsOf(action) });
}

export const hush = (name: string) => manager.close(name);

const propsOf = ({ words, onAct }: Action) => ({ children: words, onClick: onAct });

/** Says why something did not work. */
export const sayWhy = (fault: unknown) => say(fault instanceof Error ? fault.message : String(fault));

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Title render={<div />} />
      {toast.actionProps && <Toast.Action className="link-button" />}
      <Toast.Close render={<IconButton label="Close" small>{<X size={14} aria-hidden />}</IconButton>} />
    </Toast.Root>
  ));
}
