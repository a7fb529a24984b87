// Asks its upstream in each way that Node has.
'use strict';
const [base] = process.argv.slice(2);
const say = (response) => response.setEncoding('utf8').on('data', (text) => console.log(text));
require('https').get(`${base}/https`, (response) => {
  say(response).on('end', async () => {
    console.log(await (await fetch(`${base}/fetch`)).text());
    const session = require('http2').connect(base);
    say(session.request({ ':path': '/http2' })).on('end', () => session.close());
  });
});
