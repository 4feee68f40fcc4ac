import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { exampleTabs } from "./examples";
import { connect } from "./fetcher";
import { keepToken, readToken } from "./token";
import { TokenBar } from "./TokenBar";

function Page() {
  const [token, setToken] = useState(readToken);
  const [refused, setRefused] = useState<string>();
  const connection = useMemo(
    () => connect(token, (accepted) => setRefused(accepted ? undefined : token)),
    [token],
  );

  useEffect(() => connection.close, [connection]);
  useEffect(() => {
    const takeNewLink = () => setToken(readToken());
    addEventListener("hashchange", takeNewLink);
    return () => removeEventListener("hashchange", takeNewLink);
  }, []);

  return (
    <>
      <TokenBar token={token} refused={refused === token} onToken={(pasted) => setToken(keepToken(pasted))} />
      <GraphiQL
        fetcher={connection.fetcher}
        defaultTabs={exampleTabs}
        defaultEditorToolsVisibility
        isHeadersEditorEnabled={false}
        shouldPersistHeaders={false}
        // Variables hold names and message texts: they leave the browser with its tab.
        storage={sessionStorage}
      />
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Page />);
