import { Download, Upload } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { download, exportFans } from "../../clients/fanImports";
import { useChosenAccount } from "../../hooks/useAccounts";
import { fanFilter, fanOrder } from "../../hooks/useFans";
import type { FansWanted } from "../../store/fansWanted";
import { Button } from "../../ui/Button";
import { sayWhy } from "../../ui/Toasts";

/** Fans from a file, and the list as it is filtered into one. */
export function InAndOut({ wanted }: { wanted: FansWanted }) {
  const accountId = useChosenAccount();
  const [busy, setBusy] = useState(false);
  const take = () => {
    setBusy(true);
    exportFans(fanFilter(wanted, accountId), fanOrder(wanted))
      .then(download, sayWhy)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Link href="/fans/import" className="button">
        <Upload size={16} aria-hidden />
        Import
      </Link>
      <Button onClick={take} disabled={busy}>
        <Download size={16} aria-hidden />
        Export
      </Button>
    </>
  );
}
