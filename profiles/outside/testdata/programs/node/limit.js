// Keeps a window of requests in flight, as far as four permits let it, each held until its page is decoded.
'use strict';

const [url, window] = process.argv.slice(2);
const waiting = [];
let permits = 4;
let next = 0;
let total = 0;

function take() {
  if (permits > 0) {
    permits--;
    return Promise.resolve();
  }
  return new Promise((resolve) => waiting.push(resolve));
}

function give() {
  if (waiting.length > 0) waiting.shift()();
  else permits++;
}

async function lane() {
  for (;;) {
    await take();
    const id = next++ % 64;
    const response = await fetch(`${url}&id=${id}`);
    if (!response.ok) throw new Error(`page ${id}: ${response.status}`);
    for (const record of await response.json()) total += record.price;
    give();
  }
}

Promise.all(Array.from({ length: Number(window) }, lane)).catch((err) => {
  console.error(err);
  process.exit(1);
});
