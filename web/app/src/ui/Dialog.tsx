import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { useState, type ReactNode } from "react";

import { Button } from "./Button";

interface Props {
  open: boolean;
  onClose(): void;
  title: string;
  what?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, what, wide, children }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop layer" />
        <Base.Popup className={`dialog layer ${wide ? "wide" : ""}`}>
          <Base.Title render={<h2 />}>{title}</Base.Title>
          {what && (
            <Base.Description className="what" render={<div />}>
              {what}
            </Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose(): void;
  title: string;
  what: ReactNode;
  yes: string;
  danger?: boolean;
  /** Closes when it is done; a failure is shown in its own words. */
  onYes(): Promise<unknown> | void;
}

/** A question that must be answered before something that cannot be taken back. */
export function Confirm({ open, onClose, title, what, yes, danger, onYes }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function act() {
    setBusy(true);
    setProblem(null);
    try {
      await onYes();
      onClose();
    } catch (fault) {
      setProblem((fault as Error).message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop layer" />
        <AlertDialog.Popup className="dialog layer">
          <AlertDialog.Title render={<h2 />}>{title}</AlertDialog.Title>
          <AlertDialog.Description className="what" render={<div />}>
            {what}
          </AlertDialog.Description>
          {problem && (
            <p className="form-problem" role="alert">
              {problem}
            </p>
          )}
          <div className="form-end">
            <Button onClick={onClose}>Cancel</Button>
            <Button kind={danger ? "danger" : "primary"} disabled={busy} onClick={() => void act()}>
              {yes}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
