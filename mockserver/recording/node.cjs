// Node before 24 (22.21 of the 22s) does not read HTTPS_PROXY: collatebench record --intercept has this
// loaded first. Each connection with TLS goes to the proxy, which is told where it is for and, unlike
// with others, says nothing: so it is there at once, as without a proxy.
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (process.env.HTTPS_PROXY && (major < 22 || (major === 22 && minor < 21) || major === 23)) {
  const net = require('net');
  const tls = require('tls');
  const proxy = new URL(process.env.HTTPS_PROXY);
  const connect = tls.connect;
  const options = (args) => {
    if (typeof args[0] === 'object') return { ...args[0] };
    const more = args.find((a) => typeof a === 'object');
    return { ...more, port: args[0], host: typeof args[1] === 'string' ? args[1] : more && more.host };
  };
  tls.connect = function (...args) {
    const o = options(args);
    if (o.socket || o.path || !o.port) return connect.apply(this, args);
    const host = o.host || 'localhost';
    const to = `${net.isIPv6(host) ? `[${host}]` : host}:${o.port}`;
    o.socket = net.connect({ host: proxy.hostname, port: proxy.port });
    o.socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\nCollatebench-Quiet: 1\r\n\r\n`);
    if (o.servername === undefined && !net.isIP(host)) o.servername = host;
    const done = args.find((a) => typeof a === 'function');
    return done ? connect.call(this, o, done) : connect.call(this, o);
  };
}
