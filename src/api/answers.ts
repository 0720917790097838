/** What the control API says when it does not do what was asked, and whom it tells what was done. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import type { Failure } from './schema.ts';

/** Reports what an administrator changed, in words. */
export type Changed = (c: Context, answer: string) => void;

/** An answer that says what is wrong and what to do about it. */
export function refuse(c: Context, status: ContentfulStatusCode, error: string, remedy: string): Response {
  return c.json({ schema: 'postern.error/1', error, remedy } satisfies Failure, status);
}

/** 400, with the first thing that the schema found. */
export function refuseInput(c: Context, error: z.ZodError): Response {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  const what = issue?.message ?? 'not understood';
  return refuse(c, 400, `${where}: ${what}`, 'Use the `postern` command of the same version as the daemon.');
}

/** The body of a request, or the answer that refuses it. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema> | Response> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    return refuse(c, 400, 'the request is not JSON', 'Send a JSON object.');
  }
  const request = schema.safeParse(body);
  return request.success ? request.data : refuseInput(c, request.error);
}
