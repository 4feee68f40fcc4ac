import { Compass } from "lucide-react";
import { Link, Route, Switch } from "wouter";

import { later } from "./later";
import InboxPage from "./pages/inbox/InboxPage";
import { Empty } from "./ui/Empty";

const AnalyticsPage = later(() => import("./pages/analytics/AnalyticsPage"));
const CampaignPage = later(() => import("./pages/campaigns/CampaignPage"));
const CampaignsPage = later(() => import("./pages/campaigns/CampaignsPage"));
const EditCampaignPage = later(() => import("./pages/campaigns/EditCampaignPage"));
const FansPage = later(() => import("./pages/fans/FansPage"));
const ImportPage = later(() => import("./pages/imports/ImportPage"));
const NewCampaignPage = later(() => import("./pages/campaigns/NewCampaignPage"));
const QueuePage = later(() => import("./pages/queue/QueuePage"));
const SettingsPage = later(() => import("./pages/settings/SettingsPage"));

export const PAGES = [FansPage, CampaignsPage, AnalyticsPage, QueuePage, SettingsPage, CampaignPage, NewCampaignPage, EditCampaignPage, ImportPage];

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
