import {
  CreateFanDocument,
  DeleteFanDocument,
  FanDocument,
  FansDocument,
  FanTagsDocument,
  UpdateFanDocument,
  type CreateFanInput,
  type FanFilter,
  type FanOrder,
  type UpdateFanInput,
} from "../generated/operations";
import type { Fan } from "../store/entities";
import { fanLeft, takeIn } from "../store/inbox";
import { ask, change, demandNone } from "./http";

const PAGE = 50;

export async function fetchFans(filter: FanFilter, orderBy: FanOrder, after: string | null, first = PAGE) {
  const { fans } = await ask(FansDocument, { first, after, filter, orderBy });
  takeIn({ fans: fans.nodes });
  return fans;
}

export async function fetchFan(id: string) {
  const { fan } = await ask(FanDocument, { id });
  if (fan) takeIn({ fans: [fan] });
  return fan;
}

export const fetchTags = async (search: string) => (await ask(FanTagsDocument, { search: search || null })).fanTags;

export async function createFan(input: CreateFanInput): Promise<Fan> {
  const { fan, errors } = (await change(CreateFanDocument, { input })).createFan;
  demandNone(errors);
  if (!fan) throw new Error("There is no fan in the answer.");
  takeIn({ fans: [fan] });
  return fan;
}

/** Throws Refused with CONFLICT where somebody else changed the fan after the version given. */
export async function updateFan(input: UpdateFanInput, fetchOptions?: RequestInit): Promise<Fan | null> {
  const { fan, errors } = (await change(UpdateFanDocument, { input }, fetchOptions)).updateFan;
  if (fan) takeIn({ fans: [fan] });
  demandNone(errors);
  return fan;
}

/** Adds tags and takes tags away, whatever others do with hers meanwhile. */
export async function changeTags({ id, tags }: Fan, wanted: readonly string[]): Promise<void> {
  const addTags = wanted.filter((tag) => !tags.includes(tag));
  const removeTags = tags.filter((tag) => !wanted.includes(tag));
  await updateFan({ id, addTags, removeTags } as UpdateFanInput);
}

export async function deleteFan(id: string, erase: boolean): Promise<void> {
  const { deletedId, errors } = (await change(DeleteFanDocument, { id, erase })).deleteFan;
  demandNone(errors);
  if (deletedId) fanLeft(deletedId, new Date().toISOString());
}
