import { Megaphone } from "lucide-react";
import { Link } from "wouter";

import { Empty } from "../../ui/Empty";

/** The address names a campaign that is not there. */
export const NoCampaign = () => (
  <Empty icon={<Megaphone aria-hidden />} title="There is no such campaign">
    <p>
      <Link href="/campaigns">All campaigns</Link>
    </p>
  </Empty>
);
