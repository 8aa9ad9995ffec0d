// What every hub is: a server with a health page, a log line a problem, and an orderly end.

import Fastify from "fastify";
import { pool } from "./database.js";
import { optional, required } from "./settings.js";

const UNIQUE = "23505"; // PostgreSQL's code

export function makeHub(name) {
  const hub = Fastify({
    logger: { level: "warn" },
    keepAliveTimeout: 75_000, // longer than a proxy keeps an idle connection
    forceCloseConnections: "idle",
  });
  const release = optional("SHIPWAY_RELEASE", "dev");
  const environment = required("APP_ENV");

  hub.addHook("onSend", async (_request, reply) => {
    reply.header("x-release", release);
  });
  hub.setErrorHandler((error, request, reply) => {
    if (error.code === UNIQUE) return reply.code(409).send({ error: "it is there already" });
    if (error.validation) return reply.code(422).send({ error: error.message });
    if (error.statusCode && error.statusCode < 500) return reply.send(error);
    request.log.error(error);
    return reply.code(500).send({ error: "something is wrong here" });
  });
  hub.get("/health", async (_request, reply) => {
    const database = await pool.query("SELECT 1").then(
      () => "ok",
      (error) => error.code ?? error.name,
    );
    reply.code(database === "ok" ? 200 : 503);
    return { hub: name, status: database === "ok" ? "ok" : "unavailable", database, environment, release };
  });
  hub.addHook("onClose", () => pool.end());
  return hub;
}

export async function serve(hub) {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => hub.close().then(() => process.exit(0)));
  }
  await hub.listen({ host: "0.0.0.0", port: Number(required("PORT")) });
}
