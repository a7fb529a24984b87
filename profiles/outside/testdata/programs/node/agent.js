// Keeps a window of requests in flight, as far as the agent's four sockets let it.
'use strict';

const http = require('node:http');

const [url, window] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
let next = 0;
let total = 0;

function get(id) {
  return new Promise((resolve, reject) => {
    http.get(`${url}&id=${id}`, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`page ${id}: ${response.statusCode}`));
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
      response.on('error', reject);
    }).on('error', reject);
  });
}

async function lane() {
  for (;;) {
    const body = await get(next++ % 64);
    for (const record of JSON.parse(body)) total += record.price;
  }
}

Promise.all(Array.from({ length: Number(window) }, lane)).catch((err) => {
  console.error(err);
  process.exit(1);
});
