import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { AccountSwitch } from "../../AccountSwitch";
import { isOver, type FanImport } from "../../clients/fanImports";
import { useFanImport, useFanImports } from "../../hooks/useFanImports";
import { useFansAddress } from "../../hooks/useFansWanted";
import { DropFile } from "./DropFile";
import { History } from "./History";
import { Outcome } from "./Outcome";
import { Trial } from "./Trial";
import "../../styles/imports.css";

/** A file of fans: looked at first, then taken in, and taken back if it was the wrong one. */
export default function ImportPage() {
  const [file, setFile] = useState<File | null>(null);
  const [given, setGiven] = useState<FanImport | null>(null);
  const current = useFanImport(given);
  const fans = useFansAddress();
  const history = useFanImports(current && isOver(current) ? `${current.id} ${current.status}` : null);
  const again = () => {
    setFile(null);
    setGiven(null);
  };
  return (
    <div className="page">
      <div className="page-inner importing">
        <header className="page-head">
          <Link href={fans} className="button quiet icon" aria-label="Back to the fans">
            <ArrowLeft size={19} aria-hidden />
          </Link>
          <h1>Import fans</h1>
          <div className="end">
            <span className="on-phones">
              <AccountSwitch small />
            </span>
          </div>
        </header>
        {!file && !current && <DropFile onFile={setFile} />}
        {file && !current && <Trial file={file} onTried={setGiven} onOther={again} />}
        {current && <Outcome current={current} onChanged={setGiven} onOther={again} />}
        <History {...history} onOpen={setGiven} />
      </div>
    </div>
  );
}
