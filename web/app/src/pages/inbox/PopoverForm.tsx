import type { ReactNode } from "react";

import type { Draft } from "../../store/outbox";
import { Popover } from "../../ui/Popover";

export interface PopoverProps {
  draft: Draft;
  icon: ReactNode;
  onChange(changed: Partial<Draft>): void;
}

interface FormProps {
  title: string;
  label: string;
  icon: ReactNode;
  open: boolean;
  onOpen(open: boolean): void;
  onSubmit(): void;
  children: ReactNode;
}

/** A form of its own within that of the composer. */
export function PopoverForm({ title, label, icon, open, onOpen, onSubmit, children }: FormProps) {
  const trigger = (
    <button type="button" className="button quiet icon" aria-label={label} title={label}>
      {icon}
    </button>
  );
  return (
    <Popover side="top" title={title} open={open} onOpenChange={onOpen} trigger={trigger}>
      <form
        className="form popup-form"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          onSubmit();
        }}
      >
        {children}
      </form>
    </Popover>
  );
}
