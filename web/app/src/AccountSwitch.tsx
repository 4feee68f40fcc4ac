import { lazy, Suspense } from "react";

import { useAccounts } from "./hooks/useAccounts";
import { PLATFORMS } from "./format/words";
import { Avatar } from "./ui/Avatar";

const AccountMenu = lazy(() => import("./AccountMenu"));

/** Whose inbox, fans, campaigns and figures are shown: one account's, or those of all. */
export function AccountSwitch({ small }: { small?: boolean }) {
  const accounts = useAccounts();
  const size = small ? 30 : 40;
  if (accounts.length === 0) return null;
  const [only] = accounts;
  if (accounts.length === 1 && only)
    return (
      <div className="account-switch only" title={`${only.displayName}, ${PLATFORMS[only.platform]}`}>
        <Avatar name={only.displayName} url={only.avatar} size={size} />
        {!small && <span className="one-line">{only.displayName}</span>}
      </div>
    );
  return (
    <Suspense fallback={<div className="account-switch" style={{ minHeight: size }} />}>
      <AccountMenu accounts={accounts} small={small ?? false} size={size} />
    </Suspense>
  );
}
