// Loaded into Node services by NODE_OPTIONS=--require: in a container `listen(3000)` means
// "on every address of mine"; here it means this instance's own loopback address, so that
// two releases can have the same port.
"use strict";

const net = require("node:net");

const own = process.env.SHIPWAY_ADDRESS;
const everywhere = new Set([undefined, null, "", "0.0.0.0", "::"]);
const listen = net.Server.prototype.listen;

function isPort(value) {
  return typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value));
}

if (own) {
  net.Server.prototype.listen = function (...args) {
    const [first, second] = args;
    if (isPort(first)) {
      if (typeof second === "string" && everywhere.has(second)) {
        args[1] = own;
      } else if (typeof second !== "string") {
        args.splice(1, second === undefined || second === null ? 1 : 0, own);
      }
    } else if (first && typeof first === "object" && isPort(first.port) && everywhere.has(first.host)) {
      args[0] = { ...first, host: own };
    }
    return listen.apply(this, args);
  };
}
