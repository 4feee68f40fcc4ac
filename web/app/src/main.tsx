import "@fontsource-variable/figtree/wght.css";
import "@fontsource-variable/bricolage-grotesque/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/ui-marks.css";
import "./styles/ui-layers.css";
import "./styles/shell.css";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";

import { App } from "./App";
import { client } from "./clients/http";
import { watchForSleep } from "./clients/socket";
import { applyTheme } from "./hooks/usePreferences";
import { NotFetched } from "./later";
import { takeNewLinks } from "./session/session";

applyTheme();
takeNewLinks();
watchForSleep();

/** What did not arrive is said on the page, and by the browser; any other failure belongs in its console. */
function report(fault: unknown): void {
  if (!(fault instanceof NotFetched)) console.error(fault);
}

const root = document.getElementById("root");
if (root)
  createRoot(root, { onCaughtError: report }).render(
    <StrictMode>
      {/* The policy of the page allows no style elements; what they would say is in our own files. */}
      <CSPProvider disableStyleElements>
        <Provider value={client}>
          <App />
        </Provider>
      </CSPProvider>
    </StrictMode>,
  );
