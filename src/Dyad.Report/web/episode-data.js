// What a page of episodes carries, decoded: policies, their episodes, and the numbers of each row.

/** Little-endian float32 numbers from base64. */
export function floats(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** An episode: rows of a reward and the task's numbers, and a column of values for each name. */
export class Episode {
  constructor(stored) {
    Object.assign(this, stored);
    this.width = stored.columns + 1;
    this.numbers = floats(stored.numbers);
    this.rewards = Array.from({ length: stored.rows }, (_, row) => this.numbers[row * this.width]);
    let sum = 0;
    this.returns = this.rewards.map((reward) => (sum += reward));
    this.values = stored.values.map(({ name, numbers }) => ({ name, numbers: floats(numbers) }));
  }

  get last() {
    return this.rows - 1;
  }

  /** The task's numbers in a row, without the reward. */
  row(index) {
    const start = Math.max(0, Math.min(this.last, index)) * this.width + 1;
    return this.numbers.subarray(start, start + this.width - 1);
  }
}

export function readPage() {
  const stored = JSON.parse(document.getElementById("episodes").textContent);
  return {
    ...stored,
    policies: stored.policies.map((policy) => ({ ...policy, episodes: policy.episodes.map((episode) => new Episode(episode)) })),
  };
}
