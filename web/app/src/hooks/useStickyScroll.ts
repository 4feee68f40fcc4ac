import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 80;
const AHEAD_PX = 500;

/**
 * A box that stays at its end while new things come, unless the reader has scrolled up; and that does not jump when
 * older things are put in front. `first` names the first thing, `length` says how many there are.
 */
export function useStickyScroll(first: string | undefined, length: number, complete: boolean, loadOlder: () => Promise<void>) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [atBottom, setAtBottom] = useState(true);
  const before = useRef({ first, height: 0, stuck: true, loading: false });

  const settle = useCallback(() => {
    const element = box.current;
    if (element && before.current.stuck) element.scrollTop = element.scrollHeight;
    if (element) before.current.height = element.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const prepended = before.current.first !== first && before.current.first !== undefined;
    if (!before.current.stuck && prepended) element.scrollTop += element.scrollHeight - before.current.height;
    before.current.first = first;
    settle();
  }, [first, length, settle]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const more = () => {
      if (complete || before.current.loading || element.scrollTop > AHEAD_PX || first === undefined) return;
      before.current.loading = true;
      void loadOlder().finally(() => (before.current.loading = false));
    };
    const onScroll = () => {
      const stuck = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      before.current.stuck = stuck;
      setAtBottom(stuck);
      more();
    };
    const sizes = new ResizeObserver(settle);
    sizes.observe(element);
    if (content.current) sizes.observe(content.current);
    element.addEventListener("scroll", onScroll, { passive: true });
    more();
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [first, length, complete, loadOlder, settle]);

  const toBottom = useCallback(() => {
    before.current.stuck = true;
    setAtBottom(true);
    settle();
  }, [settle]);

  return { box, content, atBottom, toBottom };
}
