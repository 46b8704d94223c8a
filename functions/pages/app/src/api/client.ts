// The API's client, typed by its own OpenAPI document. The session's cookie goes along by itself.
import createClient from "openapi-fetch";
import type { Readable } from "openapi-typescript-helpers";
import { Refused, told } from "./problem";
import type { components, paths } from "./schema";

export type Shapes = Readable<components["schemas"]>;
export const api = createClient<paths>({ baseUrl: location.origin });

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's content. Throws Refused with what the server said instead. */
export async function got<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Refused(told(response.status, error));
  return data;
}

/** The same with the answer's ETag: what a change says that it is about. */
export async function gotTagged<T>(call: Promise<Answered<T>>): Promise<{ value: T; tag: string }> {
  const answered = await call;
  return { value: await got(Promise.resolve(answered)), tag: answered.response.headers.get("etag") ?? "" };
}
