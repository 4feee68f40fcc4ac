import { Dialog } from "../../ui/Dialog";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["↑", "↓"], "the conversation above or below; in the messages: scroll"],
  [["/"], "search"],
  [["r"], "write"],
  [["Enter"], "send"],
  [["Shift", "Enter"], "a new line"],
  [["e"], "mark as read"],
  [["Esc"], "out of a field, back to the list"],
  [["?"], "this help"],
];

export function Help({ open, onClose }: { open: boolean; onClose(): void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <dl className="keys">
        {KEYS.map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
