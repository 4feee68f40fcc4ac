import { Tooltip } from "@base-ui/react/tooltip";
import { Suspense, useEffect } from "react";
import { useLocation, useRoute } from "wouter";

import { Banner } from "./Banner";
import { Boundary } from "./Boundary";
import { Rail } from "./Rail";
import { PAGES, Routes } from "./Routes";
import { fetchAhead } from "./ahead";
import { followInbox } from "./clients/inboxEvents";
import { useNotifications } from "./hooks/useNotifications";
import { useSent } from "./hooks/useSent";
import { useUnsent } from "./hooks/useUnsent";
import { SignIn } from "./session/SignIn";
import { useSession } from "./session/session";
import { carryOn } from "./store/campaignSender";
import { useInbox } from "./store/inbox";
import { sendWaiting } from "./store/sender";
import { Bones } from "./ui/Empty";
import { Toasts } from "./ui/Toasts";
import { Writing } from "./Writing";

export function App() {
  const { token, refused } = useSession();
  return (
    <Tooltip.Provider delay={500}>
      {token !== "" && <Shell />}
      {(token === "" || refused) && <SignIn again={refused && token !== ""} />}
      <Toasts />
    </Tooltip.Provider>
  );
}

let following = false;

function Shell() {
  const known = useInbox((state) => state.viewer !== null);
  const [reading] = useRoute("/inbox/*?");
  const [here] = useLocation();
  const { onEvent } = useNotifications();
  useUnsent();
  useSent();
  useEffect(() => {
    if (following) return;
    following = true;
    void followInbox(onEvent).then(() => {
      sendWaiting();
      void carryOn();
      void fetchAhead(PAGES);
    });
  }, [onEvent]);
  return (
    <div className={`shell ${reading ? "reading" : ""}`}>
      <Banner />
      <Rail />
      <main className="stage">
        {known ? (
          <Boundary here={here}>
            <Suspense fallback={<PageBones />}>
              <Routes />
            </Suspense>
          </Boundary>
        ) : (
          <PageBones />
        )}
      </main>
      <Writing />
    </div>
  );
}

const PageBones = () => (
  <div className="page-inner">
    <Bones label="The page is being fetched" heights={[36, 120, 120, 120]} />
  </div>
);
