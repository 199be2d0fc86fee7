"use strict";

let loaded;

/** TypeScript's parser, loaded when something of it is first asked for: math strings and most commands never do. */
exports.ts = new Proxy(
  {},
  {
    get(_, name) {
      loaded ??= require("ts-morph").ts;
      return loaded[name];
    },
  },
);
