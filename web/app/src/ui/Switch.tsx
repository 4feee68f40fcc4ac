import { Switch as Base } from "@base-ui/react/switch";
import { useId, type ReactNode } from "react";

interface Props {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

export function Switch({ label, hint, checked, disabled, onChange }: Props) {
  const id = useId();
  return (
    <div className="switch-row">
      <div>
        <label id={id}>{label}</label>
        {hint && <p className="faint">{hint}</p>}
      </div>
      <Base.Root className="switch" aria-labelledby={id} checked={checked} {...(disabled ? { disabled } : {})} onCheckedChange={onChange}>
        <Base.Thumb />
      </Base.Root>
    </div>
  );
}
