import { Check, FileText, Minus } from "lucide-react";
import { useEffect, useState } from "react";

import { tryImport, type FanImport } from "../../clients/fanImports";
import { useAccounts, useChosenAccount } from "../../hooks/useAccounts";
import { numeral } from "../../format/money";
import { PLATFORMS } from "../../format/words";
import type { DuplicatePolicy } from "../../generated/operations";
import { Button } from "../../ui/Button";
import { Field, Segments } from "../../ui/Fields";
import { beginningOf, checkColumns, type Columns } from "./columns";

interface Props {
  file: File;
  onTried(one: FanImport): void;
  onOther(): void;
}

/** The columns of the file, whose fans they are, and the dry run. */
export function Trial({ file, onTried, onOther }: Props) {
  const accounts = useAccounts();
  const chosen = useChosenAccount();
  const [picked, setPicked] = useState<string | null>(null);
  const accountId = picked ?? chosen ?? accounts[0]?.id ?? "";
  const [policy, setPolicy] = useState<DuplicatePolicy>("SKIP");
  const [columns, setColumns] = useState<Columns | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    beginningOf(file).then((text) => setColumns(checkColumns(text)), () => setProblem("The file cannot be read."));
  }, [file]);
  async function tryIt() {
    setBusy(true);
    setProblem(null);
    const account = accounts.find((each) => each.id === accountId);
    try {
      onTried(await tryImport({ file, accountId: account?.id ?? null, platform: account?.platform ?? "ONLYFANS", onDuplicate: policy }));
    } catch (fault) {
      setProblem((fault as Error).message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <section className="card" aria-labelledby="trial">
      <header className="page-head">
        <FileText size={20} aria-hidden />
        <h2 id="trial" className="one-line">
          {file.name}
        </h2>
        <span className="faint">{numeral(Math.max(1, Math.round(file.size / 1024)))} kB</span>
        <div className="end">
          <Button small onClick={onOther}>
            Another file
          </Button>
        </div>
      </header>
      {columns && <ColumnCheck columns={columns} />}
      <div className="form-row">
        {accounts.length > 0 && (
          <Field label="Fans of">
            {(wiring) => (
              <select className="input" {...wiring} value={accountId} onChange={(event) => setPicked(event.target.value)}>
                {accounts.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.displayName} · {PLATFORMS[each.platform]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <div className="field">
          <span className="label">Who is known already</span>
          <Segments
            label="Who is known already"
            value={policy}
            choices={[
              ["SKIP", "stays as she is"],
              ["UPDATE", "is updated"],
            ]}
            onChange={setPolicy}
          />
        </div>
      </div>
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="form-end">
        <p className="faint">Checking changes nothing.</p>
        <Button kind="primary" disabled={busy} onClick={() => void tryIt()}>
          {busy ? "Uploading…" : "Check the file"}
        </Button>
      </div>
    </section>
  );
}

function ColumnCheck({ columns }: { columns: Columns }) {
  return (
    <div>
      <ul className="columns">
        {columns.found.map((each) => (
          <li key={each} className="pill good">
            <Check size={13} aria-hidden />
            {each}
          </li>
        ))}
        {columns.missing.map((each) => (
          <li key={each} className="pill">
            <Minus size={13} aria-hidden />
            {each}
            <span className="unseen"> is not in the file</span>
          </li>
        ))}
      </ul>
      {!columns.usable && (
        <p className="notice warn" role="status">
          There seems to be neither a column Username nor one Display Name, by which a fan is told from others. Checking the file tells for certain.
        </p>
      )}
      {columns.others.length > 0 && <p className="faint others">Passed over: {columns.others.slice(0, 8).join(", ")}{columns.others.length > 8 ? "…" : ""}</p>}
    </div>
  );
}
