import { UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";

import { useFans } from "../../hooks/useFans";
import { useFansWanted } from "../../hooks/useFansWanted";
import { usePlace } from "../../hooks/usePlace";
import { plural } from "../../format/money";
import { allFans } from "../../store/fansWanted";
import { Button } from "../../ui/Button";
import { Bones, Empty, Trouble } from "../../ui/Empty";
import { AccountSwitch } from "../../AccountSwitch";
import { FanDialog } from "./FanDialog";
import { FanFilters } from "./FanFilters";
import { FansTable } from "./FansTable";
import { InAndOut } from "./InAndOut";
import "../../styles/fans.css";

/** Everybody the viewer knows: to find, to write to, to add, to take along as a file. */
export default function FansPage() {
  const { wanted, change } = useFansWanted();
  const [adding, setAdding] = useState(false);
  const { place, rows, total, loading, complete, problem, loadMore, reload } = useFans(wanted);
  const box = usePlace(place);
  const [, go] = useLocation();
  const narrowed = JSON.stringify({ ...wanted, order: allFans.order, direction: allFans.direction }) !== JSON.stringify(allFans);
  return (
    <div className="page" ref={box}>
      <div className="page-inner">
        <header className="page-head">
          <h1>Fans</h1>
          {total !== null && <span className="pill">{plural(total, "fan")}</span>}
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
            <InAndOut wanted={wanted} />
            <Button kind="primary" onClick={() => setAdding(true)}>
              <UserPlus size={16} aria-hidden />
              Add a fan
            </Button>
          </div>
        </header>
        <div className="toolbar">
          <FanFilters wanted={wanted} onChange={change} />
        </div>
        {loading && <Bones label="Fans are being fetched" heights={[44, 44, 44, 44, 44, 44]} />}
        {problem && <Trouble words={problem} onRetry={() => void reload()} />}
        {total === 0 && !problem && (
          <Empty icon={<Users aria-hidden />} title={narrowed ? "Nobody fits" : "No fans yet"}>
            <p>{narrowed ? "Try fewer words or filters." : "Who writes to you is added by itself. You can also import a CSV file, or add somebody by hand."}</p>
            {narrowed ? <Button onClick={() => change(allFans)}>Show all</Button> : <Button onClick={() => go("/fans/import")}>Import a file</Button>}
          </Empty>
        )}
        {rows.length > 0 && <FansTable rows={rows} wanted={wanted} onOrder={change} />}
        {!complete && rows.length > 0 && (
          <Button className="load-more" onClick={() => void loadMore()}>
            Show more
          </Button>
        )}
        {adding && <FanDialog onClose={() => setAdding(false)} onDone={() => void reload()} />}
      </div>
    </div>
  );
}
