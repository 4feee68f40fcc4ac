import { Download, Undo2 } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { confirmImport, download, failedRows, isOver, undoImport, type FanImport } from "../../clients/fanImports";
import { useImportErrors } from "../../hooks/useFanImports";
import { numeral, plural } from "../../format/money";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Trouble } from "../../ui/Empty";
import { sayWhy } from "../../ui/Toasts";
import { Errors } from "./Errors";

interface Props {
  current: FanImport;
  onChanged(one: FanImport): void;
  onOther(): void;
}

/** How far an import is, what it would do or has done, and what can be done next. */
export function Outcome({ current, onChanged, onOther }: Props) {
  const failures = useImportErrors(current);
  const [undoing, setUndoing] = useState(false);
  const [busy, setBusy] = useState(false);
  const taken = current.inserted + current.updated;
  const ready = current.dryRun && current.status === "COMPLETED";
  const undoable = !current.dryRun && (current.status === "COMPLETED" || current.status === "FAILED") && current.inserted > 0;
  const done = !current.dryRun && current.status === "COMPLETED";
  const confirm = () => {
    setBusy(true);
    confirmImport(current.id)
      .then(onChanged, sayWhy)
      .finally(() => setBusy(false));
  };
  return (
    <section className="card" aria-labelledby="outcome">
      <header className="page-head">
        <h2 id="outcome">{title(current)}</h2>
        <span className="faint one-line">{current.fileName}</span>
      </header>
      {!isOver(current) && <Progress current={current} />}
      {current.status === "FAILED" && <p className="notice bad">{current.statusDetail ?? "The file could not be read."}</p>}
      {current.status === "UNDONE" && (
        <p className="notice">
          The fans it had added are gone again.
          {current.undoKept ? ` ${plural(current.undoKept, "fan")} stayed, because somebody has written to them or changed them since.` : ""}
        </p>
      )}
      <Summary current={current} />
      {current.warnings.length > 0 && (
        <ul className="notice warn warnings">
          {current.warnings.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {failures.problem && <Trouble words={`The rows with errors cannot be shown: ${failures.problem}`} onRetry={failures.retry} />}
      {failures.errors && failures.errors.length > 0 && <Errors errors={failures.errors} count={current.errorCount} />}
      {failures.errors?.length === 0 && <p className="faint">The rows with errors are not kept any more.</p>}
      <div className="form-end">
        {isOver(current) && current.errorCount > 0 && failures.errors?.length !== 0 && (
          <Button onClick={() => void failedRows(current.id).then(download, sayWhy)}>
            <Download size={16} aria-hidden />
            Failed rows as a file
          </Button>
        )}
        {undoable && (
          <Button onClick={() => setUndoing(true)}>
            <Undo2 size={16} aria-hidden />
            Undo
          </Button>
        )}
        {isOver(current) && (
          <Button kind={ready && taken > 0 ? undefined : "primary"} onClick={onOther}>
            Another file
          </Button>
        )}
        {done && (
          <Link href="/fans" className="button primary">
            See the fans
          </Link>
        )}
        {ready && taken > 0 && (
          <Button kind="primary" disabled={busy} onClick={confirm}>
            Import {plural(taken, "fan")}
          </Button>
        )}
      </div>
      <Confirm
        open={undoing}
        onClose={() => setUndoing(false)}
        danger
        title="Undo this import?"
        what="The fans it added are deleted again. Who has been written to or changed since stays."
        yes="Undo"
        onYes={async () => onChanged(await undoImport(current.id))}
      />
    </section>
  );
}

function title({ dryRun, status }: FanImport): string {
  if (status === "FAILED") return dryRun ? "The file cannot be imported" : "The import has failed";
  if (status === "UNDONE") return "Undone";
  if (dryRun) return status === "COMPLETED" ? "What would happen" : "Checking the file";
  return status === "COMPLETED" ? "Imported" : "Importing";
}

function Progress({ current }: { current: FanImport }) {
  const { processedRows, totalRows, statusDetail } = current;
  const share = totalRows ? (100 * processedRows) / totalRows : 0;
  return (
    <div>
      <div className="bar" role="progressbar" aria-label="Rows worked on" aria-valuenow={Math.round(share)} aria-valuemin={0} aria-valuemax={100}>
        <i style={{ width: `${share}%` }} />
      </div>
      <p className="faint numbers progress-words">
        {statusDetail ?? (totalRows ? `${numeral(processedRows)} of ${plural(totalRows, "row")}` : "Waiting for a worker")}
      </p>
    </div>
  );
}

function Summary({ current }: { current: FanImport }) {
  const { inserted, updated, skipped, errorCount, dryRun } = current;
  const parts: [string, number, string][] = [
    [dryRun ? "would be added" : "added", inserted, "good"],
    [dryRun ? "would be updated" : "updated", updated, ""],
    ["known already", skipped, ""],
    ["with errors", errorCount, errorCount > 0 ? "alarm" : ""],
  ];
  return (
    <dl className="figures">
      {parts.map(([name, number, kind]) => (
        <div className="figure-card" key={name}>
          <dd className={`figure ${kind}`}>{numeral(number)}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}
