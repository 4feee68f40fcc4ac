import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { X } from "lucide-react";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  children(wiring: { id: string; "aria-describedby": string; "aria-invalid": boolean }): ReactNode;
}

/** A label, a control, a hint and what is wrong, wired for people who hear the page. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-more`, "aria-invalid": Boolean(problem) })}
      <div id={`${id}-more`}>
        {problem ? (
          <span className="problem" role="alert">
            {problem}
          </span>
        ) : (
          hint && <span className="hint">{hint}</span>
        )}
      </div>
    </div>
  );
}

interface TextProps extends ComponentProps<"input"> {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
}

export function TextField({ label, hint, problem, className = "", ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint} {...(problem === undefined ? {} : { problem })}>
      {(wiring) => <input className={`input ${className}`} {...wiring} {...rest} />}
    </Field>
  );
}

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly (readonly [NoInfer<Value>, ReactNode])[];
  onChange(value: NoInfer<Value>): void;
}

/** One of a few: a radio group that looks like one control. */
export function Segments<Value extends string>({ label, value, choices, onChange }: SegmentsProps<Value>) {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend className="unseen">{label}</legend>
      {choices.map(([each, words]) => (
        <label key={each}>
          <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChange(each)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface TagsProps {
  label: string;
  value: readonly string[];
  known?: readonly string[];
  onChange(tags: string[]): void;
}

/** Tags that are typed or chosen; Enter or a comma ends one. */
export function TagsField({ label, value, known = [], onChange }: TagsProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const tags = text.split(",").map((tag) => tag.trim()).filter((tag) => tag && !value.includes(tag));
    if (tags.length > 0) onChange([...value, ...tags]);
    setTyped("");
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {value.length > 0 && (
        <ul className="tags">
          {value.map((tag) => (
            <li key={tag} className="tag">
              <span className="one-line">{tag}</span>
              <button type="button" aria-label={`Remove ${tag}`} onClick={() => onChange(value.filter((each) => each !== tag))}>
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        className="input"
        list={`${id}-known`}
        value={typed}
        maxLength={50}
        placeholder="Add a tag"
        onChange={(event) => {
          const text = event.target.value;
          if (text.includes(",") || (known.includes(text) && !(event.nativeEvent instanceof InputEvent && event.nativeEvent.inputType === "insertText"))) add(text);
          else setTyped(text);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !typed.trim()) return;
          event.preventDefault();
          add(typed);
        }}
        onBlur={() => typed.trim() && add(typed)}
      />
      <datalist id={`${id}-known`}>
        {known.filter((tag) => !value.includes(tag)).map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
    </div>
  );
}
