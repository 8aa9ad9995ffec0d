// The sales hub: deals, and what the won ones are worth.

import { makeHub, serve } from "whcommon/hub";
import { row, rows } from "whcommon/database";
import { loggedIn } from "whcommon/tokens";

const DEAL = {
  type: "object",
  required: ["customer", "amount"],
  properties: {
    customer: { type: "string", minLength: 1, maxLength: 200 },
    amount: { type: "number", minimum: 0 },
  },
};
const SHOWN = "id, customer, amount::float8 AS amount, won_at IS NOT NULL AS won";

const hub = makeHub("WBSalesHub");
hub.register(async (api) => {
  api.addHook("preHandler", loggedIn);
  api.get("/deals", async ({ user }) => ({
    deals: await rows(`SELECT ${SHOWN} FROM sales.deals WHERE owner = $1 ORDER BY id`, [user.id]),
  }));
  api.post("/deals", { schema: { body: DEAL } }, async ({ user, body }, reply) => {
    reply.code(201);
    return row(
      `INSERT INTO sales.deals (owner, customer, amount) VALUES ($1, $2, $3) RETURNING ${SHOWN}`,
      [user.id, body.customer, body.amount],
    );
  });
  api.post("/deals/:id/won", async ({ user, params }, reply) => {
    const won = await row(
      `UPDATE sales.deals SET won_at = now() WHERE id = $1 AND owner = $2 RETURNING ${SHOWN}`,
      [params.id, user.id],
    );
    return won ?? reply.code(404).send({ error: "you have no such deal" });
  });
  api.delete("/deals/:id", async ({ user, params }, reply) => {
    await rows("DELETE FROM sales.deals WHERE id = $1 AND owner = $2", [params.id, user.id]);
    return reply.code(204).send();
  });
}, { prefix: "/api" });

await serve(hub);
