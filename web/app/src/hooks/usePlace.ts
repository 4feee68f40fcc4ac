import { useEffect, useLayoutEffect, useRef } from "react";

/** How much of a list was shown and how far it was scrolled, kept with the entry of the browser's history. */
interface Place {
  list: string;
  pages: number;
  top: number;
}

const MOST_PAGES = 20;
const PAUSE_MS = 100; // a browser refuses to note every pixel

const placeOf = (list: string): Place | null => {
  const place = (history.state as { place?: Place } | null)?.place;
  return place?.list === list ? place : null;
};

/** How many pages of the list were shown when the reader left it for another page; 1 of a list she has not seen here. */
export const pagesLeft = (list: string): number => Math.min(placeOf(list)?.pages ?? 1, MOST_PAGES);

/** For the box that scrolls: who comes back, or loads the page anew, finds the list as she left it. */
export function usePlace({ list, pages }: { list: string; pages: number }) {
  const box = useRef<HTMLDivElement>(null);
  const shown = pages > 0;
  useLayoutEffect(() => {
    const place = placeOf(list);
    if (shown && place && box.current) box.current.scrollTop = place.top;
  }, [list, shown]);
  useEffect(() => {
    const element = box.current;
    if (!element || !shown) return;
    const keep = () => history.replaceState({ ...(history.state as object | null), place: { list, pages, top: element.scrollTop } }, "");
    let timer: ReturnType<typeof setTimeout>;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE_MS);
    };
    keep();
    element.addEventListener("scroll", soon);
    document.addEventListener("click", keep, true); // before a link leads elsewhere
    return () => {
      clearTimeout(timer);
      element.removeEventListener("scroll", soon);
      document.removeEventListener("click", keep, true);
    };
  }, [list, pages, shown]);
  return box;
}
