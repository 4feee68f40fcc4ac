import { ArrowDown, ArrowUp, MessageCircle, Pencil } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";

import type { Row } from "../../hooks/useFans";
import { useNow } from "../../hooks/useNow";
import { useAccount, useAccounts } from "../../hooks/useAccounts";
import { writeTo } from "../../hooks/useWriting";
import { exactMoney } from "../../format/money";
import { ago, calendarDay, exactly } from "../../format/time";
import { PLATFORMS } from "../../format/words";
import type { FanOrderField } from "../../generated/operations";
import type { Fan } from "../../store/entities";
import type { FansWanted } from "../../store/fansWanted";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/Button";
import { FanDialog } from "./FanDialog";

interface Props {
  rows: readonly Row[];
  wanted: FansWanted;
  onOrder(changed: Partial<FansWanted>): void;
}

export function FansTable({ rows, wanted, onOrder }: Props) {
  const [editing, setEditing] = useState<Fan | null>(null);
  const head = { wanted, onOrder };
  return (
    <div className="table-frame">
      <table className="table fans">
        <thead>
          <tr>
            <Head field="NAME" words="Name" {...head} />
            <th scope="col">Tags</th>
            <Head field="VALUE_CENTS" words="Paid" number {...head} />
            <Head field="LAST_SEEN_AT" words="Last seen" {...head} />
            <Head field="CREATED_AT" words="Added" {...head} />
            <th scope="col">
              <span className="unseen">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => (
            <FanRow key={each.fan.id} row={each} onEdit={setEditing} />
          ))}
        </tbody>
      </table>
      {editing && <FanDialog fan={editing} onClose={() => setEditing(null)} />}
    </div>
  );
}

interface RowProps {
  row: Row;
  onEdit(fan: Fan): void;
}

function FanRow({ row: { fan, conversationId }, onEdit }: RowProps) {
  const [, go] = useLocation();
  const now = useNow();
  const several = useAccounts().length > 1;
  const account = useAccount(fan.account?.id);
  const write = () => (conversationId ? go(`/inbox/${encodeURIComponent(conversationId)}`) : writeTo(fan));
  return (
    <tr>
      <td>
        <span className="fan-cell">
          <Avatar name={fan.name} url={fan.avatar} size={34} />
          <span className="fan-names">
            <b className="one-line">{fan.name}</b>
            <span className="faint one-line">{[fan.handle, several ? account?.displayName : PLATFORMS[fan.platform]].filter(Boolean).join(" · ")}</span>
          </span>
        </span>
      </td>
      <td>
        <span className="tags">
          {fan.tags.slice(0, 3).map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
          {fan.tags.length > 3 && <span className="tag">+{fan.tags.length - 3}</span>}
        </span>
      </td>
      <td className="number">{exactMoney(fan.valueCents)}</td>
      <td title={fan.lastSeenAt ? exactly(fan.lastSeenAt) : undefined}>{ago(fan.lastSeenAt, now)}</td>
      <td className="numbers">{calendarDay(fan.createdAt)}</td>
      <td>
        <span className="row-end">
          <IconButton label={`Write to ${fan.name}`} small onClick={write}>
            <MessageCircle size={16} aria-hidden />
          </IconButton>
          <IconButton label={`Edit ${fan.name}`} small onClick={() => onEdit(fan)}>
            <Pencil size={15} aria-hidden />
          </IconButton>
        </span>
      </td>
    </tr>
  );
}

interface HeadProps {
  field: FanOrderField;
  words: string;
  number?: boolean;
  wanted: FansWanted;
  onOrder(changed: Partial<FansWanted>): void;
}

/** A heading that orders the list by its column; once more turns it round. */
function Head({ field, words, number, wanted, onOrder }: HeadProps) {
  const here = wanted.order === field;
  const usual = field === "NAME" ? "ASC" : "DESC";
  const turned = wanted.direction === "ASC" ? "DESC" : "ASC";
  const sort = here ? (wanted.direction === "ASC" ? "ascending" : "descending") : "none";
  return (
    <th scope="col" aria-sort={sort} className={number ? "number" : ""}>
      <button type="button" className="head-button" onClick={() => onOrder({ order: field, direction: here ? turned : usual })}>
        {words}
        {here && (wanted.direction === "ASC" ? <ArrowUp size={13} aria-hidden /> : <ArrowDown size={13} aria-hidden />)}
      </button>
    </th>
  );
}
