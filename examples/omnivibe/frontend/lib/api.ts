/** The API, below this site's own address: Next hands it on to the backend. */

const BASE = process.env.NEXT_PUBLIC_API_URL ?? "/api/v1";
const KEPT = "omnivibe.token";

export type Json = Record<string, unknown>;

export const session = {
  get: (): string | null => (typeof window === "undefined" ? null : localStorage.getItem(KEPT)),
  set: (token: string): void => localStorage.setItem(KEPT, token),
  end: (): void => localStorage.removeItem(KEPT),
};

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export async function call<T = Json>(path: string, method = "GET", body?: Json): Promise<T> {
  const headers: Record<string, string> = {};
  const token = session.get();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(`${BASE}${path}`, {
    method,
    headers,
    body: body ? JSON.stringify(body) : undefined,
  });
  const said: unknown = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    const detail = (said as { detail?: unknown } | null)?.detail;
    throw new Refused(answer.status, typeof detail === "string" ? detail : `HTTP ${answer.status}`);
  }
  return said as T;
}
