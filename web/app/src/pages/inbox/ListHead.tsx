import { Search, SlidersHorizontal, SquarePen, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useLocation } from "wouter";

import { useUnread } from "../../hooks/useAccounts";
import { filtersOf, useWanted, want } from "../../hooks/useWanted";
import { IconButton } from "../../ui/Button";
import { Segments } from "../../ui/Fields";
import { Popover } from "../../ui/Popover";
import { AccountSwitch } from "../../AccountSwitch";
import { ListFilters } from "./ListFilters";

const PAUSE_MS = 250;

export function ListHead() {
  const wanted = useWanted();
  const unread = useUnread();
  const [, go] = useLocation();
  return (
    <header className="list-head">
      <div className="list-title">
        <h1>Inbox</h1>
        {unread > 0 && <span className="pill accent">{unread} unread</span>}
        <span className="on-phones">
          <AccountSwitch small />
        </span>
        <IconButton label="Write to a fan" onClick={() => go("/fans")}>
          <SquarePen size={18} aria-hidden />
        </IconButton>
      </div>
      <SearchField />
      <div className="list-views">
        <Segments
          label="Which conversations"
          value={wanted.view}
          choices={[
            ["all", "All"],
            ["unread", "Unread"],
            ["unanswered", "To answer"],
          ]}
          onChange={(view) => want({ view })}
        />
        <Popover
          title="Filters"
          align="end"
          trigger={
            <button type="button" className={`button quiet icon ${filtersOf(wanted) > 0 ? "on" : ""}`}>
              <SlidersHorizontal size={17} aria-hidden />
              <span className="unseen">Filters, {filtersOf(wanted)} in use</span>
              {filtersOf(wanted) > 0 && <i className="dot" />}
            </button>
          }
        >
          <ListFilters />
        </Popover>
      </div>
    </header>
  );
}

/** Searches when the typing pauses. */
function SearchField() {
  const id = useId();
  const asked = useWanted().search;
  const [typed, setTyped] = useState(asked);
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => {
    const timer = setTimeout(() => typed !== asked && want({ search: typed }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, asked]);
  return (
    <div className="search">
      <Search size={16} aria-hidden />
      <label htmlFor={id} className="unseen">
        Search fans and messages
      </label>
      <input
        id={id}
        className="input"
        type="search"
        data-search
        placeholder="Search fans and messages"
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && (setTyped(""), event.currentTarget.blur())}
      />
      {typed ? (
        <button type="button" className="search-end" aria-label="Clear the search" onClick={() => setTyped("")}>
          <X size={15} aria-hidden />
        </button>
      ) : (
        <kbd className="search-end" aria-hidden="true">
          /
        </kbd>
      )}
    </div>
  );
}
