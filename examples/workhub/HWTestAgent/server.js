// The test agent: asks every hub of its own release whether it is well, and keeps the answers.

import { makeHub, serve } from "whcommon/hub";
import { row } from "whcommon/database";
import { required } from "whcommon/settings";
import { loggedIn } from "whcommon/tokens";

const HUBS = required("HUBS").split(",").map((item) => item.split("="));
const TIMEOUT_MS = 3000;

async function ask([name, address]) {
  try {
    const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const told = await answer.json();
    return { hub: name, passed: answer.ok, release: told.release, environment: told.environment };
  } catch (error) {
    return { hub: name, passed: false, problem: error.name };
  }
}

const hub = makeHub("HWTestAgent");
hub.register(async (api) => {
  api.addHook("preHandler", loggedIn);
  api.post("/runs", async ({ user }, reply) => {
    const results = await Promise.all(HUBS.map(ask));
    const passed = results.every((item) => item.passed);
    reply.code(201);
    return row(
      "INSERT INTO testing.runs (owner, results, passed) VALUES ($1, $2, $3) RETURNING id, results, passed",
      [user.id, JSON.stringify(results), passed],
    );
  });
  api.get("/runs/:id", async ({ user, params }, reply) => {
    const run = await row(
      "SELECT id, results, passed FROM testing.runs WHERE id = $1 AND owner = $2",
      [params.id, user.id],
    );
    return run ?? reply.code(404).send({ error: "you have no such run" });
  });
}, { prefix: "/api" });

await serve(hub);
