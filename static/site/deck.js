// The deck with keys, drags and no page loads. Without this file the same forms do the same by plain posts.

import { followDrags } from "./drag.js";
import { Post } from "./post.js";

const FLIGHT_MS = 330;
const LONGEST_MS = 3_600_000;
const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const SAID = { left: "Not for me", right: "Liked", up: "Loved", down: "Skipped" };
const LOST = "That answer did not reach us, so the card is back. Please try again.";
const LOST_UNDO = "That could not be undone just now. Please try again.";
const OUT_OF_DATE = "This page is out of date, so the answer did not count. Please reload it.";

const table = document.getElementById("table");
const spoken = document.getElementById("spoken");
const [stack, ending, side, notice] = ["stack", "ending", "side", "notice"].map((name) => part(table, name));
const answers = part(table, "answers");
const undo = part(table, "undo");
const undoButton = undo.querySelector("button");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let shownAt = performance.now();

const post = new Post({ delivered: (job, html) => lay(new DOMParser().parseFromString(html, "text/html"), job), lost });

followDrags(stack, { top, drop: answer });

answers.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value) answer(event.submitter.value);
});

undo.addEventListener("submit", (event) => {
  event.preventDefault();
  takeBack();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (KEYS[event.key] && top()) {
    event.preventDefault();
    answer(KEYS[event.key]);
  } else if ((event.key === "Backspace" || event.key === "u" || event.key === "U") && !undoButton.disabled) {
    event.preventDefault();
    takeBack();
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) shownAt = performance.now(); // time spent elsewhere is no hesitation
});

// A picture that cannot be had leaves its place empty; the words are all there. (Errors do not bubble: capture.)
stack.addEventListener("error", (event) => event.target.classList?.add("missing"), true);

function part(root, name) {
  return root.querySelector(`[data-${name}]`);
}

function cards() {
  return [...stack.querySelectorAll(".card:not(.leaving)")];
}

function top() {
  return cards()[0];
}

function titleOf(card) {
  return card.querySelector("h2").textContent;
}

/** Takes an answer to the top card: it flies off at once, the server hears of it in its turn. */
function answer(direction) {
  const card = top();
  if (!card) return;
  const took = Math.min(LONGEST_MS, Math.round(performance.now() - shownAt));
  fly(card, direction);
  arrange();
  undoButton.disabled = false;
  tell("");
  say(`${SAID[direction]}: ${titleOf(card)}. ${next()}`);
  post.add({
    isAnswer: true,
    card,
    address: answers.action,
    fields: { ...token(answers), product_id: card.dataset.card, direction, response_time_ms: took },
  });
}

/** Takes the last answer back: from the queue when it is still there, else by asking the server. */
function takeBack() {
  if (undoButton.disabled) return;
  tell("");
  const last = post.jobs.at(-1);
  const recalled = last?.isAnswer && post.recall();
  if (recalled) {
    putBack([recalled.card]);
    say(`Back: ${titleOf(recalled.card)}.`);
  } else {
    post.add({ isAnswer: false, address: undo.action, fields: token(undo) });
  }
}

/** Lays the table as the server sees it now, without the cards whose answers are still on their way. */
function lay(page, job) {
  const fresh = page.getElementById("table");
  if (!fresh || fresh.dataset.who !== table.dataset.who) return location.reload();
  const known = new Set([...cards(), ...post.jobs.filter((one) => one.isAnswer).map((one) => one.card)].map((card) => card.dataset.card));
  const restored = fresh.dataset.restored;
  for (const card of fresh.querySelectorAll(".card")) {
    if (known.has(card.dataset.card)) continue;
    if (card.dataset.card === restored) putBack([card]);
    else stack.append(card);
  }
  replaceInside(ending, part(fresh, "ending"));
  replaceInside(side, part(fresh, "side"));
  replaceInside(notice, part(fresh, "notice"));
  undoButton.disabled = part(fresh, "undo").querySelector("button").disabled && !post.jobs.length;
  arrange();
  if (!job.isAnswer) say(restored && top() ? `Back: ${titleOf(top())}.` : "There is nothing to undo.");
  else if (!top() && !post.jobs.length) ending.focus();
}

/** Brings back what did not reach the server, first answered on top, with a sentence. */
function lost(jobs, status) {
  const answered = jobs.filter((job) => job.isAnswer);
  putBack(answered.map((job) => job.card));
  const sentence = answered.length ? LOST : LOST_UNDO;
  tell(status === 403 ? OUT_OF_DATE : sentence);
}

function fly(card, direction) {
  card.dataset.answer = direction;
  card.classList.add("leaving");
  card.inert = true;
  if (calm.matches) card.remove();
  else setTimeout(() => card.classList.contains("leaving") && card.remove(), FLIGHT_MS);
}

function putBack(some) {
  for (const card of some) {
    card.classList.remove("leaving");
    delete card.dataset.answer;
  }
  const ids = new Set(some.map((card) => card.dataset.card));
  cards().filter((card) => ids.has(card.dataset.card) && !some.includes(card)).forEach((card) => card.remove());
  ending.after(...some);
  arrange();
}

/** Gives each card its place; the first is the one that answers mean. */
function arrange() {
  const before = answers.elements.product_id.value;
  cards().forEach((card, place) => {
    card.dataset.place = place;
    card.inert = place > 0;
  });
  const first = top();
  ending.hidden = Boolean(first);
  answers.querySelector("fieldset").disabled = !first;
  answers.elements.product_id.value = first?.dataset.card ?? "";
  if (first && first.dataset.card !== before) shownAt = performance.now();
}

function replaceInside(old, fresh) {
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

function token(form) {
  return { csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value };
}

function next() {
  const card = top();
  return card ? `Next: ${titleOf(card)}, ${card.querySelector(".card-price").textContent}.` : "";
}

function say(words) {
  spoken.textContent = words;
}

function tell(sentence) {
  const paragraph = document.createElement("p");
  paragraph.textContent = sentence;
  notice.replaceChildren(...(sentence ? [paragraph] : []));
}
