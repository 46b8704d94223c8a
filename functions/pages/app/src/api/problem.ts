// What a server says went wrong (RFC 9457), or what can be said where none answered.

export interface Problem {
  status: number;
  title: string;
  detail: string;
  remedy: string;
  code: string;
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

const AWAY: Problem = {
  status: 0,
  title: "Tollgate does not answer.",
  detail: "Tollgate does not answer.",
  remedy: "Check that it runs (locally: tollgate serve) and that you are connected; this page tries again by itself.",
  code: "",
};

function text(told: Record<string, unknown>, name: string): string {
  const value = told[name];
  return typeof value === "string" ? value : "";
}

/** From an answer's body, whatever it is. */
export function told(status: number, body: unknown): Problem {
  const said = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const title = text(said, "title") || `The server answered ${status}.`;
  return { status, title, detail: text(said, "detail"), remedy: text(said, "remedy"), code: text(said, "code") };
}

/** Of anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  if (error instanceof TypeError) return AWAY;
  const said = error instanceof Error ? error.message : String(error);
  return { ...AWAY, title: said, detail: said, remedy: "Load the page again." };
}

/** Whether the same question may be answered a moment later: nobody answered, or too much was asked, or it failed there. */
export function mayPass(error: unknown): boolean {
  const { status } = problemOf(error);
  return status === 0 || status === 429 || status >= 500;
}

/** Whether whoever looks must sign in first. */
export function needsSignIn(error: unknown): boolean {
  return problemOf(error).status === 401;
}
