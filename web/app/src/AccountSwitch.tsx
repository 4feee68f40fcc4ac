import { CloudOff } from "lucide-react";
import { Suspense } from "react";

import { Boundary } from "./Boundary";
import { useAccounts } from "./hooks/useAccounts";
import { PLATFORMS } from "./format/words";
import { later } from "./later";
import { Avatar } from "./ui/Avatar";

const AccountMenu = later(() => import("./AccountMenu"));

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
    <Boundary here="" fallback={(_, again) => <NotThere onAgain={again} />}>
      <Suspense fallback={<div className="account-switch" style={{ minHeight: size }} />}>
        <AccountMenu accounts={accounts} small={small ?? false} size={size} />
      </Suspense>
    </Boundary>
  );
}

const NotThere = ({ onAgain }: { onAgain(): void }) => (
  <button type="button" className="account-switch" aria-label="The accounts could not be fetched. Try again" onClick={onAgain}>
    <CloudOff size={20} aria-hidden />
  </button>
);
