import { AnalyticsDocument, type AnalyticsFilter, type AnalyticsQuery, type Interval } from "../generated/operations";
import { ask } from "./http";

export type Analytics = AnalyticsQuery["analytics"];

export const fetchAnalytics = async (filter: AnalyticsFilter, interval: Interval): Promise<Analytics> => (await ask(AnalyticsDocument, { filter, interval })).analytics;
