import { ChartNoAxesColumn, Inbox, ListTodo, Megaphone, Settings, Users } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";

import { AccountSwitch } from "./AccountSwitch";
import { useUnread } from "./hooks/useAccounts";
import { useFansAddress } from "./hooks/useFansWanted";
import { usePageTitle } from "./hooks/usePageTitle";

const SIZE = 21;
const PLACES: readonly { href: string; words: string; icon: ReactNode }[] = [
  { href: "/", words: "Inbox", icon: <Inbox size={SIZE} aria-hidden /> },
  { href: "/fans", words: "Fans", icon: <Users size={SIZE} aria-hidden /> },
  { href: "/campaigns", words: "Campaigns", icon: <Megaphone size={SIZE} aria-hidden /> },
  { href: "/analytics", words: "Analytics", icon: <ChartNoAxesColumn size={SIZE} aria-hidden /> },
  { href: "/queue", words: "Queue", icon: <ListTodo size={SIZE} aria-hidden /> },
  { href: "/settings", words: "Settings", icon: <Settings size={SIZE} aria-hidden /> },
];

/** The way to each page; a bar at the bottom on a phone. */
export function Rail() {
  const [location] = useLocation();
  const unread = useUnread();
  const fans = useFansAddress();
  const here = PLACES.find(({ href }) => isHere(href, location));
  usePageTitle(here?.words ?? "Huntaze CRM", unread);
  return (
    <nav className="rail" aria-label="Pages">
      <AccountSwitch />
      {PLACES.map(({ href, words, icon }) => (
        <Link key={href} href={href === "/fans" ? fans : href} className="place" aria-current={isHere(href, location) ? "page" : undefined}>
          {icon}
          <span>{words}</span>
          {href === "/" && unread > 0 && (
            <span className="badge">
              {unread > 99 ? "99+" : unread}
              <span className="unseen"> unread conversations</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

function isHere(href: string, location: string): boolean {
  if (href === "/") return location === "/" || location.startsWith("/inbox/");
  return location === href || location.startsWith(`${href}/`);
}
