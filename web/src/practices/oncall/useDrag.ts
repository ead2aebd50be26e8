import { type PointerEvent, useCallback, useRef, useState } from 'react';

import { timeAt } from './span';

/** A stretch was picked. */
export type Pick = (from: number, until: number) => void;

/** How long a finger rests before it picks; until then it scrolls. */
const REST = 350;
/** How far a resting finger may move, in pixels. */
const STILL = 8;

interface Waiting {
  timer: ReturnType<typeof setTimeout>;
  x: number;
  y: number;
}

/**
 * Picking a stretch with the pointer: a mouse or pen at once, a finger after resting for a moment.
 * The dialog that follows can be filled in without it.
 */
export function useDrag(begin: number, end: number, pick: Pick | undefined) {
  const [range, setRange] = useState<[number, number] | null>(null);
  const picking = useRef(false);
  const waiting = useRef<Waiting | null>(null);
  const share = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  };
  const start = (track: HTMLElement, pointer: number, at: number) => {
    picking.current = true;
    track.setPointerCapture(pointer);
    setRange([at, at]);
  };
  const stop = () => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = null;
    picking.current = false;
    setRange(null);
  };
  // While a finger picks nothing scrolls; only a listener that is not passive can say so.
  const watch = useCallback((track: HTMLElement | null) => {
    if (!track) return;
    const hold = (event: TouchEvent) => {
      if (picking.current) event.preventDefault();
    };
    track.addEventListener('touchmove', hold, { passive: false });
    return () => track.removeEventListener('touchmove', hold);
  }, []);
  const events = pick
    ? {
        onPointerDown: (event: PointerEvent<HTMLElement>) => {
          const { currentTarget: track, pointerId, clientX: x, clientY: y } = event;
          const at = share(event);
          if (event.pointerType !== 'touch') {
            start(track, pointerId, at);
            return;
          }
          const timer = setTimeout(() => start(track, pointerId, at), REST);
          waiting.current = { timer, x, y };
        },
        onPointerMove: (event: PointerEvent<HTMLElement>) => {
          const rests = waiting.current;
          if (rests && !picking.current) {
            const moved = Math.hypot(event.clientX - rests.x, event.clientY - rests.y);
            if (moved > STILL) stop();
          }
          const at = share(event);
          setRange((before) => (before ? [before[0], at] : null));
        },
        onPointerUp: () => {
          if (range) {
            const [one, other] = range.map((at) => timeAt(at, begin, end));
            if (one !== undefined && other !== undefined && one !== other) {
              pick(Math.min(one, other), Math.max(one, other));
            }
          }
          stop();
        },
        onPointerCancel: stop,
        // A finger that rests opens no menu.
        onContextMenu: (event: { preventDefault: () => void }) => {
          if (waiting.current) event.preventDefault();
        },
      }
    : {};
  const picked = range && {
    left: Math.max(0, Math.min(...range)) * 100,
    width: Math.abs(range[1] - range[0]) * 100,
  };
  return { events, picked, watch: pick ? watch : undefined };
}
