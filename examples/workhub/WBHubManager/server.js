// The hub manager: accounts, login, and the entry to all hubs.

import { makeHub, serve } from "whcommon/hub";
import { row } from "whcommon/database";
import { hashed, isPassword } from "whcommon/passwords";
import { required } from "whcommon/settings";
import { loggedIn, signer } from "whcommon/tokens";
import { page } from "./page.js";

const HOURS = Number(required("SESSION_HOURS"));
const COOKIE = `${required("COOKIE_NAME")}={}; Domain=${required("COOKIE_DOMAIN")}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${HOURS * 3600}`;
const HUBS = [
  { name: "WBSalesHub", path: "/sales", title: "영업" },
  { name: "WBFinHub", path: "/finance", title: "재무" },
  { name: "WBOnboardingHub", path: "/onboarding", title: "온보딩" },
  { name: "HWTestAgent", path: "/tests", title: "테스트" },
];
const ACCOUNT = {
  type: "object",
  required: ["email", "password"],
  properties: {
    email: { type: "string", minLength: 3, maxLength: 200, pattern: "@" },
    password: { type: "string", minLength: 10, maxLength: 200 },
    name: { type: "string", minLength: 1, maxLength: 80 },
  },
};

const sign = await signer(HOURS);
const hub = makeHub("WBHubManager");

hub.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(page(HUBS)));
hub.get("/api/hubs", async () => ({ hubs: HUBS }));

hub.post("/api/auth/login", { schema: { body: ACCOUNT } }, async (request, reply) => {
  const { email, password } = request.body;
  const user = await row("SELECT * FROM manager.users WHERE email = lower($1)", [email]);
  if (!user || !(await isPassword(password, user.password_hash))) {
    return reply.code(401).send({ error: "address or password is wrong" });
  }
  const token = await sign(user);
  reply.header("set-cookie", COOKIE.replace("{}", token));
  return { token, expires_in: HOURS * 3600 };
});

hub.get("/api/auth/me", { preHandler: loggedIn }, async (request) =>
  row("SELECT id, email, name, is_administrator FROM manager.users WHERE id = $1", [request.user.id]),
);

hub.post("/api/users", { preHandler: loggedIn, schema: { body: ACCOUNT } }, async (request, reply) => {
  const asking = await row("SELECT is_administrator FROM manager.users WHERE id = $1", [request.user.id]);
  if (!asking?.is_administrator) return reply.code(403).send({ error: "administrators only" });
  const { email, password, name } = request.body;
  reply.code(201);
  return row(
    "INSERT INTO manager.users (email, name, password_hash) VALUES (lower($1), $2, $3) RETURNING id, email, name",
    [email, name ?? email, await hashed(password)],
  );
});

hub.delete("/api/users/:id", { preHandler: loggedIn }, async (request, reply) => {
  const gone = await row(
    `DELETE FROM manager.users WHERE id = $1 AND NOT is_administrator
     AND EXISTS (SELECT FROM manager.users WHERE id = $2 AND is_administrator) RETURNING id`,
    [request.params.id, request.user.id],
  );
  return gone ? reply.code(204).send() : reply.code(404).send({ error: "no such user" });
});

await serve(hub);
