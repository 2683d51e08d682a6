// Sends jobs one after another, so that the server hears them in the order they were made.

const PATIENCE_MS = 10_000;

export class Post {
  #waiting = [];
  #isBusy = false;

  /** `delivered(job, html)` follows each success; `lost(jobs, status)` gets everything unsent after a failure. */
  constructor({ delivered, lost }) {
    this.delivered = delivered;
    this.lost = lost;
    // Whoever leaves the page with answers on the way still gets them counted.
    addEventListener("pagehide", () => this.#waiting.slice(1).filter((job) => job.isAnswer).forEach(deliver));
  }

  get jobs() {
    return [...this.#waiting];
  }

  add(job) {
    this.#waiting.push(job);
    if (!this.#isBusy) this.#work();
  }

  /** Takes the newest job back when it has not been sent; returns it, or nothing. */
  recall() {
    return this.#waiting.length > 1 ? this.#waiting.pop() : undefined;
  }

  async #work() {
    this.#isBusy = true;
    while (this.#waiting.length) {
      const job = this.#waiting[0];
      try {
        const html = await deliver(job);
        this.#waiting.shift();
        this.delivered(job, html);
      } catch (failure) {
        console.warn("aclue:", failure.message);
        this.lost(this.#waiting.splice(0), failure.status);
      }
    }
    this.#isBusy = false;
  }
}

async function deliver(job) {
  const response = await fetch(job.address, {
    method: "POST",
    body: new URLSearchParams(job.fields),
    headers: { "X-Requested-With": "fetch" },
    redirect: "error",
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) {
    throw Object.assign(new Error(`${job.address} answered ${response.status}`), { status: response.status });
  }
  return response.text();
}
