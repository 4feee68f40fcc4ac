import { Search, SlidersHorizontal } from "lucide-react";

import { useTags } from "../../hooks/useTags";
import { centsOf } from "../../format/money";
import { PLATFORMS } from "../../format/words";
import type { Platform } from "../../generated/operations";
import { allFans, LONGEST_SEARCH, type FansWanted } from "../../store/fansWanted";
import { Button } from "../../ui/Button";
import { Field, TagsField, TextField } from "../../ui/Fields";
import { Popover } from "../../ui/Popover";

interface Props {
  wanted: FansWanted;
  onChange(changed: Partial<FansWanted>): void;
}

/** Words and filters of a list of fans; the same for lists, exports and audiences. */
export function FanFilters({ wanted, onChange }: Props) {
  const given = [wanted.platform, wanted.minValue, wanted.maxValue, wanted.seenFrom, wanted.seenTo].filter(Boolean).length;
  const used = given + (wanted.tags.length > 0 ? 1 : 0);
  return (
    <>
      <div className="search grow">
        <Search size={16} aria-hidden />
        <input
          className="input"
          type="search"
          data-search
          aria-label="Search fans"
          placeholder="Name, handle or e-mail"
          maxLength={LONGEST_SEARCH}
          value={wanted.search}
          onChange={(event) => onChange({ search: event.target.value })}
        />
      </div>
      <Popover
        title="Filters"
        align="end"
        trigger={
          <button type="button" className={`button ${used > 0 ? "on" : ""}`}>
            <SlidersHorizontal size={16} aria-hidden />
            Filters{used > 0 && ` (${used})`}
          </button>
        }
      >
        <FilterForm wanted={wanted} onChange={onChange} />
      </Popover>
    </>
  );
}

function FilterForm({ wanted, onChange }: Props) {
  const known = useTags();
  const wrong = (typed: string) => (typed.trim() !== "" && centsOf(typed) === null ? "An amount such as 12." : null);
  return (
    <div className="form filters">
      <TagsField label="Carry all of these tags" value={wanted.tags} known={known} onChange={(tags) => onChange({ tags })} />
      <Field label="Platform">
        {(wiring) => (
          <select className="input" {...wiring} value={wanted.platform ?? ""} onChange={(event) => onChange({ platform: (event.target.value || null) as Platform | null })}>
            <option value="">All platforms</option>
            {Object.entries(PLATFORMS).map(([platform, name]) => (
              <option key={platform} value={platform}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="form-row">
        <TextField label="Paid at least" inputMode="decimal" placeholder="$" value={wanted.minValue} problem={wrong(wanted.minValue)} onChange={(event) => onChange({ minValue: event.target.value })} />
        <TextField label="at most" inputMode="decimal" placeholder="$" value={wanted.maxValue} problem={wrong(wanted.maxValue)} onChange={(event) => onChange({ maxValue: event.target.value })} />
      </div>
      <div className="form-row">
        <TextField label="Seen from" type="date" value={wanted.seenFrom} onChange={(event) => onChange({ seenFrom: event.target.value })} />
        <TextField label="to" type="date" value={wanted.seenTo} onChange={(event) => onChange({ seenTo: event.target.value })} />
      </div>
      <div className="form-end">
        <Button small onClick={() => onChange({ ...allFans, search: wanted.search, order: wanted.order, direction: wanted.direction })}>
          Clear filters
        </Button>
      </div>
    </div>
  );
}
