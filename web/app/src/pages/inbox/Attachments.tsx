import { ExternalLink, FileText, Film, ImageIcon, Music } from "lucide-react";
import { useState } from "react";

import { usePreferences } from "../../hooks/usePreferences";
import type { Message } from "../../store/entities";
import type { AttachmentInput, AttachmentType } from "../../generated/operations";

type Attachment = Message["attachments"][number];

const NAMES: Record<AttachmentType, string> = { IMAGE: "Picture", VIDEO: "Film", AUDIO: "Sound", FILE: "File" };
const ICONS = { IMAGE: ImageIcon, VIDEO: Film, AUDIO: Music, FILE: FileText };

export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className={`media ${attachments.length > 1 ? "several" : ""}`}>
      {attachments.map((each) => (
        <li key={each.id}>
          <Media attachment={each} />
        </li>
      ))}
    </ul>
  );
}

/** Pictures and films of https addresses are shown, without telling their host where from; all else is a link. */
function Media({ attachment }: { attachment: Attachment }) {
  const [asked, setAsked] = useState(false);
  const [broken, setBroken] = useState(false);
  const load = usePreferences((state) => state.pictures === "load") || asked;
  const { url, thumbnailUrl, type } = attachment;
  const source = thumbnailUrl ?? url;
  const showable = !broken && source?.startsWith("https:") && type !== "FILE";
  if (!showable || !source) return <Named attachment={attachment} />;
  if (!load)
    return (
      <button type="button" className="media-name" onClick={() => setAsked(true)}>
        <Icon type={type} />
        Show {NAMES[type].toLowerCase()}
      </button>
    );
  const problem = () => setBroken(true);
  if (type === "AUDIO") return <audio controls preload="none" src={source} onError={problem} />;
  if (type === "VIDEO" && !thumbnailUrl) return <video controls preload="metadata" src={source} onError={problem} />;
  return (
    <a href={url ?? source} target="_blank" rel="noreferrer noopener">
      <img src={source} alt={NAMES[type]} loading="lazy" referrerPolicy="no-referrer" onError={problem} />
    </a>
  );
}

function Named({ attachment: { url, type } }: { attachment: Attachment }) {
  const safe = url && /^https?:/i.test(url) ? url : null;
  if (!safe)
    return (
      <span className="media-name">
        <Icon type={type} />
        {NAMES[type]} on the platform
      </span>
    );
  return (
    <a className="media-name" href={safe} target="_blank" rel="noreferrer noopener">
      <Icon type={type} />
      <span className="one-line">{nameOf(safe, type)}</span>
      <ExternalLink size={13} aria-hidden />
    </a>
  );
}

export function AttachmentNames({ attachments }: { attachments: readonly AttachmentInput[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className="media">
      {attachments.map(({ url, type }, index) => (
        <li key={index} className="media-name">
          <Icon type={type} />
          <span className="one-line">{nameOf(url ?? "", type)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Icon({ type }: { type: AttachmentType }) {
  const Shape = ICONS[type] ?? FileText;
  return <Shape size={15} aria-hidden />;
}

export function nameOf(url: string, type: AttachmentType): string {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").pop() || NAMES[type]);
  } catch {
    return NAMES[type];
  }
}
