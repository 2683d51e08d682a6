// Lets the top card follow mouse, finger or pen, and says on release which answer that was.

const STARTS_AT = 6; // pixels before a press becomes a drag
const FLICK = 0.55; // pixels a millisecond that count as thrown
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** `top()` returns the card that may be dragged; `drop(direction)` is called when it was thrown far enough. */
export function followDrags(stack, { top, drop }) {
  let drag = null;

  stack.addEventListener("dragstart", (event) => event.preventDefault());

  stack.addEventListener("pointerdown", (event) => {
    const card = top();
    if (drag || !card || event.button !== 0 || !event.isPrimary || !card.contains(event.target)) return;
    drag = { card, id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp, moved: false };
  });

  addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (drag.card !== top()) return release(); // answered by a key meanwhile
    const { dx, dy } = way(drag, event);
    if (!drag.moved && Math.hypot(dx, dy) < STARTS_AT) return;
    if (!drag.moved) {
      drag.moved = true;
      drag.card.classList.add("dragged");
      drag.card.setPointerCapture(drag.id);
    }
    const turn = calm.matches ? 0 : dx / 18;
    drag.card.style.transform = `translate(${dx}px, ${dy}px) rotate(${turn}deg)`;
    drag.card.dataset.lean = direction(dx, dy);
    drag.card.style.setProperty("--lean", Math.min(1, Math.hypot(dx, dy) / threshold(drag.card)));
  });

  addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { card, moved } = drag;
    const { dx, dy } = way(drag, event);
    const far = Math.hypot(dx, dy);
    const isThrown = far > threshold(card) || (far > 40 && far / (event.timeStamp - drag.at) > FLICK);
    const mayDrop = moved && isThrown && card === top();
    release();
    if (mayDrop) drop(direction(dx, dy));
  });

  addEventListener("pointercancel", (event) => {
    if (drag && event.pointerId === drag.id) release();
  });

  function release() {
    const { card } = drag;
    drag = null;
    card.classList.remove("dragged");
    card.style.removeProperty("transform");
    card.style.removeProperty("--lean");
    delete card.dataset.lean;
  }
}

function way(drag, event) {
  return { dx: event.clientX - drag.x, dy: event.clientY - drag.y };
}

function direction(dx, dy) {
  if (Math.abs(dx) >= Math.abs(dy)) return dx < 0 ? "left" : "right";
  return dy < 0 ? "up" : "down";
}

function threshold(card) {
  return Math.min(120, card.clientWidth * 0.3);
}
