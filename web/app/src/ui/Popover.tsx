import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";

interface Props {
  trigger: ReactElement<Record<string, unknown>>;
  title?: string;
  open?: boolean;
  onOpenChange?(open: boolean): void;
  side?: "top" | "bottom";
  align?: "start" | "center" | "end";
  children: ReactNode;
}

export function Popover({ trigger, title, open, onOpenChange, side = "bottom", align = "start", children }: Props) {
  return (
    <Base.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={8} side={side} align={align} className="layer" collisionPadding={12}>
          <Base.Popup className="popup">
            {title && <Base.Title render={<h3 />}>{title}</Base.Title>}
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
