import { Tooltip } from "@base-ui/react/tooltip";
import type { ComponentProps, ReactElement, ReactNode } from "react";

interface Props extends ComponentProps<"button"> {
  kind?: "primary" | "danger" | "quiet";
  small?: boolean;
}

export function Button({ kind, small, className = "", type = "button", ...rest }: Props) {
  return <button type={type} className={`button ${kind ?? ""} ${small ? "small" : ""} ${className}`} {...rest} />;
}

interface IconProps extends Omit<Props, "children"> {
  label: string;
  children: ReactNode;
}

/** A button that is only a picture: its label is read out, and shown beside the pointer. */
export function IconButton({ label, className = "", kind = "quiet", ...rest }: IconProps) {
  return <Tip words={label}>{<Button kind={kind} className={`icon ${className}`} aria-label={label} {...rest} />}</Tip>;
}

export function Tip({ words, children }: { words: string; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="layer">
          <Tooltip.Popup className="tip">{words}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
