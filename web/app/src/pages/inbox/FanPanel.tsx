import { Ellipsis, Eraser, Pencil, Trash2, X } from "lucide-react";
import { useState } from "react";

import { changeTags, deleteFan } from "../../clients/fans";
import { useAccount } from "../../hooks/useAccounts";
import { useNow } from "../../hooks/useNow";
import { useTags } from "../../hooks/useTags";
import { money } from "../../format/money";
import { ago, calendarDay, exactly } from "../../format/time";
import { PLATFORMS } from "../../format/words";
import type { Fan } from "../../store/entities";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { TagsField } from "../../ui/Fields";
import { Menu } from "../../ui/Menu";
import { say, sayWhy } from "../../ui/Toasts";
import { FanDialog } from "../fans/FanDialog";
import { Notes } from "./Notes";

/** Who is written to: value, tags, notes, when she was last seen; all of it to be changed here. */
export default function FanPanel({ fan, onClose }: { fan: Fan; onClose(): void }) {
  const account = useAccount(fan.account?.id);
  const now = useNow();
  const known = useTags();
  const gone = fan.deletedAt !== null;
  const saveTags = (tags: string[]) => void changeTags(fan, tags).catch(sayWhy);
  return (
    <aside className="fan" aria-label={`About ${fan.name}`}>
      <div className="fan-head">
        <IconButton label="Close" className="fan-close" onClick={onClose}>
          <X size={18} aria-hidden />
        </IconButton>
        {!gone && <FanMenu fan={fan} />}
        <Avatar name={fan.name} url={fan.avatar} size={76} />
        <h2>{fan.name}</h2>
        <p className="faint">
          {fan.handle ?? "no handle"} · {PLATFORMS[fan.platform]}
        </p>
      </div>
      <dl className="fan-figures">
        <div>
          <dt>Paid so far</dt>
          <dd className="figure fan-value">{money(fan.valueCents)}</dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd title={fan.lastSeenAt ? exactly(fan.lastSeenAt) : undefined}>{ago(fan.lastSeenAt, now)}</dd>
        </div>
      </dl>
      {gone ? <p className="notice">This fan was deleted and is in no list. Who writes again is back.</p> : <TagsField label="Tags" value={fan.tags} known={known} onChange={saveTags} />}
      <Notes key={fan.id} fan={fan} readOnly={gone} />
      <dl className="facts">
        <Fact name="E-mail" value={fan.email} />
        <Fact name="Account" value={account ? account.displayName : null} />
        <Fact name="Since" value={calendarDay(fan.createdAt)} />
      </dl>
    </aside>
  );
}

const Fact = ({ name, value }: { name: string; value: string | null }) =>
  value && (
    <div>
      <dt>{name}</dt>
      <dd className="one-line">{value}</dd>
    </div>
  );

function FanMenu({ fan }: { fan: Fan }) {
  const [doing, setDoing] = useState<"edit" | "delete" | "erase" | null>(null);
  const close = () => setDoing(null);
  return (
    <>
      <div className="fan-menu">
        <Menu
          trigger={
            <Button kind="quiet" className="icon" aria-label="More about this fan">
              <Ellipsis size={18} aria-hidden />
            </Button>
          }
          choices={[
            { words: "Edit…", icon: <Pencil size={16} aria-hidden />, onChoose: () => setDoing("edit") },
            { words: "Delete…", icon: <Trash2 size={16} aria-hidden />, bad: true, onChoose: () => setDoing("delete") },
            { words: "Erase personal data…", icon: <Eraser size={16} aria-hidden />, bad: true, onChoose: () => setDoing("erase") },
          ]}
        />
      </div>
      {doing === "edit" && <FanDialog fan={fan} onClose={close} />}
      <Confirm
        open={doing === "delete"}
        onClose={close}
        danger
        title={`Delete ${fan.name}?`}
        what="The fan leaves all lists, and messages that wait are taken back. Whoever writes again is back with everything."
        yes="Delete"
        onYes={() => deleteFan(fan.id, false).then(() => say(`${fan.name} is deleted.`))}
      />
      <Confirm
        open={doing === "erase"}
        onClose={close}
        danger
        title={`Erase what is known of ${fan.name}?`}
        what="Name, handle, e-mail, notes and the texts of all messages are removed for good. Amounts stay. This cannot be taken back."
        yes="Erase for good"
        onYes={() => deleteFan(fan.id, true).then(() => say("The personal data is erased."))}
      />
    </>
  );
}
