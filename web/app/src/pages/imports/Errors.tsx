import { plural } from "../../format/money";

interface Props {
  errors: readonly { row: number; column: string | null; message: string }[];
  count: number;
}

/** Each row that was not taken, and why. Row 1 is the first below the heading. */
export function Errors({ errors, count }: Props) {
  return (
    <div>
      <h3 className="errors-head">{plural(count, "row")} with errors</h3>
      <div className="table-frame errors" tabIndex={0} role="region" aria-label="Rows with errors">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              <th scope="col">Column</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ row, column, message }, index) => (
              <tr key={index}>
                <td className="number">{row}</td>
                <td>{column ?? "–"}</td>
                <td>{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > errors.length && <p className="faint others">These are the first {errors.length}; all of them are in the file of failed rows.</p>}
    </div>
  );
}
