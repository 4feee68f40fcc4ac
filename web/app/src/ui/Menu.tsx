import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";

export interface Choice {
  words: string;
  icon?: ReactNode;
  bad?: boolean;
  checked?: boolean;
  onChoose(): void;
}

interface Props {
  trigger: ReactElement<Record<string, unknown>>;
  choices: readonly Choice[];
  side?: "bottom" | "right" | "top";
  align?: "start" | "end";
}

export function Menu({ trigger, choices, side = "bottom", align = "end" }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} side={side} align={align} className="layer" collisionPadding={8}>
          <Base.Popup className="popup menu">
            {choices.map(({ words, icon, bad, checked, onChoose }) => (
              <Base.Item key={words} className={`menu-item ${bad ? "bad" : ""}`} onClick={onChoose}>
                {icon}
                {words}
                {checked && <span className="unseen">, chosen</span>}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
