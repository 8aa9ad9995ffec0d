// The finance hub: invoices, and what is still to be paid.

import { makeHub, serve } from "whcommon/hub";
import { row, rows } from "whcommon/database";
import { loggedIn } from "whcommon/tokens";

const INVOICE = {
  type: "object",
  required: ["customer", "amount"],
  properties: {
    customer: { type: "string", minLength: 1, maxLength: 200 },
    amount: { type: "number", exclusiveMinimum: 0 },
  },
};
const SHOWN = "id, customer, amount::float8 AS amount, paid_at IS NOT NULL AS paid";

const hub = makeHub("WBFinHub");
hub.register(async (api) => {
  api.addHook("preHandler", loggedIn);
  api.post("/invoices", { schema: { body: INVOICE } }, async ({ user, body }, reply) => {
    reply.code(201);
    return row(
      `INSERT INTO finance.invoices (owner, customer, amount) VALUES ($1, $2, $3) RETURNING ${SHOWN}`,
      [user.id, body.customer, body.amount],
    );
  });
  api.post("/invoices/:id/paid", async ({ user, params }, reply) => {
    const paid = await row(
      `UPDATE finance.invoices SET paid_at = now() WHERE id = $1 AND owner = $2 RETURNING ${SHOWN}`,
      [params.id, user.id],
    );
    return paid ?? reply.code(404).send({ error: "you have no such invoice" });
  });
  api.get("/balance", async ({ user }) =>
    row(
      `SELECT coalesce(sum(amount) FILTER (WHERE paid_at IS NULL), 0)::float8 AS open,
              coalesce(sum(amount) FILTER (WHERE paid_at IS NOT NULL), 0)::float8 AS paid
       FROM finance.invoices WHERE owner = $1`,
      [user.id],
    ),
  );
}, { prefix: "/api" });

await serve(hub);
