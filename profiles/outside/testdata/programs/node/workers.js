// Runs a worker thread for each core, which fetches and parses its share of the window.
'use strict';

const os = require('node:os');
const { Worker, isMainThread, workerData } = require('node:worker_threads');

async function lane({ url, first, step }) {
  let total = 0;
  for (let i = first; ; i += step) {
    const response = await fetch(`${url}&id=${i % 64}`);
    if (!response.ok) throw new Error(`page ${i}: ${response.status}`);
    for (const record of await response.json()) total += record.price;
  }
}

function main([url, argument]) {
  const window = Number(argument);
  const cores = os.availableParallelism();
  for (let core = 0; core < cores; core++) {
    const lanes = [];
    for (let first = core; first < window; first += cores) lanes.push({ url, first, step: window });
    new Worker(__filename, { workerData: lanes }).on('error', (err) => {
      console.error(err);
      process.exit(1);
    });
  }
}

if (isMainThread) main(process.argv.slice(2));
else workerData.forEach(lane);
