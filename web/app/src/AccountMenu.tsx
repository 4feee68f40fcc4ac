import { Check, Users } from "lucide-react";

import { chooseAccount, useAccount, useChosenAccount } from "./hooks/useAccounts";
import { PLATFORMS } from "./format/words";
import type { Account } from "./store/entities";
import { Avatar } from "./ui/Avatar";
import { Menu, type Choice } from "./ui/Menu";

interface Props {
  accounts: readonly Account[];
  small: boolean;
  size: number;
}

/** All accounts, or one of them. */
export default function AccountMenu({ accounts, small, size }: Props) {
  const chosen = useAccount(useChosenAccount());
  const mark = (on: boolean) => (on ? <Check size={16} aria-hidden /> : <span style={{ width: 16 }} />);
  const choices: Choice[] = [
    { words: "All accounts", icon: mark(!chosen), checked: !chosen, onChoose: () => chooseAccount(null) },
    ...accounts.map((each) => ({
      words: `${each.displayName} · ${PLATFORMS[each.platform]}`,
      icon: mark(each.id === chosen?.id),
      checked: each.id === chosen?.id,
      onChoose: () => chooseAccount(each.id),
    })),
  ];
  return (
    <Menu
      side={small ? "bottom" : "right"}
      align={small ? "end" : "start"}
      choices={choices}
      trigger={
        <button type="button" className="account-switch" aria-label={`Account: ${chosen?.displayName ?? "all"}. Choose another`}>
          {chosen ? (
            <Avatar name={chosen.displayName} url={chosen.avatar} size={size} />
          ) : (
            <span className="avatar hue-3" style={{ width: size, height: size }}>
              <Users size={size * 0.45} aria-hidden />
            </span>
          )}
          {!small && <span className="one-line">{chosen?.displayName ?? "All"}</span>}
        </button>
      }
    />
  );
}
