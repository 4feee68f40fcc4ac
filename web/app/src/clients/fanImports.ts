import {
  ConfirmFanImportDocument,
  FailedRowsDocument,
  FanImportErrorsDocument,
  FanImportsDocument,
  FanImportDocument,
  FanImportUpdatedDocument,
  FansExportDocument,
  ImportFansDocument,
  UndoFanImportDocument,
  type DuplicatePolicy,
  type FanFilter,
  type FanImportErrorsQuery,
  type FanImportPartsFragment,
  type FanOrder,
  type Platform,
} from "../generated/operations";
import { ask, change, demandNone, type Problem } from "./http";
import { useConnection, watch } from "./socket";

export type FanImport = FanImportPartsFragment;

export interface Upload {
  file: File;
  accountId: string | null;
  platform: Platform;
  onDuplicate: DuplicatePolicy;
}

const made = ({ fanImport, errors }: { fanImport: FanImport | null; errors: readonly Problem[] }): FanImport => {
  demandNone(errors);
  if (!fanImport) throw new Error("There is no import in the answer.");
  return fanImport;
};

/** Uploads a file for a dry run, which changes nothing. */
export const tryImport = async (upload: Upload) => made((await change(ImportFansDocument, { ...upload, dryRun: true })).importFans);

/** Carries out what a dry run has shown. */
export const confirmImport = async (id: string) => made((await change(ConfirmFanImportDocument, { id })).confirmFanImport);

export const undoImport = async (id: string) => made((await change(UndoFanImportDocument, { id })).undoFanImport);

/** Of one account, or all of them: those without an account, too. */
export const fetchImports = async (accountId: string | null, after: string | null) =>
  (await ask(FanImportsDocument, { accountIds: accountId ? [accountId] : null, after })).fanImports;

export type RowError = NonNullable<FanImportErrorsQuery["fanImport"]>["errors"][number];

export async function fetchImportErrors(id: string, first: number): Promise<readonly RowError[]> {
  const { fanImport } = await ask(FanImportErrorsDocument, { id, first });
  if (!fanImport) throw new Error("The import is not there (any more).");
  return fanImport.errors;
}

/** An address for the rows that failed; it works for some minutes, so it is asked for when it is wanted. */
export async function failedRows(id: string): Promise<string> {
  const address = (await ask(FailedRowsDocument, { id })).fanImport?.failedRowsUrl;
  if (!address) throw new Error("The failed rows are not kept any more.");
  return address.url;
}

const LOOK_MS = 700;

/** Follows an import until it is over: live, and looked at now and again while the connection is away. Gives the way to stop. */
export function watchImport({ id, version }: FanImport, onState: (state: FanImport) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const take = (state: FanImport) => {
    if (stopped || state.version < version) return; // what was over before it was confirmed or undone
    onState(state);
    if (isOver(state)) stop();
  };
  const look = async () => {
    const state = await ask(FanImportDocument, { id }).then(({ fanImport }) => fanImport, () => null);
    if (state) take(state);
    lookWhileAway();
  };
  const lookWhileAway = () => {
    clearTimeout(timer);
    if (!stopped && !useConnection.getState().connected) timer = setTimeout(() => void look(), LOOK_MS);
  };
  const stops = [watch(FanImportUpdatedDocument, { id }, (data) => take(data.fanImportUpdated)), useConnection.subscribe(lookWhileAway)];
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    stops.forEach((each) => each());
  };
  lookWhileAway();
  return stop;
}

export const isOver = (one: FanImport) => one.status === "COMPLETED" || one.status === "FAILED" || one.status === "UNDONE";

/** An address that works for a while without a token: the browser downloads it by itself. */
export async function exportFans(filter: FanFilter, orderBy: FanOrder): Promise<string> {
  return (await ask(FansExportDocument, { filter, orderBy })).fansExportUrl.url;
}

/** Starts a download in this window, which stays where it is. */
export function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}
