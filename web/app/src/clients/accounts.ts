import {
  AccountBacklogsDocument,
  ConnectAccountDocument,
  DisconnectAccountDocument,
  type ConnectAccountInput,
} from "../generated/operations";
import { takeIn } from "../store/inbox";
import { ask, change, demandNone } from "./http";

export const fetchBacklogs = async () => (await ask(AccountBacklogsDocument, {})).viewer.accounts;

/** Throws Refused with the reason where the platform does not accept the key. */
export async function connectAccount(input: ConnectAccountInput): Promise<void> {
  const { account, errors } = (await change(ConnectAccountDocument, { input })).connectAccount;
  demandNone(errors);
  if (account) takeIn({ accounts: [account] });
}

export async function disconnectAccount(id: string): Promise<void> {
  const { account, errors } = (await change(DisconnectAccountDocument, { id })).disconnectAccount;
  demandNone(errors);
  if (account) takeIn({ accounts: [account] });
}
