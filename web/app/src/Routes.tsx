import { Compass } from "lucide-react";
import { lazy } from "react";
import { Link, Route, Switch } from "wouter";

import InboxPage from "./pages/inbox/InboxPage";
import { Empty } from "./ui/Empty";

const AnalyticsPage = lazy(() => import("./pages/analytics/AnalyticsPage"));
const CampaignPage = lazy(() => import("./pages/campaigns/CampaignPage"));
const CampaignsPage = lazy(() => import("./pages/campaigns/CampaignsPage"));
const EditCampaignPage = lazy(() => import("./pages/campaigns/EditCampaignPage"));
const FansPage = lazy(() => import("./pages/fans/FansPage"));
const ImportPage = lazy(() => import("./pages/imports/ImportPage"));
const NewCampaignPage = lazy(() => import("./pages/campaigns/NewCampaignPage"));
const QueuePage = lazy(() => import("./pages/queue/QueuePage"));
const SettingsPage = lazy(() => import("./pages/settings/SettingsPage"));

/** Every address of the application; resolvers/pages.py hands out the page for each of them. */
export function Routes() {
  return (
    <Switch>
      <Route path="/" component={InboxPage} />
      <Route path="/inbox/:id" component={InboxPage} />
      <Route path="/fans" component={FansPage} />
      <Route path="/fans/import" component={ImportPage} />
      <Route path="/campaigns" component={CampaignsPage} />
      <Route path="/campaigns/new" component={NewCampaignPage} />
      <Route path="/campaigns/:id/edit" component={EditCampaignPage} />
      <Route path="/campaigns/:id" component={CampaignPage} />
      <Route path="/analytics" component={AnalyticsPage} />
      <Route path="/queue" component={QueuePage} />
      <Route path="/settings" component={SettingsPage} />
      <Route>
        <Empty icon={<Compass aria-hidden />} title="There is no such page">
          <p>
            <Link href="/">To the inbox</Link>
          </p>
        </Empty>
      </Route>
    </Switch>
  );
}
