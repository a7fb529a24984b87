// Keeps a window of fetches in flight, each of which parses its page on the one event loop.
'use strict';

const [url, window] = process.argv.slice(2);
let next = 0;
let total = 0;

async function lane() {
  for (;;) {
    const id = next++ % 64;
    const response = await fetch(`${url}&id=${id}`);
    if (!response.ok) throw new Error(`page ${id}: ${response.status}`);
    for (const record of await response.json()) total += record.price;
  }
}

Promise.all(Array.from({ length: Number(window) }, lane)).catch((err) => {
  console.error(err);
  process.exit(1);
});
