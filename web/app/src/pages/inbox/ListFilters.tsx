import { useState } from "react";

import { useTags } from "../../hooks/useTags";
import { useWanted, want } from "../../hooks/useWanted";
import { centsOf, typedMoney } from "../../format/money";
import { PLATFORMS } from "../../format/words";
import { everything } from "../../store/order";
import { Button } from "../../ui/Button";
import { Field, TagsField, TextField } from "../../ui/Fields";
import type { Platform } from "../../generated/operations";

/** Everything but view and words: platform, days, tags, value. */
export function ListFilters() {
  const wanted = useWanted();
  const known = useTags();
  const [value, setValue] = useState(wanted.minValueCents === null ? "" : typedMoney(wanted.minValueCents));
  const malformed = value.trim() !== "" && centsOf(value) === null;
  return (
    <div className="form filters">
      <Field label="Platform">
        {(wiring) => (
          <select
            className="input"
            {...wiring}
            value={wanted.platform ?? ""}
            onChange={(event) => want({ platform: (event.target.value || null) as Platform | null })}
          >
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
        <TextField label="Last message from" type="date" value={wanted.from ?? ""} onChange={(event) => want({ from: event.target.value || null })} />
        <TextField label="to" type="date" value={wanted.to ?? ""} onChange={(event) => want({ to: event.target.value || null })} />
      </div>
      <TagsField label="Fans who carry all of these tags" value={wanted.tags} known={known} onChange={(tags) => want({ tags })} />
      <TextField
        label="Fans who paid at least"
        inputMode="decimal"
        placeholder="$"
        value={value}
        problem={malformed ? "An amount such as 12 or 12.50." : null}
        onChange={(event) => {
          setValue(event.target.value);
          const cents = centsOf(event.target.value);
          if (cents !== null || event.target.value.trim() === "") want({ minValueCents: cents });
        }}
      />
      <div className="form-end">
        <Button
          small
          onClick={() => {
            setValue("");
            want({ ...everything, view: wanted.view, search: wanted.search });
          }}
        >
          Clear filters
        </Button>
      </div>
    </div>
  );
}
