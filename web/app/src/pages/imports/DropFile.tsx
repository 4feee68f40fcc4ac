import { FileUp } from "lucide-react";
import { useId, useState, type DragEvent } from "react";

import { TITLES } from "./columns";

const MOST_BYTES = 10 * 1024 * 1024;

/** Where a file is dropped, or chosen. */
export function DropFile({ onFile }: { onFile(file: File): void }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = (file: File | undefined) => {
    if (!file) return;
    if (!/\.csv$/i.test(file.name)) return setProblem(`${file.name} is no CSV file. Save it as CSV first.`);
    if (file.size > MOST_BYTES) return setProblem("The file is larger than 10 MB. Split it, and import one part after the other.");
    if (file.size === 0) return setProblem("The file is empty.");
    onFile(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <FileUp size={30} aria-hidden />
      <h2>Drop a CSV file here</h2>
      <p>
        or{" "}
        <label htmlFor={id} className="link-button">
          choose one
        </label>
        <input id={id} className="unseen" type="file" accept=".csv,text/csv" onChange={(event) => take(event.target.files?.[0])} />, of at most 10 MB. Nothing is changed before you have seen what would happen.
      </p>
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      <p className="faint drop-columns">Columns: {TITLES.map(([title]) => title).join(", ")}. One of the first two must be there; the order does not matter.</p>
    </div>
  );
}
