import type { FanImport } from "../../clients/fanImports";
import { useNow } from "../../hooks/useNow";
import { numeral } from "../../format/money";
import { ago } from "../../format/time";
import type { FanImportStatus } from "../../generated/operations";
import { Button } from "../../ui/Button";
import { Bones, Trouble } from "../../ui/Empty";

const STATUSES: Readonly<Record<FanImportStatus, readonly [string, string]>> = {
  PENDING: ["Waiting", ""],
  RUNNING: ["Running", "warn"],
  COMPLETED: ["Done", "good"],
  FAILED: ["Failed", "bad"],
  UNDONE: ["Undone", ""],
};

interface Props {
  imports: readonly FanImport[];
  loading: boolean;
  complete: boolean;
  problem: string | null;
  loadMore(): void;
  reload(): void;
  onOpen(one: FanImport): void;
}

/** The imports so far. */
export function History({ imports, loading, complete, problem, loadMore, reload, onOpen }: Props) {
  const now = useNow();
  if (problem && imports.length === 0) return <Trouble words={problem} onRetry={reload} />;
  if (loading) return <Bones label="Earlier imports are being fetched" heights={[44, 44]} />;
  if (imports.length === 0) return null;
  return (
    <section aria-labelledby="history" className="history">
      <h2 id="history">Earlier</h2>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" className="number">
                Added
              </th>
              <th scope="col" className="number">
                Updated
              </th>
              <th scope="col" className="number">
                Errors
              </th>
              <th scope="col">When</th>
              <th scope="col">
                <span className="unseen">Open</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {imports.map((each) => {
              const [words, kind] = STATUSES[each.status];
              return (
                <tr key={each.id}>
                  <td>
                    {each.fileName} <span className={`pill ${kind}`}>{each.dryRun && each.status === "COMPLETED" ? "Only checked" : words}</span>
                  </td>
                  <td className="number">{each.dryRun ? "–" : numeral(each.inserted)}</td>
                  <td className="number">{each.dryRun ? "–" : numeral(each.updated)}</td>
                  <td className="number">{numeral(each.errorCount)}</td>
                  <td>{ago(each.createdAt, now)}</td>
                  <td className="number">
                    <Button small onClick={() => onOpen(each)} aria-label={`Open the import of ${each.fileName}`}>
                      Open
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {problem && <Trouble words={problem} onRetry={reload} />}
      {!complete && !problem && (
        <Button className="load-more" onClick={loadMore}>
          Show more
        </Button>
      )}
    </section>
  );
}
