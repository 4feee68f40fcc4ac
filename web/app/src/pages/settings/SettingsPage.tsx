import { Accounts } from "./Accounts";
import { Looks } from "./Looks";
import { Token } from "./Token";
import "../../styles/settings.css";

export default function SettingsPage() {
  return (
    <div className="page">
      <div className="page-inner settings">
        <header className="page-head">
          <h1>Settings</h1>
        </header>
        <Accounts />
        <Looks />
        <Token />
      </div>
    </div>
  );
}
