import { prefer, usePreferences } from "../../hooks/usePreferences";
import { Segments } from "../../ui/Fields";
import { Switch } from "../../ui/Switch";
import { say } from "../../ui/Toasts";

/** How this person likes it, on this device. */
export function Looks() {
  const { theme, pictures, notify } = usePreferences();
  const possible = "Notification" in window;
  const denied = possible && Notification.permission === "denied";
  async function askToNotify(on: boolean) {
    if (!on) return prefer({ notify: false });
    const answer = await Notification.requestPermission();
    prefer({ notify: answer === "granted" });
    if (answer !== "granted") say("The browser does not allow it. It can be changed beside the address.");
  }
  return (
    <section className="card" aria-labelledby="looks">
      <h2 id="looks">On this device</h2>
      <div className="switch-row">
        <span className="setting-name">Appearance</span>
        <Segments
          label="Appearance"
          value={theme}
          choices={[
            ["system", "As the system"],
            ["light", "Light"],
            ["dark", "Dark"],
          ]}
          onChange={(next) => prefer({ theme: next })}
        />
      </div>
      <Switch
        label="Tell me of new messages"
        hint={denied ? "The browser refuses it for this page." : "By a notification of the browser, when the conversation is not on screen."}
        checked={notify && possible && !denied}
        disabled={!possible || denied}
        onChange={(on) => void askToNotify(on)}
      />
      <Switch
        label="Load pictures of other hosts"
        hint="Faces and attachments lie on the platforms' servers, which see your network address when they are loaded. Off: only when you ask for one."
        checked={pictures === "load"}
        onChange={(on) => prefer({ pictures: on ? "load" : "ask" })}
      />
    </section>
  );
}
